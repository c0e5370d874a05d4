export * from "./reducer.ts";
export * from "./thread.ts";
export { normalise } from "./normalise.ts";
