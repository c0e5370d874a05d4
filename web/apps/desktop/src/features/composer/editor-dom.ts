import { colours, linesOf, type Rich } from "@rapport/rich-text";

const TAGS = { bold: "b", italic: "i", underline: "u", strike: "s", code: "code" } as const;

/** Draws a text into an editable element: one block per line, styles as elements around text. */
export function draw(root: HTMLElement, rich: Rich): void {
  const lines = linesOf(rich).map((line) => {
    const block = document.createElement("div");
    for (const kind of line.blocks) block.dataset[camel(kind)] = "";
    if (line.number > 0) block.dataset["number"] = `${line.number}.`;
    for (const piece of line.pieces) {
      let node: Node = document.createTextNode(piece.text);
      for (const kind of piece.styles) {
        if (colours.includes(kind)) {
          const coloured = document.createElement("span");
          coloured.dataset["colour"] = kind;
          coloured.append(node);
          node = coloured;
          continue;
        }
        const tag = kind === "link" ? "u" : TAGS[kind as keyof typeof TAGS];
        if (tag === undefined) continue;
        const around = document.createElement(tag);
        around.append(node);
        node = around;
      }
      if (piece.field !== undefined) {
        const mark = document.createElement("mark");
        mark.dataset["field"] = piece.field;
        mark.append(node);
        node = mark;
      }
      block.append(node);
    }
    if (line.pieces.length === 0) block.append(document.createElement("br"));
    return block;
  });
  root.replaceChildren(...lines);
  root.dataset["empty"] = String(rich.text === "" && rich.marks.length === 0);
}

function camel(kind: string): string {
  return kind.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** The text that the element shows; what the browser has put there itself included. */
export function readText(root: HTMLElement): string {
  return [...root.childNodes].map((node) => node.textContent ?? "").join("\n");
}

/** Where a point of the page lies in the text. */
export function offsetOf(root: HTMLElement, node: Node, offset: number): number {
  const lines = [...root.childNodes];
  if (node === root) return lengthBefore(lines, offset) - (offset >= lines.length && offset > 0 ? 1 : 0);
  const index = lines.findIndex((line) => line.contains(node));
  const line = lines[index];
  if (line === undefined) return 0;
  const range = document.createRange();
  range.setStart(line, 0);
  range.setEnd(node, offset);
  return lengthBefore(lines, index) + range.toString().length;
}

function lengthBefore(lines: readonly Node[], count: number): number {
  return lines.slice(0, count).reduce((sum, line) => sum + (line.textContent?.length ?? 0) + 1, 0);
}

/** The point of the page at a place in the text. */
export function pointAt(root: HTMLElement, offset: number): [Node, number] {
  let left = offset;
  for (const line of root.childNodes) {
    const length = line.textContent?.length ?? 0;
    if (left > length && line !== root.lastChild) {
      left -= length + 1;
      continue;
    }
    const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
    let last: Text | null = null;
    for (let node = walker.nextNode() as Text | null; node !== null; node = walker.nextNode() as Text | null) {
      if (left <= node.length) return [node, left];
      left -= node.length;
      last = node;
    }
    return last === null ? [line, 0] : [last, last.length];
  }
  return [root, 0];
}

/** Puts the caret or a selection, and brings it into view. */
export function select(root: HTMLElement, start: number, end: number): void {
  const [startNode, startOffset] = pointAt(root, start);
  const [endNode, endOffset] = pointAt(root, end);
  const selection = document.getSelection();
  selection?.setBaseAndExtent(startNode, startOffset, endNode, endOffset);
  const line = [...root.children].find((each) => each.contains(endNode));
  if (line === undefined || root.scrollHeight <= root.clientHeight) return;
  const box = root.getBoundingClientRect();
  const place = line.getBoundingClientRect();
  if (place.bottom > box.bottom) root.scrollTop += place.bottom - box.bottom + 6;
  else if (place.top < box.top) root.scrollTop -= box.top - place.top + 6;
}
