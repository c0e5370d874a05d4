import { ApiError } from "@rapport/api-client";

/** What the server says about one field. */
export function fieldFault(error: unknown, path: string): string | undefined {
  if (!(error instanceof ApiError)) return undefined;
  const fields = (error.details["fields"] ?? []) as { path: string; message: string }[];
  return fields.find((field) => field.path === path)?.message;
}
