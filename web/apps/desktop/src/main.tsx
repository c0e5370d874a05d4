import "@mantine/core/styles.layer.css";
import "@fontsource-variable/inter/index.css";
import "./app/theme.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App.tsx";
import { createDeskRouter } from "./app/router.tsx";
import { startNotifications } from "./features/notifications/start.ts";
import { Desk } from "./shared/desk.ts";
import { activate } from "./shared/i18n.ts";

async function start(): Promise<void> {
  const desk = new Desk();
  const router = createDeskRouter(desk);
  const language = () => activate(desk.preferences.values.get().language);
  desk.preferences.values.subscribe(() => void language());
  document.addEventListener("input", () => desk.ui.noteKey(), { capture: true, passive: true });
  startNotifications(desk);
  void desk.begin();
  await language();
  const root = document.getElementById("root");
  if (root === null) throw new Error("The page has no #root");
  createRoot(root).render(
    <StrictMode>
      <App desk={desk} router={router} />
    </StrictMode>,
  );
}

void start();
