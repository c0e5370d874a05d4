// @vitest-environment happy-dom
import type { StyleKind } from "@rapport/api-client";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { carried, editRange, flip, fromHtml, fromWire, isStyled, linesOf, only, safeUrl, toWire, trimmed, type Mark, type Rich } from "../src/index.ts";

const mark = (kind: StyleKind, start: number, end: number, url: string | null = null): Mark => ({ kind, start, end, url });
const rich = (text: string, ...marks: Mark[]): Rich => ({ text, marks });
const shown = ({ text, marks }: Rich) => marks.map((each) => `${each.kind}:${text.slice(each.start, each.end)}`);

describe("editing", () => {
  it.each<[string, Rich, [number, number, string], string, string[]]>([
    ["typing at the end of bold goes on in bold", rich("abc", mark("bold", 0, 3)), [3, 3, "d"], "abcd", ["bold:abcd"]],
    ["typing in front of bold is plain", rich("abc", mark("bold", 0, 3)), [0, 0, "x"], "xabc", ["bold:abc"]],
    ["typing inside bold is bold", rich("abc", mark("bold", 0, 3)), [1, 1, "x"], "axbc", ["bold:axbc"]],
    ["deleting what is bold takes the style along", rich("abc", mark("bold", 1, 2)), [1, 2, ""], "ac", []],
    ["deleting before moves the style", rich("abc", mark("bold", 2, 3)), [0, 1, ""], "bc", ["bold:c"]],
    ["deleting across an end shortens it", rich("abcdef", mark("bold", 2, 5)), [4, 6, ""], "abcd", ["bold:cd"]],
    ["deleting across a start shortens it", rich("abcdef", mark("bold", 2, 5)), [1, 3, ""], "adef", ["bold:de"]],
    ["replacing all of a bold word keeps it bold", rich("a bold c", mark("bold", 2, 6)), [2, 6, "new"], "a new c", ["bold:new"]],
    ["a link does not grow", rich("here", mark("link", 0, 4, "https://a.example")), [4, 4, "!"], "here!", ["link:here"]],
    ["a new line leaves bold behind", rich("abc", mark("bold", 0, 3)), [3, 3, "\n"], "abc\n", ["bold:abc"]],
    ["a new line goes on with the list", rich("one", mark("bullet_list", 0, 3)), [3, 3, "\n"], "one\n", ["bullet_list:one\n"]],
  ])("%s", (_, before, [start, end, text], after, marks) => {
    const result = editRange(before, start, end, text);
    expect(result.text).toBe(after);
    expect(shown(result)).toEqual(marks);
  });

  it("keeps the styles of what is pasted, and cuts those around it", () => {
    const result = editRange(rich("abcd", mark("bold", 0, 4)), 2, 2, rich("xy", mark("italic", 0, 1)));
    expect(result.text).toBe("abxycd");
    expect(shown(result).sort()).toEqual(["bold:ab", "bold:cd", "italic:x"]);
  });

  it("lets several styles overlap, and flips each by itself", () => {
    let text = flip(rich("one two three"), 0, 7, "bold");
    text = flip(text, 4, 13, "italic");
    expect(shown(text)).toEqual(["bold:one two", "italic:two three"]);
    expect(isStyled(text, 4, 7, "bold")).toBe(true);
    expect(isStyled(text, 4, 9, "bold")).toBe(false);
    expect(shown(flip(text, 4, 7, "bold"))).toEqual(["bold:one ", "italic:two three"]);
  });

  it("puts lists on whole lines, one sort at a time", () => {
    const list = flip(rich("one\ntwo\nthree"), 5, 9, "bullet_list");
    expect(shown(list)).toEqual(["bullet_list:two\nthree"]);
    expect(shown(flip(list, 5, 9, "ordered_list"))).toEqual(["ordered_list:two\nthree"]);
    expect(shown(flip(list, 5, 9, "bullet_list"))).toEqual([]);
  });

  it("takes one line out of a list without touching its neighbours", () => {
    const list = flip(rich("one\ntwo\nthree"), 0, 13, "bullet_list");
    const without = flip(list, 5, 5, "bullet_list");
    expect(linesOf(without).map((line) => line.blocks.has("bullet_list"))).toEqual([true, false, true]);
  });

  it("never leaves a style outside the text, whatever is edited", () => {
    const kinds = fc.constantFrom<StyleKind>("bold", "italic", "quote", "link");
    const marks = fc.array(fc.record({ kind: kinds, start: fc.nat(12), end: fc.nat(12), url: fc.constant(null) }), { maxLength: 5 });
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), marks, fc.nat(12), fc.nat(12), fc.string({ maxLength: 4 }), (text, list, a, b, put) => {
        const start = Math.min(a, b, text.length);
        const end = Math.min(Math.max(a, b), text.length);
        const clean = only({ text, marks: list }, new Set(["bold", "italic", "quote", "link"]));
        const result = editRange(clean, start, end, put);
        expect(result.text).toBe(text.slice(0, start) + put + text.slice(end));
        for (const each of result.marks) {
          expect(each.start).toBeGreaterThanOrEqual(0);
          expect(each.start).toBeLessThan(each.end);
          expect(each.end).toBeLessThanOrEqual(result.text.length);
        }
      }),
    );
  });
});

