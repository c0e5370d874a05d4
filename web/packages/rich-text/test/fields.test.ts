import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editField, editRange, fieldAt, fromTemplate, openFields, toWire, trimmed, type Rich } from "../src/index.ts";

const filled = { id: 7, name: "Order", locked: false, language: "en", text: "🙂 <order number> on <day>", styles: [], fields: [{ name: "order number", start: 2, end: 16 }, { name: "day", start: 20, end: 25 }] };
const words = (rich: Rich) => rich.template?.fields.map(({ start, end }) => rich.text.slice(start, end));

describe("fields", () => {
  it("counts as the page does, and as the server does on the way out", () => {
    const rich = fromTemplate(filled);
    expect(words(rich)).toEqual(["<order number>", "<day>"]);
    expect(toWire(rich).made).toEqual({ template_id: 7, fields: filled.fields });
    expect(words(trimmed(editRange(rich, 0, 2, " ")))).toEqual(["<order number>", "<day>"]);
  });

  it("is filled in by what replaces it, and grows with what follows", () => {
    let rich = fromTemplate(filled);
    rich = editRange(rich, 3, 17, "K");
    rich = editRange(rich, 4, 4, "C");
    expect(rich.text).toBe("🙂 KC on <day>");
    expect(words(rich)).toEqual(["KC", "<day>"]);
    expect(openFields(rich).map(({ name }) => name)).toEqual(["day"]);
    expect(words(editRange(rich, 3, 3, "No. "))).toEqual(["KC", "<day>"]);
    expect(words(editRange(rich, 5, 5, "\n"))).toEqual(["KC", "<day>"]);
    expect(words(editRange(rich, 0, rich.text.length - 2, ""))).toEqual(["y>"]);
    expect(editRange(rich, 0, rich.text.length, "").template).toBeUndefined();
  });

  it("keeps the fields of what was there before when more is put in", () => {
    const rich = editRange(fromTemplate(filled), 3, 3, fromTemplate({ ...filled, id: 8 }));
    expect(words(rich)).toEqual(["<order number>", "<day>", "<order number>", "<day>"]);
    expect(rich.template?.id).toBe(8);
  });

  it("holds fields side by side apart, and the styles around them", () => {
    const two = fromTemplate({ ...filled, text: "a<b><c>d", fields: [{ name: "b", start: 1, end: 4 }, { name: "c", start: 4, end: 7 }], styles: [{ kind: "bold", start: 0, end: 1, url: null }] });
    const rich = editField(two, fieldAt(two, 5, 6)!, "CC");
    expect(words(rich)).toEqual(["<b>", "CC"]);
    expect(words(editField(rich, rich.template!.fields[0]!, "B"))).toEqual(["B", "CC"]);
    expect(editField(two, two.template!.fields[0]!, "BB").marks).toEqual([{ kind: "bold", start: 0, end: 1, url: null }]);
  });

  it("lies within the text and in order, whatever is done", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(30), fc.nat(8), fc.string({ maxLength: 6 }))), (edits) => {
        let rich = fromTemplate(filled);
        for (const [at, length, put] of edits) {
          const start = Math.min(at, rich.text.length);
          rich = editRange(rich, start, Math.min(start + length, rich.text.length), put);
          const fields = rich.template?.fields ?? [];
          expect(fields.every((field, n) => field.start < field.end && field.end <= rich.text.length && field.start >= (fields[n - 1]?.end ?? 0))).toBe(true);
        }
      }),
    );
  });
});
