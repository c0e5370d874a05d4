import type { StyleKind } from "@rapport/api-client";
import { normalised, type Rich } from "./edit.ts";

export const inlineKinds: readonly StyleKind[] = ["bold", "italic", "underline", "strike", "code"];
/** Styles that belong to whole lines. */
export const blockKinds: readonly StyleKind[] = ["code_block", "quote", "bullet_list", "ordered_list"];

const CHAT: readonly StyleKind[] = ["bold", "italic", "strike", "code", ...blockKinds];

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
  let marks = rich.marks;
  if (!allowed.has("link")) {
    const links = marks.filter((mark) => mark.kind === "link" && mark.url !== null).sort((a, b) => b.end - a.end);
    for (const { start, end, url } of links) {
      if (text.slice(start, end).includes(url ?? "")) continue;
      const shown = ` (${url})`;
      text = text.slice(0, end) + shown + text.slice(end);
      marks = marks.map((mark) => ({
        ...mark,
        start: mark.start >= end ? mark.start + shown.length : mark.start,
        end: mark.end > end ? mark.end + shown.length : mark.end,
      }));
    }
  }
  return normalised({ text, marks: marks.filter((mark) => allowed.has(mark.kind)) });
}

/** The address if it can be opened without harm: web and mail only, nothing that runs. */
export function safeUrl(url: string | null): string | null {
  if (url === null || url.length > 2000) return null;
  return /^(https?:\/\/|mailto:)/i.test(url.trim()) ? url.trim() : null;
}
