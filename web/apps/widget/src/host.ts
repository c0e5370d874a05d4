import type { Palette } from "./protocol/colour";
import type { Session, Theme } from "./protocol/frames";
import type { KeyStore } from "./protocol/storage";

/** What pages may listen to by `Rapport.on(…)`. */
export type WidgetEvent = "open" | "close" | "unread" | "message" | "state";

/** What the loader gives to the panel: the two are built apart and meet only here. */
export interface Host {
  /** Where the site's calls go. */
  readonly base: string;
  /** The language asked for, as a BCP 47 tag. */
  readonly locale: string;
  readonly mount: HTMLElement;
  readonly launcher: HTMLElement;
  readonly store: KeyStore;
  /** What the page knows for the form before the chat: by the fields' names, and `text`. */
  readonly prefill: Readonly<Record<string, unknown>>;
  /** Opens a session, or hands over the one that the loader has opened already. */
  openSession(token: string | null): Promise<Session>;
  paletteFor(color: string, surface: string): Palette;
  isOpen(): boolean;
  setOpen(open: boolean): void;
  setUnread(count: number): void;
  setTheme(theme: Theme): void;
  /** Adds a style sheet to the shadow root, where no page policy forbids it. */
  adopt(css: string): CSSStyleSheet;
  emit(event: WidgetEvent, detail: unknown): void;
  /** Loads another part of the widget, by its file name without extension, with what it builds upon. */
  part<T>(name: string, kit?: object): Promise<T>;
}

/** What the loader tells the panel. */
export interface Panel {
  /** The panel was opened or closed. */
  toggled(): void;
  /** The page knows more for the form. */
  draw(): void;
  /** The page says who the visitor is, or that it is nobody it knows any more. */
  identified(): void;
  /** Ends everything; what is stored of the chat stays. */
  destroy(): void;
}

/** A part's script element, on which it finds what it builds upon and leaves what it provides. */
export interface PartScript extends HTMLScriptElement {
  kit?: object;
  provide?: (part: unknown) => void;
}

/** Called by a part while its script runs. */
export function provide(part: unknown): void {
  (document.currentScript as PartScript).provide!(part);
}
