import { I18nProvider } from "@lingui/react";
import { MantineProvider } from "@mantine/core";
import { ApiError } from "@rapport/api-client";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { DeskProvider, type Desk } from "../shared/desk.ts";
import { i18n } from "../shared/i18n.ts";
import { useStore } from "../shared/store.ts";
import { ToastList } from "../shared/ToastList.tsx";
import type { DeskRouter } from "./router.tsx";
import { theme } from "./theme.ts";

const SignInPage = lazy(() => import("../features/sign-in/SignInPage.tsx"));
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
            {session === "signed_in" && <RouterProvider router={router} />}
            {session === "signed_out" && (
              <Suspense>
                <SignInPage />
              </Suspense>
            )}
            <ToastList />
          </DeskProvider>
        </QueryClientProvider>
      </MantineProvider>
    </I18nProvider>
  );
}

const memoryless = {
  get: <T,>(value: T) => value,
  set: () => undefined,
  subscribe: () => undefined,
  unsubscribe: () => undefined,
  clear: () => undefined,
};
