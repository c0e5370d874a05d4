import type { StyleKind } from "@rapport/api-client";
import type { Rich } from "./edit.ts";
import { isOpen } from "./fields.ts";
import { isBlock } from "./kinds.ts";

/** A stretch of one line over which nothing changes. */
export interface Piece {
  text: string;
  styles: readonly StyleKind[];
  url: string | null;
  /** Part of a template's field, which still shows its name, or has been filled in. */
  field?: "open" | "filled";
}

export interface Line {
  /** Where it begins in the text. */
  start: number;
  pieces: readonly Piece[];
  blocks: ReadonlySet<StyleKind>;
  /** The place in its ordered list, from 1. */
  number: number;
}

/** The text by lines, each cut where a style begins or ends: overlaps need no nesting. */
export function linesOf({ text, marks, template }: Rich): Line[] {
  const fields = template?.fields ?? [];
  const lines: Line[] = [];
  let start = 0;
  for (const line of text.split("\n")) {
    const end = start + line.length;
    const empty = start === end;
    const blocks = new Set(
      marks
        // An empty line belongs to the block that it follows: the list goes on with what is typed there.
        .filter((mark) => isBlock(mark.kind) && (empty ? mark.start <= start && mark.end >= start : mark.start < end && mark.end > start))
        .map((mark) => mark.kind),
    );
    const inline = marks.filter((mark) => !isBlock(mark.kind) && mark.start < end && mark.end > start);
    const edges = [...new Set([start, end, ...[...inline, ...fields].flatMap((range) => [range.start, range.end])])]
      .filter((at) => at >= start && at <= end)
      .sort((a, b) => a - b);
    const pieces = edges.slice(0, -1).map((from, index): Piece => {
      const over = inline.filter((mark) => mark.start <= from && mark.end > from);
      const field = fields.find((each) => each.start <= from && each.end > from);
      return {
        text: text.slice(from, edges[index + 1]),
        styles: over.map((mark) => mark.kind),
        url: over.find((mark) => mark.kind === "link")?.url ?? null,
        ...(field === undefined ? {} : { field: isOpen(text, field) ? "open" : "filled" }),
      };
    });
    const before = lines.at(-1);
    const number = blocks.has("ordered_list") ? (before?.blocks.has("ordered_list") === true ? before.number + 1 : 1) : 0;
    lines.push({ start, pieces, blocks, number });
    start = end + 1;
  }
  return lines;
}
