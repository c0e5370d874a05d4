import type { StyleKind } from "@rapport/api-client";
import { linesOf, safeUrl, type Line, type Rich } from "@rapport/rich-text";

const TAGS: Partial<Record<StyleKind, string>> = { bold: "strong", italic: "em", underline: "u", strike: "s", code: "code" };
const COLOURS: Partial<Record<StyleKind, string>> = { red: "#c92a2a", orange: "#b85c00", green: "#237032", blue: "#1558b0" };
const TABLE = '<table style="border-collapse:collapse">';
const ESCAPES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** A styled text as the HTML of a mail: what was typed is text, only the styles become elements. */
export function mailHtml(rich: Rich): string {
  const parts: string[] = [];
  let open = "";
  for (const line of linesOf(rich)) {
    if (line.blocks.has("table")) {
      if (open !== "table") parts.push(closing(open), TABLE);
      open = "table";
      parts.push(row(line));
      continue;
    }
    const list = line.blocks.has("bullet_list") ? "ul" : line.blocks.has("ordered_list") ? "ol" : "";
    const around = [line.blocks.has("indent") ? "section" : "", line.blocks.has("quote") ? "blockquote" : "", line.blocks.has("code_block") ? "pre" : list].filter(Boolean).join(" ");
    if (around !== open) {
      parts.push(closing(open), opening(around));
      open = around;
    }
    const inner = pieces(line);
    if (list !== "" && !line.blocks.has("code_block")) parts.push(`<li>${inner}</li>`);
    else if (line.blocks.has("code_block")) parts.push(`${inner}\n`);
    else if (line.blocks.has("heading")) parts.push(`<h2>${inner}</h2>`);
    else parts.push(`<div>${inner === "" ? "<br>" : inner}</div>`);
  }
  return [...parts, closing(open)].join("");
}

/** A line with tabs as a row with cells. */
function row(line: Line): string {
  const cells = pieces(line).split("\t").map((cell) => `<td style="border:1px solid #999;padding:4px 8px">${cell}</td>`);
  return `<tr>${cells.join("")}</tr>`;
}

function pieces(line: Line): string {
  return line.pieces
    .map(({ text, styles, url }) => {
      const plain = styles.reduce((inner, kind) => (COLOURS[kind] !== undefined ? `<span style="color:${COLOURS[kind]}">${inner}</span>` : TAGS[kind] === undefined ? inner : `<${TAGS[kind]}>${inner}</${TAGS[kind]}>`), escaped(text));
      const safe = safeUrl(url);
      return safe === null ? plain : `<a href="${escaped(safe)}">${plain}</a>`;
    })
    .join("");
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? sign);
}
function opening(tags: string): string {
  return tags === "" ? "" : tags.split(" ").map((tag) => (tag === "section" ? '<div style="margin-left:40px">' : `<${tag}>`)).join("");
}
function closing(tags: string): string {
  return tags === "" ? "" : tags.split(" ").reverse().map((tag) => (tag === "section" ? "</div>" : `</${tag}>`)).join("");
}
