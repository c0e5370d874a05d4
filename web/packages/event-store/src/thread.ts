import type { Message, MessagePage } from "@rapport/api-client";

/** The messages of one conversation that are held: a stretch without gaps up to the newest. */
export interface Thread {
  /** Ascending by `seq`. */
  readonly messages: readonly Message[];
  readonly hasMore: boolean;
  readonly loaded: boolean;
}

export const emptyThread: Thread = { messages: [], hasMore: true, loaded: false };

/** A page of messages, older or newer than those held, or overlapping them. */
export function mergePage(thread: Thread, page: MessagePage, kind: "newest" | "older" | "newer"): Thread {
  const held = thread.messages;
  const first = page.items[0];
  const newestHeld = held.at(-1);
  // After a long absence the newest page may not reach what is held: keep the newer stretch only.
  const apart = kind === "newest" && page.has_more && first && newestHeld && first.seq > newestHeld.seq + 1;
  const messages = mergeMessages(apart ? [] : held, page.items);
  const reachesBack = kind === "older" || held.length === 0 || apart || (first?.seq ?? Infinity) <= (held[0]?.seq ?? 0);
  return { messages, hasMore: reachesBack && kind !== "newer" ? page.has_more : thread.hasMore, loaded: true };
}

/** Adds messages by id; of two of the same id the newer version stays. */
export function mergeMessages(held: readonly Message[], incoming: readonly Message[]): readonly Message[] {
  if (incoming.length === 0) return held;
  const last = held.at(-1);
  const only = incoming.length === 1 ? incoming[0] : undefined;
  if (only && (last === undefined || only.seq > last.seq)) return [...held, only];
  const byId = new Map(held.map((message) => [message.id, message]));
  let changed = false;
  for (const message of incoming) {
    const known = byId.get(message.id);
    if (known !== undefined && known.version >= message.version) continue;
    byId.set(message.id, message);
    changed = true;
  }
  return changed ? [...byId.values()].sort((a, b) => a.seq - b.seq) : held;
}
