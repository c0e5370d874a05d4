import { createRootRoute, createRoute, createRouter } from "@tanstack/react-router";
import type { Desk } from "../shared/desk.ts";
import { withTexts } from "../shared/i18n.ts";
import { DeskPage } from "./DeskPage.tsx";
import { Shell } from "./Shell.tsx";

const root = createRootRoute({ component: Shell, notFoundComponent: DeskPage });
const desk = createRoute({ getParentRoute: () => root, path: "/", component: DeskPage });
const task = createRoute({ getParentRoute: () => root, path: "/tasks/$taskId", component: DeskPage });
const queues = createRoute({ getParentRoute: () => root, path: "/queues" }).lazy(() =>
  import("../features/queues/route.tsx").then((module) => module.queuesRoute),
);
const search = createRoute({ getParentRoute: () => root, path: "/search" }).lazy(() =>
  import("../features/search/route.tsx").then((module) => module.searchRoute),
);
const history = createRoute({ getParentRoute: () => root, path: "/history" }).lazy(() =>
  import("../features/history/route.tsx").then((module) => module.historyRoute),
);
const account = createRoute({ getParentRoute: () => root, path: "/account" }).lazy(() =>
  import("../features/account/route.tsx").then((module) => module.accountRoute),
);
const loadFloor = withTexts("supervision", () => import("../features/floor/route.tsx"));
const floor = createRoute({ getParentRoute: () => root, path: "/floor" }).lazy(() => loadFloor().then((module) => module.floorRoute));
const loadReports = withTexts("supervision", () => import("../features/reports/route.tsx"));
const reports = createRoute({ getParentRoute: () => root, path: "/reports" }).lazy(() =>
  loadReports().then((module) => module.reportsRoute),
);
const ownFigures = createRoute({ getParentRoute: () => root, path: "/my-figures" }).lazy(() =>
  loadReports().then((module) => module.ownFiguresRoute),
);
const loadAdministration = withTexts("administration", () => import("../features/administration/route.tsx"));
const admin = createRoute({ getParentRoute: () => root, path: "/admin" }).lazy(() =>
  loadAdministration().then((module) => module.overviewRoute),
);
const adminArea = createRoute({ getParentRoute: () => root, path: "/admin/$area" }).lazy(() =>
  loadAdministration().then((module) => module.areaRoute),
);
const adminItem = createRoute({ getParentRoute: () => root, path: "/admin/$area/$item" }).lazy(() =>
  loadAdministration().then((module) => module.itemRoute),
);

export function createDeskRouter(model: Desk) {
  const router = createRouter({ routeTree: root.addChildren([desk, task, queues, search, history, account, floor, reports, ownFigures, admin, adminArea, adminItem]) });
  model.ui.navigate = (path) => void router.navigate({ to: path });
  model.ui.currentTask = () => {
    const match = /^\/tasks\/(\d+)/.exec(router.state.location.pathname);
    return match === null ? null : Number(match[1]);
  };
  return router;
}

export type DeskRouter = ReturnType<typeof createDeskRouter>;
