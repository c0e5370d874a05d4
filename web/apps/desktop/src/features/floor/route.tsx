import { createLazyRoute } from "@tanstack/react-router";
import { FloorPage } from "./FloorPage.tsx";

export const floorRoute = createLazyRoute("/floor")({ component: FloorPage });
