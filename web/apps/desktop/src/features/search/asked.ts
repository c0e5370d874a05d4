import type { ChannelType, SearchFilters, SearchKind } from "@rapport/api-client";

export const CHANNELS: readonly ChannelType[] = ["webchat", "email", "messenger", "sms", "whatsapp"];
const DAY_MS = 86_400_000;

/** What was asked last: coming back from a conversation finds the page as it was left. */
export const kept: { query: string; kind: SearchKind; filters: SearchFilters } = { query: "", kind: "messages", filters: {} };

/** The filters as the server takes them: "since" as a moment, nothing that is empty. */
export function asked(filters: SearchFilters, now: number): SearchFilters {
  const { since, ...rest } = filters;
  const chosen = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== "" && value !== undefined));
  if (since === undefined || since === "") return chosen;
  // To the minute, so that the same question keeps the same key.
  const start = Math.floor((now - Number(since) * DAY_MS) / 60_000) * 60_000;
  return { ...chosen, since: new Date(start).toISOString() };
}
