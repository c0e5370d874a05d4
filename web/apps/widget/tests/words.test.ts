import { describe, expect, it } from "vitest";
import { typeAllowed } from "../src/files/types";
import { backoff } from "../src/protocol/backoff";
import { contrast, paletteFor } from "../src/protocol/colour";
import { countCharacters } from "../src/protocol/text";
import { linkify } from "../src/rich/links";
import { styledLines } from "../src/rich/styles";
import { chatTexts, panelTexts } from "../src/texts/en";
import { sayer } from "../src/texts/say";

const rgb = (css: string) => css.match(/\d+/g)!.map(Number);

describe("linkify", () => {
  const links = (text: string) => linkify(text).filter((s) => s.href).map((s) => s.href);

  it("keeps the text whole", () => {
    for (const text of ["", "a", "see https://a.example/b?c=d, and mail x@y.example!", "www.a.example"]) {
      expect(linkify(text).map((s) => s.text).join("")).toBe(text);
    }
  });
  it("leaves punctuation and brackets outside", () => {
    expect(links("(https://a.example/b).")).toEqual(["https://a.example/b"]);
    expect(links("https://a.example/b_(c)")).toEqual(["https://a.example/b_(c)"]);
    expect(links("www.a.example, or me@a.example.")).toEqual(["https://www.a.example", "mailto:me@a.example"]);
  });
  it("never makes a link of another scheme", () => {
    expect(links("javascript:alert(1) data:text/html,x file:///etc/passwd")).toEqual([]);
  });
});

describe("colours", () => {
  it("are read as sites write them", () => {
    const accents = ["#1f5fbf", "1F5FBF", "#abc", "teal"].map((c) => paletteFor(c, "#ffffff").accent);
    expect(accents).toEqual(["rgb(31,95,191)", "rgb(31,95,191)", "rgb(170,187,204)", "rgb(31,95,191)"]);
  });
  it("are readable for any site colour, on light and dark", () => {
    for (const surface of ["#ffffff", "#1b1d22"]) {
      const ground = surface === "#ffffff" ? [255, 255, 255] : [27, 29, 34];
      for (const color of ["#000", "#fff", "#ff0", "#777777", "#1f5fbf", "#e91e63", "#00e5ff", "nonsense"]) {
        const { accent, onAccent, accentText } = paletteFor(color, surface);
        expect(contrast(rgb(accent), rgb(onAccent))).toBeGreaterThanOrEqual(4.5);
        expect(contrast(rgb(accentText), ground)).toBeGreaterThanOrEqual(4.5);
      }
    }
  });
});

it("counts characters as the server does", () => {
  expect(countCharacters("a🙂é")).toBe(3);
});

it("checks file types by media type, family or ending", () => {
  expect(typeAllowed(["image/*"], "a.png", "image/png")).toBe(true);
  expect(typeAllowed([".pdf"], "A.PDF", "")).toBe(true);
  expect(typeAllowed(["image/png", "pdf"], "a.exe", "application/x-msdownload")).toBe(false);
  expect(typeAllowed([], "a.exe", "")).toBe(true);
});

it("waits longer and longer, but never for ever, and never all at once", () => {
  expect(backoff(0, 0)).toBe(250);
  expect(backoff(0, 1)).toBe(500);
  expect(backoff(3, 1)).toBe(4000);
  expect(backoff(99, 1)).toBe(30_000);
});

it("prefers the site's own words and fills in values", () => {
  const say = sayer({ joined: "Hurray, {name}!" }, panelTexts, chatTexts);
  expect(say("joined", { name: "Robin" })).toBe("Hurray, Robin!");
  expect(say("position", { n: 3 })).toBe("You're number 3 in the queue.");
});

describe("styles of an agent's message", () => {
  const plain = (lines: ReturnType<typeof styledLines>) =>
    lines.map(({ pieces, sign }) => sign + pieces.map(({ text }) => text).join(""));

  it("count code points and may overlap", () => {
    const [line] = styledLines("🫖 is warm", [
      { kind: "bold", start: 0, end: 4 },
      { kind: "italic", start: 2, end: 9 },
    ]);
    expect(line?.pieces).toEqual([
      { text: "🫖 ", kinds: ["bold"] },
      { text: "is", kinds: ["bold", "italic"] },
      { text: " warm", kinds: ["italic"] },
    ]);
  });

  it("lists have their signs, and begin anew after other lines", () => {
    const text = "one\ntwo\n\nthree\nfour";
    const lines = styledLines(text, [
      { kind: "ordered_list", start: 0, end: 7 },
      { kind: "bullet_list", start: 9, end: 14 },
      { kind: "ordered_list", start: 15, end: 19 },
    ]);
    expect(plain(lines)).toEqual(["1. one", "2. two", "", "• three", "1. four"]);
  });

  it("what is not known changes nothing of the text", () => {
    expect(plain(styledLines("a\nb", [{ kind: "blink", start: 0, end: 3 }]))).toEqual(["a", "b"]);
  });
});
