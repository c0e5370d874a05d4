import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { DeskProvider, type Desk } from "../src/shared/desk.ts";

export function show(desk: Desk, view: ReactNode) {
  return render(
    <I18nProvider i18n={i18n}>
      <MantineProvider env="test">
        <QueryClientProvider client={new QueryClient()}>
          <DeskProvider value={desk}>{view}</DeskProvider>
        </QueryClientProvider>
      </MantineProvider>
    </I18nProvider>,
  );
}
