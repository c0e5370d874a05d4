import { Store } from "../../shared/store.ts";

export interface Entry {
  id: number;
  at: string;
  text: string;
  level: "info" | "warning" | "critical";
  taskId: number | null;
  unread: boolean;
}

const KEPT = 50;

/** The notices of this sitting, newest first; emptied at signing out. */
export class Centre {
  readonly entries = new Store<readonly Entry[]>([]);
  /** What a screen reader says next. */
  readonly spoken = new Store<{ id: number; text: string }>({ id: 0, text: "" });
  private next = 1;

  add(text: string, level: Entry["level"], taskId: number | null = null): void {
    const entry: Entry = { id: this.next++, at: new Date().toISOString(), text, level, taskId, unread: true };
    this.entries.update((list) => [entry, ...list].slice(0, KEPT));
  }

  say(text: string): void {
    this.spoken.set({ id: this.next++, text });
  }

  markRead(): void {
    this.entries.update((list) => (list.some((e) => e.unread) ? list.map((e) => ({ ...e, unread: false })) : list));
  }

  clear(): void {
    this.entries.set([]);
  }
}

export const centre = new Centre();
