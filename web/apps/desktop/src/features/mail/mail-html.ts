import type { StyleKind } from "@rapport/api-client";
import { linesOf, safeUrl, type Line, type Rich } from "@rapport/rich-text";

const TAGS: Partial<Record<StyleKind, string>> = { bold: "strong", italic: "em", underline: "u", strike: "s", code: "code" };
const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** A styled text as the HTML of a mail: what was typed is text, only the styles become elements. */
export function mailHtml(rich: Rich): string {
  const parts: string[] = [];
  let open = "";
  for (const line of linesOf(rich)) {
    const list = line.blocks.has("bullet_list") ? "ul" : line.blocks.has("ordered_list") ? "ol" : "";
    const around = [line.blocks.has("quote") ? "blockquote" : "", line.blocks.has("code_block") ? "pre" : list].filter(Boolean).join(" ");
    if (around !== open) {
      parts.push(closing(open), opening(around));
      open = around;
    }
    const inner = pieces(line);
    if (list !== "" && !line.blocks.has("code_block")) parts.push(`<li>${inner}</li>`);
    else if (line.blocks.has("code_block")) parts.push(`${inner}\n`);
    else parts.push(`<div>${inner === "" ? "<br>" : inner}</div>`);
  }
  return [...parts, closing(open)].join("");
}

function pieces(line: Line): string {
  return line.pieces
    .map(({ text, styles, url }) => {
      const plain = styles.reduce((inner, kind) => (TAGS[kind] === undefined ? inner : `<${TAGS[kind]}>${inner}</${TAGS[kind]}>`), escaped(text));
      const safe = safeUrl(url);
      return safe === null ? plain : `<a href="${escaped(safe)}">${plain}</a>`;
    })
    .join("");
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);
}
function opening(tags: string): string {
  return tags === "" ? "" : tags.split(" ").map((tag) => `<${tag}>`).join("");
}
function closing(tags: string): string {
  return tags === "" ? "" : tags.split(" ").reverse().map((tag) => `</${tag}>`).join("");
}
