import { createLazyRoute } from "@tanstack/react-router";
import { HistoryPage } from "./HistoryPage.tsx";

export const historyRoute = createLazyRoute("/history")({ component: HistoryPage });
