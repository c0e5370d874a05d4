import type { StyleKind } from "@rapport/api-client";
import { editField, editRange, fieldAt, flip, fromHtml, isBlock, isOpen, isStyled, linesOf, normalised, only, openFields, type Field, type Rich } from "@rapport/rich-text";
import { draw, offsetOf, pointAt, readText, select } from "./editor-dom.ts";

interface Ports {
  allowed: () => ReadonlySet<StyleKind>;
  changed: (rich: Rich) => void;
  /** The styles at the caret, or over the whole selection. */
  styled: (kinds: ReadonlySet<StyleKind>) => void;
  /** Something was tried that a locked template does not allow. */
  locked?: () => void;
}
interface Moment {
  rich: Rich;
  start: number;
  end: number;
}

const TOGETHER_MS = 900;
const KEPT = 200;
const FORMATS: Record<string, StyleKind> = {
  formatBold: "bold",
  formatItalic: "italic",
  formatUnderline: "underline",
  formatStrikeThrough: "strike",
  insertOrderedList: "ordered_list",
  insertUnorderedList: "bullet_list",
};

/**
 * A field in which text is written with its styles. The text with its ranges is the truth: every
 * edit changes it and is drawn from it, so that nothing foreign ever enters the page. Only while
 * an input method composes does the browser write itself; what it wrote is read back.
 */
export class Editor {
  rich: Rich = { text: "", marks: [] };
  private start = 0;
  private end = 0;
  /** Styles chosen with nothing selected: they apply to what is typed next. */
  private pending = new Map<StyleKind, boolean>();
  private composing = false;
  private pointed = false;
  private past: Moment[] = [];
  private future: Moment[] = [];
  private lastTyped = 0;
  private readonly root: HTMLElement;
  private readonly ports: Ports;

  constructor(root: HTMLElement, ports: Ports) {
    this.root = root;
    this.ports = ports;
    draw(root, this.rich);
  }

  /** Listens until the answer is called. */
  attach(): () => void {
    const stop = new AbortController();
    const { signal } = stop;
    this.root.addEventListener("beforeinput", (event) => this.beforeInput(event), { signal });
    this.root.addEventListener("keydown", (event) => this.historyKey(event), { signal });
    this.root.addEventListener("input", () => this.readBack(!this.composing), { signal });
    this.root.addEventListener("compositionstart", () => (this.composing = true), { signal });
    this.root.addEventListener("compositionend", () => this.composed(), { signal });
    // Coming back by keyboard or by a command, the caret is where it was; a click chooses its own place.
    this.root.addEventListener("pointerdown", () => (this.pointed = true), { signal });
    document.addEventListener("pointerup", () => (this.pointed = false), { signal });
    this.root.addEventListener("focus", () => void (this.pointed || select(this.root, this.start, this.end)), { signal });
    this.root.addEventListener("paste", (event) => this.paste(event), { signal });
    document.addEventListener("selectionchange", () => this.selected(), { signal });
    return () => stop.abort();
  }

  /** A text from outside: a draft that has come, or nothing after sending. */
  show(rich: Rich): void {
    if (rich.text === this.rich.text && rich.marks === this.rich.marks && rich.template === this.rich.template) return;
    this.rich = rich;
    this.past = [];
    this.future = [];
    this.pending.clear();
    this.start = this.end = rich.text.length;
    draw(this.root, rich);
    if (document.activeElement === this.root) select(this.root, this.start, this.end);
    this.tellStyles();
  }

  focus(): void {
    const { start, end } = this;
    this.root.focus({ preventScroll: true });
    select(this.root, start, end);
  }

  insert(put: string | Rich, replaceBefore = 0): void {
    this.replace(this.start - replaceBefore, this.end, typeof put === "string" ? put : only(put, this.ports.allowed()));
  }

  /** A template at the caret, or instead of everything; undo brings back what was there. */
  load(put: Rich, whole: boolean, replaceBefore = 0, at?: number): void {
    if (at !== undefined) this.start = this.end = at;
    const rich = only(put, this.ports.allowed());
    const start = whole ? 0 : Math.max(0, this.start - replaceBefore);
    const next = whole ? rich : editRange(this.rich, start, this.end, rich);
    const caret = start + rich.text.length;
    this.apply(next, caret, caret, false);
    const first = openFields(next).find((field) => field.start >= start);
    if (first !== undefined) this.choose(first);
    else this.focus();
  }