describe("wire", () => {
  it("counts in code points, both ways", () => {
    const typed = rich("👍🏽 bold", mark("bold", 5, 9));
    expect(toWire(typed).styles).toEqual([{ kind: "bold", start: 3, end: 7, url: null }]);
    expect(fromWire(typed.text, toWire(typed).styles)).toEqual(typed);
  });

  it("trims text and styles together", () => {
    expect(shown(trimmed(rich("  abc \n", mark("bold", 0, 6))))).toEqual(["bold:abc"]);
  });
});

describe("lines", () => {
  it("cut overlapping styles into pieces", () => {
    const [line] = linesOf(rich("abcdef", mark("bold", 0, 4), mark("italic", 2, 6)));
    expect(line?.pieces.map((piece) => [piece.text, ...piece.styles])).toEqual([
      ["ab", "bold"],
      ["cd", "bold", "italic"],
      ["ef", "italic"],
    ]);
  });

  it("number their lists and know an empty line of a list", () => {
    const lines = linesOf(rich("one\ntwo\n\nthree", mark("ordered_list", 0, 7), mark("ordered_list", 9, 14)));
    expect(lines.map((line) => line.number)).toEqual([1, 2, 0, 1]);
    const open = (end: number) => linesOf(rich("one\n", mark("bullet_list", 0, end))).map((line) => line.blocks.has("bullet_list"));
    expect(open(4)).toEqual([true, true]);
    expect(open(3)).toEqual([true, false]);
  });
});

describe("pasting", () => {
  const all = carried("full");
  it.each<[string, string, string, string[]]>([
    ["inline styles", "a <b>bold <i>both</i></b> <del>gone</del>", "a bold both gone", ["bold:bold both", "italic:both", "strike:gone"]],
    ["lists", "<ul><li>one</li><li>two</li></ul>after", "one\ntwo\nafter", ["bullet_list:one", "bullet_list:two"]],
    ["paragraphs", "<p>one</p>\n<p>two</p>", "one\n\ntwo", []],
    ["office styles", '<span style="font-weight:700">heavy</span><b style="font-weight:normal"> light</b>', "heavy light", ["bold:heavy"]],
    ["code", "<pre>let a\n  = 1</pre>", "let a\n  = 1", ["code_block:let a\n  = 1"]],
    ["links", '<a href="https://shop.example/">shop</a> <a href="javascript:x()">bad</a>', "shop bad", ["link:shop"]],
    ["nothing that runs or is hidden in the head", "<style>b{}</style><script>x()</script><img src=x onerror=y()>text", "text", []],
    ["tables", "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc", []],
  ])("keeps %s", (_, html, text, marks) => {
    const result = fromHtml(html, all);
    expect(result.text).toBe(text);
    expect(shown(result)).toEqual(marks);
  });

  it("keeps only what the channel can carry, and spells links out", () => {
    const result = fromHtml('<u>under</u> <b>bold</b> <a href="https://shop.example/a">shop</a> <a href="https://b.example">https://b.example</a>', carried("subset"));
    expect(result.text).toBe("under bold shop (https://shop.example/a) https://b.example");
    expect(shown(result)).toEqual(["bold:bold"]);
    expect(fromHtml("<b>x</b>", carried("none")).marks).toEqual([]);
  });

  it("opens web and mail addresses only", () => {
    expect(["https://a.example", "mailto:a@b.example", "javascript:alert(1)", "data:text/html,x", "//a.example", null].map(safeUrl)).toEqual([
      "https://a.example", "mailto:a@b.example", null, null, null, null,
    ]);
  });
});
