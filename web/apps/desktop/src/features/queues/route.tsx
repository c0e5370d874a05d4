import { createLazyRoute } from "@tanstack/react-router";
import { QueuesPage } from "./QueuesPage.tsx";

export const queuesRoute = createLazyRoute("/queues")({ component: QueuesPage });
