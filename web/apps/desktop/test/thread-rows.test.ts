import { describe, expect, it } from "vitest";
import { firstUnread, threadRows } from "../src/features/conversation/thread-rows.ts";
import { message } from "./desk.ts";

const kinds = (rows: ReturnType<typeof threadRows>) => rows.map((row) => row.kind);
const outgoing = { key: "k1", taskId: 1, conversationId: 1, text: "Hi", attachments: [], createdAt: "2026-01-01T10:00:00Z", failure: null };

describe("thread rows", () => {
  it("divides days and marks the first unread message", () => {
    const messages = [
      message({ id: 1, seq: 1, created_at: "2026-01-01T10:00:00Z" }),
      message({ id: 2, seq: 2, created_at: "2026-01-03T10:00:00Z" }),
    ];
    expect(kinds(threadRows(messages, [], 2))).toEqual(["day", "message", "day", "new", "message"]);
  });

  it("never counts announcements or own messages as unread", () => {
    const messages = [
      message({ seq: 4, direction: "announcement", announcement: { code: "x", params: {} } }),
      message({ seq: 5, direction: "outbound" }),
      message({ seq: 6 }),
    ];
    expect(firstUnread(messages, 3)).toBe(6);
    expect(firstUnread(messages, 6)).toBeNull();
  });

  it("shows a message on its way once, under the same key before and after it is confirmed", () => {
    const before = threadRows([], [outgoing], null).at(-1);
    const confirmed = message({ direction: "outbound", client_id: "k1", author: { kind: "agent", id: 1 } });
    const after = threadRows([confirmed], [outgoing], null);
    expect(kinds(after)).toEqual(["day", "message"]);
    expect(after.at(-1)?.key).toBe(before?.key);
  });

  it("groups messages of one author within minutes, and separates authors", () => {
    const at = (minute: number) => `2026-01-01T10:0${minute}:00Z`;
    const rows = threadRows(
      [
        message({ id: 1, seq: 1, created_at: at(0) }),
        message({ id: 2, seq: 2, created_at: at(1) }),
        message({ id: 3, seq: 3, created_at: at(1), direction: "outbound", author: { kind: "agent", id: 1 } }),
        message({ id: 4, seq: 4, created_at: at(1), direction: "outbound", author: { kind: "agent", id: 2 } }),
      ],
      [],
      null,
    );
    expect(rows.flatMap((row) => (row.kind === "message" ? [row.last] : []))).toEqual([false, true, true, true]);
  });
});