  /** Everything as it was at another time, as one more step that can be undone. */
  restore(rich: Rich): void {
    this.apply(rich, rich.text.length, rich.text.length, false);
    this.focus();
  }

  /** Selects the next field of a template, or the one before; none: the focus may leave. */
  walk(step: 1 | -1): Field | null {
    const fields = [...(this.rich.template?.fields ?? [])].sort((a, b) => a.start - b.start);
    const here = fields.findIndex((field) => field.start <= this.start && this.end <= field.end);
    const next = here !== -1 ? fields[here + step] : step === 1 ? fields.find((field) => field.start >= this.end) : fields.findLast((field) => field.end <= this.start);
    if (next === undefined) return null;
    this.choose(next);
    return next;
  }

  /** Shows and selects the first field that is to be filled in. */
  chooseOpen(): Field | null {
    const field = openFields(this.rich)[0];
    if (field !== undefined) this.choose(field);
    return field ?? null;
  }

  private choose(field: Field): void {
    this.start = field.start;
    this.end = field.end;
    this.focus();
    const [node] = pointAt(this.root, field.start);
    (node instanceof Element ? node : node.parentElement)?.scrollIntoView?.({ block: "nearest" });
    this.tellStyles();
  }

  textBefore(): string {
    return this.start === this.end ? this.rich.text.slice(0, this.start) : "";
  }

  toggle(kind: StyleKind): void {
    if (!this.ports.allowed().has(kind)) return;
    if (this.rich.template?.locked === true) return this.ports.locked?.();
    // A key that moved the caret a moment ago: the browser tells of it later.
    this.selected();
    const here = this.start === this.end;
    const emptyLine = lineAt(this.rich, this.start).pieces.length === 0;
    if (here && (!isBlock(kind) || emptyLine)) {
      this.pending.set(kind, !this.styleHere(kind));
      this.tellStyles();
      return;
    }
    this.apply(flip(this.rich, this.start, this.end, kind), this.start, this.end, false);
  }

  /** Makes what is selected a link; with nothing selected the address itself. */
  link(url: string): void {
    if (!this.ports.allowed().has("link")) return;
    const from = this.start;
    let to = this.end;
    if (from === to) {
      this.replace(from, from, url);
      to = from + url.length;
    }
    const others = this.rich.marks.filter((mark) => mark.kind !== "link" || mark.end <= from || mark.start >= to);
    this.apply(normalised({ text: this.rich.text, marks: [...others, { kind: "link", start: from, end: to, url }] }), to, to, false);
  }

  private beforeInput(event: InputEvent): void {
    const { inputType } = event;
    if (inputType === "insertCompositionText" || (this.composing && inputType !== "insertParagraph")) return;
    event.preventDefault();
    const format = FORMATS[inputType];
    if (format !== undefined) this.toggle(format);
    else if (inputType === "historyUndo") this.travel(this.past, this.future);
    else if (inputType === "historyRedo") this.travel(this.future, this.past);
    else if (inputType === "insertLineBreak" || inputType === "insertParagraph") this.newLine();
    else if (inputType.startsWith("delete")) this.remove(event);
    else if (inputType.startsWith("insert")) {
      const [start, end] = this.rangeOf(event);
      const put = event.data ?? event.dataTransfer?.getData("text/plain") ?? "";
      this.replace(start, end, put.replaceAll("\r\n", "\n"), inputType === "insertText");
    }
  }

