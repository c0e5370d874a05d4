import type { Message } from "@rapport/api-client";
import { dayKey } from "../../shared/time.ts";
import type { Outgoing } from "../connection/outbox.ts";

export type ThreadRow =
  | { kind: "day"; key: string; at: string }
  | { kind: "new"; key: string }
  | { kind: "announcement"; key: string; message: Message }
  | { kind: "message"; key: string; message: Message; last: boolean }
  | { kind: "outgoing"; key: string; item: Outgoing };

/** Messages of one author within this time read as one block, with author and time once below. */
const BLOCK_MS = 3 * 60_000;

/** What the thread shows, from top to bottom: messages with dividers, then what is on its way. */
export function threadRows(
  messages: readonly Message[],
  outgoing: readonly Outgoing[],
  firstUnreadSeq: number | null,
): ThreadRow[] {
  const rows: ThreadRow[] = [];
  const confirmed = new Set<string>();
  let day = "";
  messages.forEach((message, index) => {
    if (message.client_id !== null) confirmed.add(message.client_id);
    const today = dayKey(message.created_at);
    if (today !== day) {
      day = today;
      rows.push({ kind: "day", key: `day-${today}`, at: message.created_at });
    }
    if (message.seq === firstUnreadSeq) rows.push({ kind: "new", key: "new" });
    if (message.direction === "announcement") {
      rows.push({ kind: "announcement", key: `m-${message.id}`, message });
      return;
    }
    // A message keeps the key that it had on its way, so that it does not flash when confirmed.
    const key = message.client_id === null ? `m-${message.id}` : `o-${message.client_id}`;
    rows.push({ kind: "message", key, message, last: !sameBlock(message, messages[index + 1]) });
  });
  for (const item of outgoing) {
    if (!confirmed.has(item.key)) rows.push({ kind: "outgoing", key: `o-${item.key}`, item });
  }
  return rows;
}

function sameBlock(message: Message, next: Message | undefined): boolean {
  return (
    next !== undefined &&
    next.direction === message.direction &&
    next.author.kind === message.author.kind &&
    next.author.id === message.author.id &&
    message.status !== "failed" &&
    dayKey(next.created_at) === dayKey(message.created_at) &&
    Date.parse(next.created_at) - Date.parse(message.created_at) < BLOCK_MS
  );
}

/** The first customer message that was unread when the conversation was opened. */
export function firstUnread(messages: readonly Message[], readSeq: number): number | null {
  return messages.find((message) => message.seq > readSeq && message.direction === "inbound")?.seq ?? null;
}
