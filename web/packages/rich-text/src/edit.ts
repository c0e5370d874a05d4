import type { StyleKind } from "@rapport/api-client";
import { fieldsAfterEdit, type Template } from "./fields.ts";
import { isBlock } from "./kinds.ts";

/** A style over `text`, from `start` to before `end`, counted in UTF-16 units as the page does. */
export interface Mark {
  kind: StyleKind;
  start: number;
  end: number;
  url: string | null;
}

export interface Rich {
  text: string;
  marks: readonly Mark[];
  /** What the text was made from, with the fields that are still to be filled in, or were. */
  template?: Template;
}

/** Marks of one kind never touch or overlap each other, none is empty, and all lie in the text. */
export function normalised(rich: Rich): Rich {
  const { text, marks } = rich;
  const known = marks
    .map((mark) => ({ ...mark, start: Math.max(0, mark.start), end: Math.min(text.length, mark.end) }))
    .filter((mark) => mark.start < mark.end)
    .sort((a, b) => a.kind.localeCompare(b.kind) || a.start - b.start || a.end - b.end);
  const out: Mark[] = [];
  for (const mark of known) {
    const last = out.at(-1);
    const joins = last?.kind === mark.kind && last.url === mark.url && mark.start <= last.end;
    if (joins) out[out.length - 1] = { ...last, end: Math.max(last.end, mark.end) };
    else out.push(mark);
  }
  return { ...rich, marks: out.sort((a, b) => a.start - b.start || b.end - a.end) };
}

/**
 * Replaces `start` to `end`. A mark that reaches across the edit, or ends exactly at it, goes on
 * over plain text that is put in; `insert` may be styled itself, then it keeps its own styles.
 */
export function editRange(rich: Rich, start: number, end: number, insert: string | Rich): Rich {
  const piece: Rich = typeof insert === "string" ? { text: insert, marks: [] } : insert;
  const inherits = typeof insert === "string";
  const shift = piece.text.length - (end - start);
  const marks = rich.marks.flatMap((mark): Mark[] => {
    if (mark.end < start || (mark.end === start && !(inherits && grows(mark, rich.text, piece.text)))) return [mark];
    if (mark.start >= end && !(mark.start === start && mark.end > end && start !== end)) {
      return [{ ...mark, start: mark.start + shift, end: mark.end + shift }];
    }
    if (inherits || isBlock(mark.kind)) {
      const from = Math.min(mark.start, start);
      const to = mark.end <= end ? start + piece.text.length : mark.end + shift;
      return [{ ...mark, start: mark.start > start ? start + piece.text.length : from, end: to }];
    }
    return [
      { ...mark, end: Math.min(mark.end, start) },
      { ...mark, start: start + piece.text.length, end: mark.end + shift },
    ];
  });
  const own = piece.marks.map((mark) => ({ ...mark, start: mark.start + start, end: mark.end + start }));
  const text = rich.text.slice(0, start) + piece.text + rich.text.slice(end);
  const template = fieldsAfterEdit(rich, start, end, insert);
  return normalised({ text, marks: [...marks, ...own], ...(template === undefined || text === "" ? {} : { template }) });
}

/** Whether typing at the end of a mark carries it on: not past a line, and links stay as they are. */
function grows(mark: Mark, text: string, typed: string): boolean {
  if (mark.kind === "link") return false;
  if (isBlock(mark.kind)) return text[mark.end - 1] !== "\n" || !typed.startsWith("\n");
  return !typed.includes("\n");
}

/** Whether the whole range carries a style; for styles of lines, whether every line does. */
export function isStyled(rich: Rich, start: number, end: number, kind: StyleKind): boolean {
  const [from, to] = isBlock(kind) ? wholeLines(rich.text, start, end) : [start, end];
  if (from === to) {
    return rich.marks.some((mark) => mark.kind === kind && mark.start < from && mark.end >= from);
  }
  let at = from;
  for (const mark of rich.marks.filter((each) => each.kind === kind).sort((a, b) => a.start - b.start)) {
    if (mark.start <= at && mark.end > at) at = mark.end;
  }
  return at >= to;
}

/** Puts a style on a range, or takes it off where the whole range has it already. */
export function flip(rich: Rich, start: number, end: number, kind: StyleKind): Rich {
  const [from, to] = isBlock(kind) ? wholeLines(rich.text, start, end) : [start, end];
  const off = isStyled(rich, start, end, kind);
  const others = rich.marks.filter((mark) => mark.kind !== kind && !(isBlock(mark.kind) && excludes(kind, mark.kind) && !off && mark.start < to && mark.end > from));
  const cut = rich.marks.filter((mark) => mark.kind === kind).flatMap((mark): Mark[] => {
    if (mark.end < from || mark.start > to || (from !== to && (mark.end === from || mark.start === to))) return [mark];
    return [closed({ ...mark, end: Math.max(mark.start, from) }, rich.text), closed({ ...mark, start: Math.min(mark.end, to) }, rich.text)];
  });
  const trimmedOff = cut.filter((mark) => mark.start < mark.end);
  const added: Mark[] = off ? [] : [{ kind, start: from, end: to, url: null }];
  return normalised({ ...rich, marks: [...others, ...trimmedOff, ...added] });
}

/** A line is a list item of one sort, or code: not both. A quote may hold either list. */
function excludes(chosen: StyleKind, present: StyleKind): boolean {
  if (chosen === "quote" || present === "quote") return chosen === "code_block" || present === "code_block";
  return chosen !== present;
}

/** From the start of the first line to the end of the last, without its line break. */
export function wholeLines(text: string, start: number, end: number): [number, number] {
  const from = start === 0 ? 0 : text.lastIndexOf("\n", start - 1) + 1;
  const last = text.indexOf("\n", Math.max(start, end - (end > start && text[end - 1] === "\n" ? 1 : 0)));
  return [from, last === -1 ? text.length : last];
}

/** A mark of lines without line breaks at its ends; one that ends in a break goes on with what is typed next. */
export function closed(mark: Mark, text: string): Mark {
  if (!isBlock(mark.kind)) return mark;
  let { start, end } = mark;
  while (end > start && text[end - 1] === "\n") end -= 1;
  while (start < end && text[start] === "\n") start += 1;
  return { ...mark, start, end };
}

/** Without white space at either end; the styles move along. */
export function trimmed(rich: Rich): Rich {
  const lead = rich.text.length - rich.text.trimStart().length;
  const text = rich.text.trim();
  const moved = <T extends { start: number; end: number }>(range: T): T => ({ ...range, start: range.start - lead, end: range.end - lead });
  const template = rich.template === undefined ? {} : { template: { ...rich.template, fields: rich.template.fields.map(moved) } };
  return normalised({ text, marks: rich.marks.map(moved), ...template });
}