  /** Browsers offer their own undo only for what they wrote themselves, which is nothing here. */
  private historyKey(event: KeyboardEvent): void {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || this.composing) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) this.travel(this.future, this.past);
    else this.travel(this.past, this.future);
  }

  private rangeOf(event: InputEvent): [number, number] {
    const target = event.getTargetRanges?.()[0];
    if (target === undefined) return [this.start, this.end];
    const at = (node: Node, offset: number) => offsetOf(this.root, node, offset);
    return [at(target.startContainer, target.startOffset), at(target.endContainer, target.endOffset)];
  }

  private remove(event: InputEvent): void {
    let [start, end] = this.rangeOf(event);
    if (this.start === this.end && this.leaveBlock(event.inputType)) return;
    if (start === end && event.inputType === "deleteContentBackward") start = graphemeBefore(this.rich.text, start);
    if (start === end && event.inputType === "deleteContentForward") end = graphemeAfter(this.rich.text, end);
    if (start !== end) this.replace(start, end, "");
  }

  /** Backspace at the start of a list item or quote makes it an ordinary line first. */
  private leaveBlock(inputType: string): boolean {
    if (this.rich.template?.locked === true) return false;
    const line = lineAt(this.rich, this.start);
    if (inputType !== "deleteContentBackward" || line.start !== this.start || line.blocks.size === 0) return false;
    this.dropBlocks(line.blocks);
    return true;
  }

  private newLine(): void {
    const line = lineAt(this.rich, this.start);
    const emptyItem = this.rich.template?.locked !== true && this.start === this.end && line.pieces.length === 0 && line.blocks.size > 0;
    if (emptyItem) this.dropBlocks(line.blocks);
    else this.replace(this.start, this.end, "\n");
  }

  private dropBlocks(kinds: ReadonlySet<StyleKind>): void {
    let next = this.rich;
    for (const kind of kinds) {
      if (isStyled(next, this.start, this.start, kind)) next = flip(next, this.start, this.start, kind);
    }
    this.apply(next, this.start, this.start, false);
  }

  private replace(from: number, to: number, put: string | Rich, typed = false): void {
    const [start, end] = aroundOpenFields(this.rich, Math.max(0, from), to);
    const words = typeof put === "string" ? put : put.text;
    const field = this.rich.template?.fields.find((each) => each.start === start && each.end === end);
    if (this.rich.template?.locked === true) return this.replaceInField(start, end, words, typed);
    if (field !== undefined && words !== "") {
      const caret = start + words.length;
      return this.apply(editField(this.rich, field, words), caret, caret, typed);
    }
    let next = editRange(this.rich, start, end, put);
    const length = typeof put === "string" ? put.length : put.text.length;
    if (length > 0) {
      for (const [kind, on] of this.pending) {
        if (isStyled(next, start, start + length, kind) !== on) next = flip(next, start, start + length, kind);
      }
    }
    const caret = start + length;
    this.apply(next, caret, caret, typed);
  }

  /** Of a locked template only fields change; one that is emptied shows its name again. All of it can go. */
  private replaceInField(start: number, end: number, put: string, typed: boolean): void {
    const { rich } = this;
    if (start === 0 && end === rich.text.length && put === "") return this.apply({ text: "", marks: [] }, 0, 0, false);
    const field = fieldAt(rich, start, end);
    if (field === undefined) return this.ports.locked?.();
    const words = rich.text.slice(field.start, start) + put + rich.text.slice(end, field.end);
    if (words === "" || words === `<${field.name}>`) {
      const name = `<${field.name}>`;
      return this.apply(editField(rich, field, name), field.start, field.start + name.length, false);
    }
    this.apply(editField(rich, field, words), start + put.length, start + put.length, typed);
  }

  private apply(rich: Rich, start: number, end: number, typed: boolean): void {
    this.remember(typed);
    this.rich = rich;
    this.start = start;
    this.end = end;
    this.pending.clear();
    draw(this.root, rich);
    if (document.activeElement === this.root) select(this.root, start, end);
    this.ports.changed(rich);
    this.tellStyles();
  }

  /** What is typed in one go is undone in one go. */
  private remember(typed: boolean): void {
    const now = performance.now();
    const goesOn = typed && now - this.lastTyped < TOGETHER_MS && this.past.length > 0;
    this.lastTyped = typed ? now : 0;
    this.future = [];
    if (!goesOn) this.past = [...this.past.slice(-KEPT), { rich: this.rich, start: this.start, end: this.end }];
  }

  private travel(from: Moment[], to: Moment[]): void {
    const moment = from.pop();
    if (moment === undefined) return;
    to.push({ rich: this.rich, start: this.start, end: this.end });
    this.rich = moment.rich;
    this.start = moment.start;
    this.end = moment.end;
    this.lastTyped = 0;
    draw(this.root, this.rich);
    select(this.root, this.start, this.end);
    this.ports.changed(this.rich);
    this.tellStyles();
  }

  private paste(event: ClipboardEvent): void {
    const data = event.clipboardData;
    if (data === null || event.defaultPrevented) return;
    event.preventDefault();
    const html = data.getData("text/html");
    const rich = html === "" ? null : fromHtml(html, this.ports.allowed());
    const plain = data.getData("text/plain").replaceAll("\r\n", "\n");
    if (rich !== null && rich.text !== "") this.replace(this.start, this.end, rich);
    else if (plain !== "") this.replace(this.start, this.end, plain);
  }

  private composed(): void {
    this.composing = false;
    this.readBack(true);
  }

  /** Takes over what the browser has written by itself, as one edit. */
  private readBack(redraw: boolean): void {
    const selection = document.getSelection();
    const inside = selection?.focusNode != null && this.root.contains(selection.focusNode);
    const caret = inside && selection.focusNode !== null ? offsetOf(this.root, selection.focusNode, selection.focusOffset) : this.end;
    const before = this.rich.text;
    const after = readText(this.root);
    if (after !== before) {
      this.remember(true);
      let start = 0;
      while (start < Math.min(before.length, after.length) && before[start] === after[start]) start += 1;
      let tail = 0;
      while (tail < Math.min(before.length, after.length) - start && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
      const put = after.slice(start, after.length - tail);
      if (this.rich.template?.locked === true) {
        // What was composed outside of a field goes again.
        this.replaceInField(start, before.length - tail, put, true);
        return draw(this.root, this.rich);
      }
      this.rich = editRange(this.rich, start, before.length - tail, put);
      this.start = this.end = caret;
      this.ports.changed(this.rich);
    }
    this.root.dataset["empty"] = String(after === "");
    if (!redraw) return;
    draw(this.root, this.rich);
    if (document.activeElement === this.root) select(this.root, caret, caret);
    this.tellStyles();
  }

  private selected(): void {
    const selection = document.getSelection();
    const { anchorNode, focusNode } = selection ?? {};
    if (this.composing || !selection || !anchorNode || !focusNode || !this.root.contains(anchorNode) || !this.root.contains(focusNode)) return;
    const anchor = offsetOf(this.root, anchorNode, selection.anchorOffset);
    const focus = offsetOf(this.root, focusNode, selection.focusOffset);
    const [start, end] = [Math.min(anchor, focus), Math.max(anchor, focus)];
    if (start === this.start && end === this.end) return;
    this.start = start;
    this.end = end;
    this.pending.clear();
    // A field that still shows its name is one thing: a click into it takes it whole.
    const inside = openFields(this.rich).find((field) => field.start < start && end < field.end);
    if (inside !== undefined && start === end) this.choose(inside);
    this.tellStyles();
  }

  private styleHere(kind: StyleKind): boolean {
    return this.pending.get(kind) ?? isStyled(this.rich, this.start, this.end, kind);
  }

  private tellStyles(): void {
    this.ports.styled(new Set([...this.ports.allowed()].filter((kind) => this.styleHere(kind))));
  }
}

function lineAt(rich: Rich, offset: number) {
  const lines = linesOf(rich);
  return lines.findLast((line) => line.start <= offset) ?? lines[0]!;
}

/** An edit that touches a field which still shows its name concerns the whole of it. */
function aroundOpenFields(rich: Rich, start: number, end: number): [number, number] {
  const touched = (rich.template?.fields ?? []).filter((field) => field.start < end && start < field.end && isOpen(rich.text, field));
  return [Math.min(start, ...touched.map((field) => field.start)), Math.max(end, ...touched.map((field) => field.end))];
}

const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });

function graphemeBefore(text: string, at: number): number {
  return at === 0 ? 0 : (graphemes.segment(text).containing(at - 1)?.index ?? at - 1);
}

function graphemeAfter(text: string, at: number): number {
  const found = graphemes.segment(text).containing(at);
  return found === undefined ? at : found.index + found.segment.length;
}
