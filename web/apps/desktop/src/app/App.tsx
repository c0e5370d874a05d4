import { I18nProvider } from "@lingui/react";
import { MantineProvider } from "@mantine/core";
import { ApiError } from "@rapport/api-client";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useSyncExternalStore } from "react";
import { keyFromAddress } from "../features/sign-in/key.ts";
import { DeskProvider, type Desk } from "../shared/desk.ts";
import { i18n } from "../shared/i18n.ts";
import { later } from "../shared/later.tsx";
import { useStore } from "../shared/store.ts";
import { ToastList } from "../shared/ToastList.tsx";
import type { DeskRouter } from "./router.tsx";
import { theme } from "./theme.ts";

const FrontDoor = later(() => import("../features/sign-in/FrontDoor.tsx"));
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // A refusal stays a refusal: only what may pass by itself is asked again.
      retry: (failures, error) => failures < 2 && error instanceof ApiError && error.temporary,
      refetchOnWindowFocus: false,
    },
  },
});

export function App({ desk, router }: { desk: Desk; router: DeskRouter }) {
  const session = useStore(desk.session, (value) => value);
  const scheme = useStore(desk.preferences.values, (values) => values.theme);
  // A link for somebody else is shown whoever is signed in here, also when it is opened in this tab.
  const invited = useSyncExternalStore(watchAddress, () => keyFromAddress()?.kind === "invitation");
  return (
    <I18nProvider i18n={i18n}>
      <MantineProvider
        theme={theme}
        withCssVariables={false}
        withGlobalClasses={false}
        // The attribute below follows the profile; Mantine must not keep a second memory of it.
        key={scheme}
        defaultColorScheme={scheme}
        colorSchemeManager={memoryless}
      >
        <QueryClientProvider client={queries}>
          <DeskProvider value={desk}>
            {session === "signed_in" && !invited && <RouterProvider router={router} />}
            {(session === "signed_out" || session === "password_due" || session === "second_factor_due" || invited) && <FrontDoor />}
            <ToastList />
          </DeskProvider>
        </QueryClientProvider>
      </MantineProvider>
    </I18nProvider>
  );
}

function watchAddress(changed: () => void): () => void {
  window.addEventListener("hashchange", changed);
  return () => window.removeEventListener("hashchange", changed);
}

const memoryless = {
  get: <T,>(value: T) => value,
  set: () => undefined,
  subscribe: () => undefined,
  unsubscribe: () => undefined,
  clear: () => undefined,
};
