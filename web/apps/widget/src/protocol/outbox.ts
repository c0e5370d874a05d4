import type { Attachment, Refusal, Request } from "./frames";
import type { KeyStore } from "./storage";

/** A request on its way, with what the thread needs to show it meanwhile. */
export interface Pending {
  readonly request: Request;
  readonly at: number;
  readonly attachments: Attachment[];
  readonly refused?: Refusal;
}

const PREFIX = "out:";

/**
 * The requests that were not acknowledged yet. Each has a key of its own: two tabs of one visitor
 * write at the same time, and a shared list would lose what the other tab just added.
 */
export class Outbox {
  readonly #store: KeyStore;
  #entries: Pending[] = [];

  constructor(store: KeyStore) {
    this.#store = store;
    for (const key of store.keys()) {
      if (!key.startsWith(PREFIX)) continue;
      try {
        this.#entries.push(JSON.parse(store.get(key) ?? "") as Pending);
      } catch {
        store.set(key, null);
      }
    }
    this.#entries.sort((a, b) => a.at - b.at);
  }

  get entries(): readonly Pending[] {
    return this.#entries;
  }

  find(id: string): Pending | undefined {
    return this.#entries.find((entry) => entry.request.id === id);
  }

  add(entry: Pending): void {
    // Two requests in one millisecond still keep their order after a reload.
    const last = this.#entries.at(-1)?.at ?? 0;
    const ordered = { ...entry, at: Math.max(entry.at, last + 1) };
    this.#entries = [...this.#entries, ordered];
    this.#store.set(PREFIX + ordered.request.id, JSON.stringify(ordered));
  }

  remove(id: string): Pending | undefined {
    const entry = this.find(id);
    this.#entries = this.#entries.filter((other) => other !== entry);
    this.#store.set(PREFIX + id, null);
    return entry;
  }

  /** A refused message stays in view with its reason, but is not sent again by itself. */
  refuse(id: string, refused: Refusal): void {
    this.#entries = this.#entries.map((entry) =>
      entry.request.id === id ? { ...entry, refused } : entry,
    );
    this.#store.set(PREFIX + id, null);
  }
}
