import type { VisitorMessage } from "./frames";

/**
 * The messages a visitor holds, in order, and up to where they are known to be complete.
 *
 * The numbers a visitor sees may have holes for good: notes and lines for agents are numbered in the
 * same conversation. So a hole is a reason to ask once, and the server's answer settles it.
 */
export interface Thread {
  readonly messages: readonly VisitorMessage[];
  readonly completeTo: number;
}

export const EMPTY_THREAD: Thread = { messages: [], completeTo: 0 };

export function lastSeq(thread: Thread): number {
  return thread.messages.at(-1)?.seq ?? 0;
}

export function hasGap(thread: Thread): boolean {
  return lastSeq(thread) > thread.completeTo;
}

/** Adds messages; one that is held already is replaced, since the server's copy is the true one. */
export function merge(thread: Thread, incoming: readonly VisitorMessage[]): Thread {
  if (!incoming.length) return thread;
  const bySeq = new Map(thread.messages.map((message) => [message.seq, message]));
  for (const message of incoming) bySeq.set(message.seq, message);
  const messages = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  let { completeTo } = thread;
  while (bySeq.has(completeTo + 1)) completeTo++;
  return { messages, completeTo };
}

/** The server has said that nothing is missing up to `seq`. */
export function settle(thread: Thread, seq: number): Thread {
  return merge({ ...thread, completeTo: Math.max(thread.completeTo, seq) }, thread.messages);
}

/** How many agent messages came after `seenSeq`. */
export function countUnread(thread: Thread, seenSeq: number): number {
  return thread.messages.filter((m) => m.author === "agent" && m.seq > seenSeq).length;
}
