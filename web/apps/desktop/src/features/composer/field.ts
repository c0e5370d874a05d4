import type { StyleKind } from "@rapport/api-client";
import type { Field, Rich } from "@rapport/rich-text";

/** What the tools around a message field can do with it. */
export interface FieldHandle {
  focus(): void;
  /** Puts text at the caret, in place of so many characters before it. */
  insert(text: string, replaceBefore?: number): void;
  /** Puts a template at the caret, or instead of everything, and goes to its first open field. */
  load(rich: Rich, whole: boolean, replaceBefore?: number, at?: number): void;
  /** Brings an earlier text back. */
  restore(rich: Rich): void;
  /** Goes to the next or the previous field of a template; null where there is none. */
  walk(step: 1 | -1): Field | null;
  /** Goes to the first field that is to be filled in. */
  chooseOpen(): Field | null;
  textBefore(): string;
  toggle(kind: StyleKind): void;
  /** Makes what is selected a link; with nothing selected the address itself. */
  link?(url: string): void;
}
