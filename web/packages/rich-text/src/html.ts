import type { StyleKind } from "@rapport/api-client";
import { normalised, trimmed, type Mark, type Rich } from "./edit.ts";
import { only, safeUrl } from "./kinds.ts";

const TAGS: Record<string, StyleKind> = {
  B: "bold", STRONG: "bold", I: "italic", EM: "italic", U: "underline", INS: "underline",
  S: "strike", DEL: "strike", STRIKE: "strike", CODE: "code", KBD: "code", SAMP: "code",
  PRE: "code_block", BLOCKQUOTE: "quote", H1: "bold", H2: "bold", H3: "bold", H4: "bold",
};
const OWN_LINE = new Set(["P", "DIV", "LI", "UL", "OL", "PRE", "BLOCKQUOTE", "TR", "TABLE", "SECTION", "ARTICLE", "HEADER", "FOOTER", "H1", "H2", "H3", "H4", "H5", "H6", "HR", "DL", "DT", "DD"]);
const SKIPPED = new Set(["SCRIPT", "STYLE", "HEAD", "TITLE", "TEMPLATE", "NOSCRIPT", "IFRAME", "OBJECT", "SVG", "META", "LINK"]);

/**
 * What was copied elsewhere, as text with those styles that are allowed. The document is parsed
 * apart from the page: nothing in it is loaded, run or kept.
 */
export function fromHtml(html: string, allowed: ReadonlySet<StyleKind>): Rich {
  const reader = new Reader();
  reader.children(new DOMParser().parseFromString(html, "text/html").body, false, null);
  return only(trimmed(normalised({ text: reader.text, marks: reader.marks })), allowed);
}

class Reader {
  text = "";
  readonly marks: Mark[] = [];

  children(node: Node, pre: boolean, list: StyleKind | null): void {
    for (const child of node.childNodes) this.node(child, pre, list);
  }

  private node(node: Node, pre: boolean, list: StyleKind | null): void {
    if (node.nodeType === 3) return this.write(node.textContent ?? "", pre);
    if (node.nodeType !== 1) return;
    const element = node as HTMLElement;
    const tag = element.tagName.toUpperCase();
    if (SKIPPED.has(tag)) return;
    if (tag === "BR") {
      this.text += "\n";
      return;
    }
    if (tag === "TD" || tag === "TH") this.cell();
    if (OWN_LINE.has(tag)) this.freshLine();
    const start = this.text.length;
    const inner = tag === "UL" ? "bullet_list" : tag === "OL" ? "ordered_list" : list;
    this.children(element, pre || tag === "PRE", inner);
    const ended = OWN_LINE.has(tag);
    const end = this.text.length;
    for (const kind of kindsOf(element, tag, list, pre)) this.mark(kind, start, end, null);
    if (tag === "A") this.mark("link", start, end, safeUrl(element.getAttribute("href")));
    if (ended) this.freshLine();
    if (tag === "P" && this.text.length > start) this.text += "\n";
  }

  private mark(kind: StyleKind, start: number, end: number, url: string | null): void {
    if (kind === "link" && url === null) return;
    let last = end;
    while (last > start && /\s/.test(this.text[last - 1] ?? "")) last -= 1;
    if (last > start) this.marks.push({ kind, start, end: last, url });
  }

  private write(text: string, pre: boolean): void {
    const shown = pre ? text.replaceAll("\r", "") : text.replace(/[ \t\r\n]+/g, " ").replaceAll("\u00a0", " ");
    this.text += !pre && /(^|\s)$/.test(this.text) ? shown.trimStart() : shown;
  }

  private freshLine(): void {
    if (this.text !== "" && !this.text.endsWith("\n")) this.text = `${this.text.replace(/ +$/, "")}\n`;
  }

  private cell(): void {
    if (this.text !== "" && !/\s$/.test(this.text)) this.text += "\t";
  }
}

/** By tag, and by the style attributes that office programs and mail write instead of tags. */
function kindsOf(element: HTMLElement, tag: string, list: StyleKind | null, pre: boolean): Set<StyleKind> {
  const found = new Set<StyleKind>();
  const byTag = TAGS[tag];
  const style = (element.getAttribute("style") ?? "").toLowerCase();
  // Google Docs wraps everything in <b style="font-weight:normal">.
  if (byTag !== undefined && !(byTag === "bold" && /font-weight:\s*(normal|400)/.test(style)) && !(pre && byTag === "code")) found.add(byTag);
  if (/^H[1-4]$/.test(tag)) found.add("heading");
  if (tag === "TR") found.add("table");
  if (tag === "LI" && list !== null) found.add(list);
  if (/font-weight:\s*(bold|[6-9]00)/.test(style)) found.add("bold");
  if (/font-style:\s*italic/.test(style)) found.add("italic");
  if (/text-decoration[^;]*line-through/.test(style)) found.add("strike");
  if (/text-decoration[^;]*underline/.test(style) && tag !== "A") found.add("underline");
  return found;
}
