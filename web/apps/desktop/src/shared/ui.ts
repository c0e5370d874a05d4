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
  | "image";

export interface OpenDialog {
  name: DialogName;
  taskId?: number;
  image?: { url: string; filename: string };
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
}

const initial: UiState = {
  dialog: null,
  stateSelector: false,
  notifications: false,
  userMenu: false,
  popoversFolded: false,
  customerOver: false,
  paneFolded: false,
};

/** What is open on the screen. Which conversation is open is the router's business. */
export class Ui {
  readonly state = new Store<UiState>(initial);
  /** Set by the router. */
  navigate: (path: string) => void = () => undefined;
  currentTask: () => number | null = () => null;
  /** A refused message that goes back into the message field, to be corrected. */
  readonly returned = new Store<{ conversationId: number; text: string } | null>(null);
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

  openTask(taskId: number): void {
    this.navigate(`/tasks/${taskId}`);
  }

  noteKey(): void {
    this.lastKey = Date.now();
  }

  /** True while the agent is writing: something was typed into a field in the last seconds. */
  get typing(): boolean {
    const element = document.activeElement;
    const field = element instanceof HTMLTextAreaElement || element instanceof HTMLInputElement;
    return field && element.value !== "" && Date.now() - this.lastKey < 15_000;
  }

  reset(): void {
    this.state.set(initial);
  }
}
