import type { Attachment, Message, SavedQuestion, SavedReport, StyleKind, Task, TextStyle } from "@rapport/api-client";
import type { OutgoingMail } from "../features/mail/outgoing.ts";
import { Store } from "./store.ts";

/** Dialogs by name; `src/app/registry.ts` says which component shows each. */
export type DialogName =
  | "transfer"
  | "conference"
  | "consent"
  | "wrap_up"
  | "rona"
  | "shortcuts"
  | "palette"
  | "preferences"
  | "image"
  | "message"
  | "approved_template"
  | "templates"
  | "workflow"
  | "park"
  | "mail"
  | "reassign"
  | "notice"
  | "agent_state"
  | "reading"
  | "contact"
  | "merge"
  | "variables"
  | "new_message"
  | "follow_up"
  | "save_report"
  | "schedule_report"
  | "delete_report";

export interface OpenDialog {
  name: DialogName;
  taskId?: number;
  image?: { url: string; filename: string };
  message?: Message;
  /** The message whose complete mail is shown. */
  mailId?: number;
  /** The conversation that a supervisor steers; it need not be theirs. */
  steered?: Task;
  agentId?: number;
  /** A conversation to read, at a place in it. */
  reading?: { conversationId: number; seq?: number; title: string };
  /** What is read waits in a queue: the agent may assign it to themselves. */
  waiting?: { task: Task; takes: boolean };
  contactId?: number;
  /** A saved report, or none yet, and what it asks. */
  report?: { saved: SavedReport | null; asked: SavedQuestion; onDone: (saved: SavedReport | null) => void };
}

export interface Returned {
  conversationId: number;
  text: string;
  styles?: TextStyle[];
  note?: boolean;
  attachments?: Attachment[];
  mail?: OutgoingMail;
}

export interface UiState {
  dialog: OpenDialog | null;
  stateSelector: boolean;
  notifications: boolean;
  userMenu: boolean;
  /** Folded popovers show only how many offers ring. */
  popoversFolded: boolean;
  /** On narrow screens the customer lies over the conversation, and only when asked for. */
  customerOver: boolean;
  /** The pane's details (fields below the name) can be folded away. */
  paneFolded: boolean;
  /** The composer writes a note for colleagues. */
  note: boolean;
}

const initial: UiState = {
  dialog: null,
  stateSelector: false,
  notifications: false,
  userMenu: false,
  popoversFolded: false,
  customerOver: false,
  paneFolded: false,
  note: false,
};

/** What is open on the screen. Which conversation is open is the router's business. */
export class Ui {
  readonly state = new Store<UiState>(initial);
  /** Set by the router. */
  navigate: (path: string) => void = () => undefined;
  currentTask: () => number | null = () => null;
  /** A refused message that goes back into the message field, to be corrected. */
  readonly returned = new Store<Returned | null>(null);
  /** The message that the next one answers, by conversation. */
  readonly replying = new Store<ReadonlyMap<number, number>>(new Map());
  /** A place in the open thread to show, for example the message that another one answers. */
  readonly jump = new Store<{ conversationId: number; seq: number } | null>(null);
  /** Mails that the agent has folded or opened, by message id; the others go by themselves. */
  readonly mails = new Store<ReadonlyMap<number, boolean>>(new Map());
  /** Loads a template into the message field; null where none can be loaded now. */
  templateLoader: ((templateId: number) => void) | null = null;
  /** Workflows that this page has started: their text goes into the message field by itself. */
  readonly startedRuns = new Store<ReadonlySet<number>>(new Set());
  /** Puts a text at the caret of the message field; null where none is open. */
  inserter: ((text: string) => void) | null = null;
  /** Styles what is selected in the message field; null where the field has no styles. */
  formatter: ((kind: StyleKind) => void) | null = null;
  private lastKey = 0;

  set(change: Partial<UiState>): void {
    this.state.update((state) => ({ ...state, ...change }));
  }

  open(dialog: OpenDialog): void {
    this.set({ dialog, stateSelector: false, notifications: false, userMenu: false });
  }

  close(): void {
    this.set({ dialog: null });
  }

  reply(conversationId: number, seq: number | null): void {
    this.replying.update((map) => {
      const next = new Map(map);
      if (seq === null) next.delete(conversationId);
      else next.set(conversationId, seq);
      return next;
    });
  }

  noteRun(runId: number, started: boolean): void {
    this.startedRuns.update((ids) => new Set(started ? [...ids, runId] : [...ids].filter((id) => id !== runId)));
  }

  unfold(messageId: number, open: boolean): void {
    this.mails.update((map) => new Map(map).set(messageId, open));
  }

  openTask(taskId: number): void {
    if (taskId !== this.currentTask()) this.set({ note: false });
    this.navigate(`/tasks/${taskId}`);
  }

  noteKey(): void {
    this.lastKey = Date.now();
  }

  /** True while the agent is writing: something was typed into a field in the last seconds. */
  get typing(): boolean {
    const element = document.activeElement;
    const field = element instanceof HTMLTextAreaElement || element instanceof HTMLInputElement;
    const written = field ? element.value : element instanceof HTMLElement && element.isContentEditable ? element.textContent : "";
    return written !== "" && Date.now() - this.lastKey < 15_000;
  }

  reset(): void {
    this.state.set(initial);
    this.replying.set(new Map());
    this.mails.set(new Map());
  }
}
