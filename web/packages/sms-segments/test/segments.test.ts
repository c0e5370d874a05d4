import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Segments, segments, split } from "../src/index.ts";

interface Case {
  name: string;
  text: [string, number][];
  expected: Segments;
}

const table = new URL("../../../../tests/unit/domain/segments.json", import.meta.url);
const cases = JSON.parse(readFileSync(table, "utf-8")) as Case[];
const texts = fc.oneof(
  fc.string({ unit: "binary", maxLength: 400 }),
  fc.string({ unit: fc.constantFrom("a", "€", "@"), maxLength: 500 }),
  fc.string({ unit: fc.constantFrom("a", "😀", "Ж"), maxLength: 300 }),
);

describe("the table shared with the server", () => {
  it("has cases", () => expect(cases.length).toBeGreaterThan(20));
  it.each(cases)("$name", ({ text, expected }) => {
    expect(segments(text.map(([part, times]) => part.repeat(times)).join(""))).toEqual(expected);
  });
});

describe("any text", () => {
  it("is the sum of its parts, as many as counted", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const parts = split(text);
        expect(parts.join("")).toBe(text);
        expect(parts.length).toBe(segments(text).count);
      }),
    );
  });

  it("never tears a surrogate pair", () => {
    fc.assert(
      fc.property(texts, (text) => {
        for (const part of split(text).slice(0, -1)) expect(part.at(-1)).not.toMatch(/^[\ud800-\udbff]$/);
      }),
    );
  });
});
