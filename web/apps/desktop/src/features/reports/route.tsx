import { createLazyRoute } from "@tanstack/react-router";
import { OwnFiguresPage } from "./OwnFiguresPage.tsx";
import { ReportsPage } from "./ReportsPage.tsx";

export const reportsRoute = createLazyRoute("/reports")({ component: ReportsPage });
export const ownFiguresRoute = createLazyRoute("/my-figures")({ component: OwnFiguresPage });
