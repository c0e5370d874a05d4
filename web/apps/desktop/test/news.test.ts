import { applyCommit, fromSnapshot } from "@rapport/event-store";
import type { DeskEvent } from "@rapport/api-client";
import { describe, expect, it } from "vitest";
import { newsOf } from "../src/features/notifications/news.ts";
import { contact, leg, message, snapshot, task } from "./desk.ts";

function news(start: Parameters<typeof snapshot>[0], ...events: Partial<DeskEvent>[]) {
  const before = fromSnapshot(snapshot(start));
  const full = events.map((event) => ({ kind: "x", at: "", ...event }));
  return newsOf(full, before, applyCommit(before, { position: "p2", events: full })).map(({ kind }) => kind);
}
const offer = (over = {}) => task({ state: "offered", legs: [leg({ state: "offered", ...over })] });

describe("news", () => {
  it("tells a new request once", () => {
    expect(news({}, { task: offer(), contact: contact(), message: message() })).toEqual(["offer"]);
    expect(news({ tasks: [offer()] }, { task: { ...offer(), version: 2 } })).toEqual([]);
  });

  it("tells an expired and a withdrawn request apart", () => {
    const gone = (outcome: "expired" | "withdrawn") => ({
      task: task({ version: 2, state: "queued", legs: [leg({ state: "closed", outcome })] }),
    });
    expect(news({ tasks: [offer()] }, gone("expired"))).toEqual(["offer_gone"]);
    expect(news({ tasks: [offer()] }, gone("withdrawn"))).toEqual(["offer_gone"]);
  });

  it("tells customers' messages, not announcements, own messages or receipts", () => {
    const held = { tasks: [task()], last_messages: [message({ seq: 3 })] };
    expect(news(held, { message: message({ id: 9, seq: 4 }) })).toEqual(["message"]);
    expect(news(held, { message: message({ id: 9, seq: 4, direction: "outbound" }) })).toEqual([]);
    expect(news(held, { message: message({ id: 9, seq: 4, direction: "announcement" }) })).toEqual([]);
    expect(news(held, { message: message({ seq: 3, version: 2 }) })).toEqual([]);
  });

  it("tells the one who transferred that nobody accepted, and the other only of the expired request", () => {
    const gone = { kind: "task.dropped", task: task({ version: 2, state: "ended", end_reason: "dropped" }) } as const;
    expect(news({ tasks: [task({ legs: [leg({ state: "wrapping_up", outcome: "transferred" })] })] }, gone)).toEqual(["dropped"]);
    const expired = task({ version: 2, state: "ended", legs: [leg({ state: "closed", outcome: "expired" })] });
    expect(news({ tasks: [offer()] }, { ...gone, task: expired })).toEqual(["offer_gone"]);
  });

  it("passes on notices", () => {
    expect(news({}, { notice: { level: "info", code: "x", params: {} } })).toEqual(["notice"]);
  });
});
