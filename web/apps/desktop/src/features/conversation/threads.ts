import type { Message, MessagePage } from "@rapport/api-client";
import { emptyThread, mergeMessages, mergePage, type Thread } from "@rapport/event-store";
import { Store } from "../../shared/store.ts";

type Threads = ReadonlyMap<number, Thread>;
type Load = (conversationId: number, range: { before?: number; limit: number }) => Promise<MessagePage>;

const PAGE = 60;

/** The threads that are held in this page, fed by pages on demand and by the stream. */
export class ThreadStore {
  readonly all = new Store<Threads>(new Map());
  readonly failed = new Store<ReadonlySet<number>>(new Set());
  private readonly load: Load;
  private readonly loading = new Set<number>();

  constructor(load: Load) {
    this.load = load;
  }

  /** Loads the newest page unless the thread is already held. */
  ensure(conversationId: number): void {
    if (this.all.get().get(conversationId)?.loaded !== true) void this.fetch(conversationId, "newest");
  }

  older(conversationId: number): Promise<void> {
    const thread = this.all.get().get(conversationId);
    if (thread === undefined || !thread.loaded || !thread.hasMore) return Promise.resolve();
    return this.fetch(conversationId, "older", thread.messages[0]?.seq);
  }

  /** After a gap that the stream can't fill, every held thread is brought up to date. */
  refreshAll(): void {
    for (const [id, thread] of this.all.get()) if (thread.loaded) void this.fetch(id, "newest");
  }

  add(messages: readonly Message[]): void {
    const next = new Map(this.all.get());
    let changed = false;
    for (const message of messages) {
      const thread = next.get(message.conversation_id);
      if (thread === undefined) continue;
      const merged = mergeMessages(thread.messages, [message]);
      if (merged === thread.messages) continue;
      next.set(message.conversation_id, { ...thread, messages: merged });
      changed = true;
    }
    if (changed) this.all.set(next);
  }

  keepOnly(conversationIds: ReadonlySet<number>): void {
    const all = this.all.get();
    if ([...all.keys()].every((id) => conversationIds.has(id))) return;
    this.all.set(new Map([...all].filter(([id]) => conversationIds.has(id))));
  }

  clear(): void {
    this.all.set(new Map());
  }

  private async fetch(conversationId: number, kind: "newest" | "older", before?: number): Promise<void> {
    if (this.loading.has(conversationId)) return;
    this.loading.add(conversationId);
    // Registered before the request, so that messages arriving meanwhile are not missed.
    if (!this.all.get().has(conversationId)) this.put(conversationId, emptyThread);
    this.failed.update((set) => without(set, conversationId));
    try {
      const range = before === undefined ? { limit: PAGE } : { before, limit: PAGE };
      const page = await this.load(conversationId, range);
      this.put(conversationId, mergePage(this.all.get().get(conversationId) ?? emptyThread, page, kind));
    } catch {
      this.failed.update((set) => new Set(set).add(conversationId));
    } finally {
      this.loading.delete(conversationId);
    }
  }

  private put(conversationId: number, thread: Thread): void {
    this.all.set(new Map(this.all.get()).set(conversationId, thread));
  }
}

function without(set: ReadonlySet<number>, id: number): ReadonlySet<number> {
  if (!set.has(id)) return set;
  const next = new Set(set);
  next.delete(id);
  return next;
}
