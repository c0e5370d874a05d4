import { editRange, type Rich } from "./edit.ts";

/** A stretch of the text that came from a template to be filled in; it shows `<name>` until then. */
export interface Field {
  name: string;
  start: number;
  end: number;
}

/** What a text was made from. Of a locked one only the fields can be changed. */
export interface Template {
  id: number;
  name: string;
  locked: boolean;
  fields: readonly Field[];
}

export function isOpen(text: string, { name, start, end }: Field): boolean {
  return text.slice(start, end) === `<${name}>`;
}

/** Fields that still show their name, in the order of the text. */
export function openFields({ text, template }: Rich): Field[] {
  return (template?.fields ?? []).filter((field) => isOpen(text, field)).sort((a, b) => a.start - b.start);
}

/** The field that holds a whole range; at a seam the one that ends there. */
export function fieldAt({ template }: Rich, start: number, end: number): Field | undefined {
  return template?.fields.find((field) => field.start <= start && end <= field.end);
}

/** Puts a text into a field, in the styles that cover it. */
export function editField(rich: Rich, field: Field, text: string): Rich {
  const covering = rich.marks.filter((mark) => mark.start <= field.start && mark.end >= field.end);
  const marks = covering.map((mark) => ({ ...mark, start: 0, end: text.length }));
  const next = editRange(rich, field.start, field.end, { text, marks });
  if (rich.template === undefined) return next;
  const shift = text.length - (field.end - field.start);
  const fields = rich.template.fields.map((each) => {
    if (each === field) return { ...each, end: each.end + shift };
    return each.start >= field.end ? { ...each, start: each.start + shift, end: each.end + shift } : each;
  });
  return { ...next, template: { ...rich.template, fields } };
}

/** Where the fields are once `start` to `end` has been replaced; and what the text is made from then. */
export function fieldsAfterEdit(rich: Rich, start: number, end: number, insert: string | Rich): Template | undefined {
  const piece: Rich = typeof insert === "string" ? { text: insert, marks: [] } : insert;
  const { length } = piece.text;
  const shift = length - (end - start);
  const own = (piece.template?.fields ?? []).map((field) => ({ ...field, start: field.start + start, end: field.end + start }));
  const kept = (rich.template?.fields ?? []).flatMap((field): Field[] => {
    if (field.end < start || (field.end === start && (start < end || piece.text.includes("\n") || own.length > 0))) return [field];
    if (field.start >= end) return [{ ...field, start: field.start + shift, end: field.end + shift }];
    if (start <= field.start && field.end <= end) {
      const filled = start === field.start && end === field.end && length > 0 && own.length === 0;
      return filled ? [{ ...field, end: start + length }] : [];
    }
    if (field.start <= start && end <= field.end) return [{ ...field, end: field.end + shift }];
    if (field.start < start) return [{ ...field, end: start }];
    return [{ ...field, start: start + length, end: field.end + shift }];
  });
  const from = piece.template ?? rich.template;
  return from === undefined ? undefined : { ...from, fields: [...kept, ...own].filter((field) => field.start < field.end) };
}
