import type { StyleKind } from "@rapport/api-client";
import { normalised, type Rich } from "./edit.ts";

export const inlineKinds: readonly StyleKind[] = ["bold", "italic", "underline", "strike", "code"];
const CHAT_BLOCKS: readonly StyleKind[] = ["code_block", "quote", "bullet_list", "ordered_list"];
/** Styles that belong to whole lines. A line of a table is a row, its cells are parted by tabs. */
export const blockKinds: readonly StyleKind[] = [...CHAT_BLOCKS, "heading", "indent", "table"];
export const colours: readonly StyleKind[] = ["red", "orange", "green", "blue"];

const CHAT: readonly StyleKind[] = ["bold", "italic", "strike", "code", ...CHAT_BLOCKS];
const MAIL: readonly StyleKind[] = ["bold", "italic", "underline", "strike", "heading", ...colours, "bullet_list", "ordered_list", "quote", "indent", "table", "link"];

/** The styles of a mail, which is HTML. */
export function mailStyles(): ReadonlySet<StyleKind> {
  return new Set(MAIL);
}

export function isBlock(kind: StyleKind): boolean {
  return blockKinds.includes(kind);
}

/** The styles that reach the customer, by what the channel says of itself. */
export function carried(richText: "none" | "subset" | "full"): ReadonlySet<StyleKind> {
  if (richText === "none") return new Set();
  return new Set(richText === "full" ? [...CHAT, "underline", "link"] : CHAT);
}

/** A text without the styles that a channel has not; links become their address in brackets. */
export function only(rich: Rich, allowed: ReadonlySet<StyleKind>): Rich {
  let { text } = rich;
  let { marks, template } = rich;
  if (!allowed.has("link")) {
    const links = marks.filter((mark) => mark.kind === "link" && mark.url !== null).sort((a, b) => b.end - a.end);
    for (const { start, end, url } of links) {
      if (text.slice(start, end).includes(url ?? "")) continue;
      const shown = ` (${url})`;
      text = text.slice(0, end) + shown + text.slice(end);
      const moved = <T extends { start: number; end: number }>(range: T): T => ({
        ...range,
        start: range.start >= end ? range.start + shown.length : range.start,
        end: range.end > end ? range.end + shown.length : range.end,
      });
      marks = marks.map(moved);
      if (template !== undefined) template = { ...template, fields: template.fields.map(moved) };
    }
  }
  return normalised({ text, marks: marks.filter((mark) => allowed.has(mark.kind)), ...(template === undefined ? {} : { template }) });
}

/** The address if it can be opened without harm: web and mail only, nothing that runs. */
export function safeUrl(url: string | null): string | null {
  if (url === null || url.length > 2000) return null;
  return /^(https?:\/\/|mailto:)/i.test(url.trim()) ? url.trim() : null;
}
