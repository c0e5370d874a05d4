import { createLazyRoute } from "@tanstack/react-router";
import { SearchPage } from "./SearchPage.tsx";

export const searchRoute = createLazyRoute("/search")({ component: SearchPage });
