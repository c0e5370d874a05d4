import type { TextStyle } from "../protocol/frames";

/** A stretch of one line over which nothing changes. */
export interface Piece {
  text: string;
  kinds: readonly string[];
}

export interface Line {
  pieces: readonly Piece[];
  /** What stands before a line of a list. */
  sign: string;
  kinds: readonly string[];
}

const OF_LINES = ["code_block", "quote", "bullet_list", "ordered_list"];

/** A text by lines, each cut where a style begins or ends. Styles count code points. */
export function styledLines(text: string, styles: readonly TextStyle[]): Line[] {
  const lines: Line[] = [];
  let start = 0;
  let number = 0;
  for (const raw of text.split("\n")) {
    const signs = [...raw];
    const end = start + signs.length;
    const over = (from: number, to: number) =>
      styles.filter((style) => style.start < to && style.end > from);
    const kinds = over(start, end)
      .map(({ kind }) => kind)
      .filter((kind) => OF_LINES.includes(kind));
    const inline = over(start, end).filter(({ kind }) => !OF_LINES.includes(kind));
    const edges = [...new Set([start, end, ...inline.flatMap((s) => [s.start, s.end])])]
      .filter((at) => at >= start && at <= end)
      .sort((a, b) => a - b);
    const pieces = edges.slice(1).map((to, i) => {
      const from = edges[i] ?? start;
      return {
        text: signs.slice(from - start, to - start).join(""),
        kinds: inline.filter((s) => s.start <= from && s.end >= to).map(({ kind }) => kind),
      };
    });
    number = kinds.includes("ordered_list") ? number + 1 : 0;
    const sign = number ? `${number}. ` : kinds.includes("bullet_list") ? "• " : "";
    lines.push({ pieces, sign, kinds });
    start = end + 1;
  }
  return lines;
}
