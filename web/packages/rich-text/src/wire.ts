import type { TextStyle } from "@rapport/api-client";
import { closed, normalised, type Rich } from "./edit.ts";

/** As the server counts: in code points. Blocks leave out line breaks at their ends. */
export function toWire({ text, marks }: Rich): { text: string; styles: TextStyle[] } {
  const count = (units: number) => [...text.slice(0, units)].length;
  const styles = marks.map((mark) => closed(mark, text)).map(({ kind, start, end, url }) => ({ kind, start: count(start), end: count(end), url }));
  return { text, styles: styles.filter((style) => style.start < style.end) };
}

export function fromWire(text: string, styles: readonly TextStyle[]): Rich {
  if (styles.length === 0) return { text, marks: [] };
  const units = [0];
  for (const char of text) units.push((units.at(-1) ?? 0) + char.length);
  const at = (points: number) => units[Math.min(Math.max(points, 0), units.length - 1)] ?? 0;
  return normalised({
    text,
    marks: styles.map(({ kind, start, end, url }) => closed({ kind, start: at(start), end: at(end), url: url ?? null }, text)),
  });
}
