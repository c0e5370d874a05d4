import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyThread, mergeMessages, mergePage } from "../src/index.ts";
import { message } from "./samples.ts";

const at = (seq: number, version = 1) => message({ id: seq + 1000, seq, version });

describe("thread", () => {
  it("joins older pages without doubles and knows when the beginning is reached", () => {
    const first = mergePage(emptyThread, { items: [at(3), at(4)], has_more: true }, "newest");
    const whole = mergePage(first, { items: [at(1), at(2), at(3)], has_more: false }, "older");
    expect(whole.messages.map((m) => m.seq)).toEqual([1, 2, 3, 4]);
    expect(whole.hasMore).toBe(false);
  });

  it("a message that arrived while the first page was loading stays in", () => {
    const early = { ...emptyThread, messages: mergeMessages([], [at(5)]) };
    const loaded = mergePage(early, { items: [at(3), at(4)], has_more: true }, "newest");
    expect(loaded.messages.map((m) => m.seq)).toEqual([3, 4, 5]);
    expect(loaded.hasMore).toBe(true);
  });

  it("never holds a stretch with a gap after a long absence", () => {
    const held = mergePage(emptyThread, { items: [at(1), at(2)], has_more: false }, "newest");
    const back = mergePage(held, { items: [at(60), at(61)], has_more: true }, "newest");
    expect(back.messages.map((m) => m.seq)).toEqual([60, 61]);
    expect(back.hasMore).toBe(true);
  });

  it("replaces by newer version only, in any order", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 5 }))), (list) => {
        const merged = list.reduce((held, [seq, version]) => mergeMessages(held, [at(seq, version)]), mergeMessages([], []));
        const best = new Map<number, number>();
        for (const [seq, version] of list) best.set(seq, Math.max(version, best.get(seq) ?? 0));
        expect(merged.map((m) => [m.seq, m.version])).toEqual([...best].sort(([a], [b]) => a - b));
      }),
    );
  });
});
