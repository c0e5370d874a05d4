import { ApiError, type Message } from "@rapport/api-client";
import { describe, expect, it, vi } from "vitest";
import { Outbox, type Outgoing } from "../src/features/connection/outbox.ts";
import { message } from "./desk.ts";

const draft = (text: string, conversationId = 1) => ({ taskId: 7, conversationId, text, attachments: [] });
const unanswered = () => Promise.reject(new ApiError("unreachable", "", 0, {}));

function outbox(send: (item: Outgoing) => Promise<Message>, ready = () => true) {
  const sent: Message[] = [];
  const box = new Outbox({ send, ready, onSent: (item) => sent.push(item) });
  box.open(1);
  return { box, sent };
}

describe("outbox", () => {
  it("sends the messages of a conversation one after the other, in the order written", async () => {
    const order: string[] = [];
    const { box } = outbox(async (item) => {
      order.push(`start ${item.text}`);
      await Promise.resolve();
      order.push(`end ${item.text}`);
      return message();
    });
    box.add(draft("a"));
    box.add(draft("b"));
    await vi.waitFor(() => expect(box.items.get()).toEqual([]));
    expect(order).toEqual(["start a", "end a", "start b", "end b"]);
  });

  it("repeats an unanswered message with the same key", async () => {
    vi.useFakeTimers();
    const keys: string[] = [];
    const { box, sent } = outbox((item) => {
      keys.push(item.key);
      return keys.length === 1 ? unanswered() : Promise.resolve(message());
    });
    box.add(draft("a"));
    await vi.advanceTimersByTimeAsync(2000);
    expect(keys).toHaveLength(2);
    expect(keys[0]).toBe(keys[1]);
    expect(sent).toHaveLength(1);
    vi.useRealTimers();
  });

  it("survives a closed page: the next one sends what was left, with its key", async () => {
    const { box } = outbox(() => Promise.resolve(message()), () => false);
    box.add(draft("typed offline"));
    const key = box.items.get()[0]?.key;
    const keys: string[] = [];
    const later = outbox((item) => (keys.push(item.key), Promise.resolve(message())));
    await vi.waitFor(() => expect(later.box.items.get()).toEqual([]));
    expect(keys).toEqual([key]);
    expect(localStorage.getItem("rapport.outbox.1")).toBe("[]");
  });

  it("keeps a refused message with the reason, and lets the next one through", async () => {
    const { box, sent } = outbox((item) =>
      item.text === "bad" ? Promise.reject(new ApiError("over_limit", "", 409, {})) : Promise.resolve(message()),
    );
    box.add(draft("bad"));
    box.add(draft("good"));
    await vi.waitFor(() => expect(sent).toHaveLength(1));
    expect(box.items.get()).toMatchObject([{ text: "bad", failure: { code: "over_limit" } }]);
  });
});
