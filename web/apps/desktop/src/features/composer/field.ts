import type { StyleKind } from "@rapport/api-client";

/** What the tools around a message field can do with it. */
export interface FieldHandle {
  focus(): void;
  /** Puts text at the caret, in place of so many characters before it. */
  insert(text: string, replaceBefore?: number): void;
  textBefore(): string;
  toggle(kind: StyleKind): void;
}
