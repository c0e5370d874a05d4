import { createRootRoute, createRoute, createRouter } from "@tanstack/react-router";
import type { Desk } from "../shared/desk.ts";
import { DeskPage } from "./DeskPage.tsx";
import { Shell } from "./Shell.tsx";

const root = createRootRoute({ component: Shell, notFoundComponent: DeskPage });
const desk = createRoute({ getParentRoute: () => root, path: "/", component: DeskPage });
const task = createRoute({ getParentRoute: () => root, path: "/tasks/$taskId", component: DeskPage });
const queues = createRoute({ getParentRoute: () => root, path: "/queues" }).lazy(() =>
  import("../features/queues/route.tsx").then((module) => module.queuesRoute),
);

export function createDeskRouter(model: Desk) {
  const router = createRouter({ routeTree: root.addChildren([desk, task, queues]) });
  model.ui.navigate = (path) => void router.navigate({ to: path });
  model.ui.currentTask = () => {
    const match = /^\/tasks\/(\d+)/.exec(router.state.location.pathname);
    return match === null ? null : Number(match[1]);
  };
  return router;
}

export type DeskRouter = ReturnType<typeof createDeskRouter>;
