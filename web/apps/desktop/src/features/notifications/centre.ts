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
const PLACE = "rapport.notices";

/** The notices of this sitting, newest first: they outlast a reload, and are emptied at signing out. */
export class Centre {
  readonly entries = new Store<readonly Entry[]>([]);
  /** What a screen reader says next. */
  readonly spoken = new Store<{ id: number; text: string }>({ id: 0, text: "" });
  private next = 1;
  private user = "";

  /** Finds what this person's tab held before a reload. */
  open(user: string): void {
    if (user === this.user) return;
    this.user = user;
    const held = kept(user);
    this.next = Math.max(this.next, ...held.map(({ id }) => id + 1));
    this.change(() => held);
  }

  add(text: string, level: Entry["level"], taskId: number | null = null): void {
    const entry: Entry = { id: this.next++, at: new Date().toISOString(), text, level, taskId, unread: true };
    this.change((list) => [entry, ...list].slice(0, KEPT));
  }

  say(text: string): void {
    this.spoken.set({ id: this.next++, text });
  }

  markRead(): void {
    this.change((list) => (list.some((e) => e.unread) ? list.map((e) => ({ ...e, unread: false })) : list));
  }

  clear(): void {
    this.change(() => []);
  }

  /** Nobody is signed in any more. */
  close(): void {
    this.clear();
    this.user = "";
  }

  private change(by: (list: readonly Entry[]) => readonly Entry[]): void {
    this.entries.update(by);
    try {
      sessionStorage.setItem(PLACE, JSON.stringify({ user: this.user, entries: this.entries.get() }));
    } catch {
      // Without storage the notices last as long as the page.
    }
  }
}

function kept(user: string): readonly Entry[] {
  try {
    const found = JSON.parse(sessionStorage.getItem(PLACE) ?? "{}") as { user?: string; entries?: Entry[] };
    return found.user === user && Array.isArray(found.entries) ? found.entries : [];
  } catch {
    return [];
  }
}

export const centre = new Centre();
