export type * from "./entities.ts";
export * from "./client.ts";
export { ApiError, Http, newKey } from "./http.ts";
