import { createLazyRoute } from "@tanstack/react-router";
import { AdminPage } from "./AdminPage.tsx";

export const overviewRoute = createLazyRoute("/admin")({ component: AdminPage });
export const areaRoute = createLazyRoute("/admin/$area")({ component: AdminPage });
export const itemRoute = createLazyRoute("/admin/$area/$item")({ component: AdminPage });
