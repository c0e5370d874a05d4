import type { FilledText, MadeFrom, TextStyle } from "@rapport/api-client";
import { closed, normalised, type Rich } from "./edit.ts";

/** As the server counts: in code points. Blocks leave out line breaks at their ends. */
export function toWire({ text, marks, template }: Rich): { text: string; styles: TextStyle[]; made?: MadeFrom } {
  const count = (units: number) => [...text.slice(0, units)].length;
  const styles = marks.map((mark) => closed(mark, text)).map(({ kind, start, end, url }) => ({ kind, start: count(start), end: count(end), url }));
  const made = template && {
    template_id: template.id,
    fields: template.fields.map(({ name, start, end }) => ({ name, start: count(start), end: count(end) })),
  };
  return { text, styles: styles.filter((style) => style.start < style.end), ...(made === undefined ? {} : { made }) };
}

export function fromWire(text: string, styles: readonly TextStyle[]): Rich {
  if (styles.length === 0) return { text, marks: [] };
  const at = unitsOf(text);
  return normalised({
    text,
    marks: styles.map(({ kind, start, end, url }) => closed({ kind, start: at(start), end: at(end), url: url ?? null }, text)),
  });
}

/** A filled template as it is put into the message field. */
export function fromTemplate({ id, name, locked, text, styles, fields }: FilledText): Rich {
  const at = unitsOf(text);
  const ranges = fields.map((field) => ({ name: field.name, start: at(field.start), end: at(field.end) }));
  return { ...fromWire(text, styles), template: { id, name, locked, fields: ranges } };
}

function unitsOf(text: string): (points: number) => number {
  const units = [0];
  for (const char of text) units.push((units.at(-1) ?? 0) + char.length);
  return (points) => units[Math.min(Math.max(points, 0), units.length - 1)] ?? 0;
}
