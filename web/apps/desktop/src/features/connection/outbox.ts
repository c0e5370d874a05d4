import { ApiError, newKey, type Attachment, type FilledTemplate, type MadeFrom, type Message, type NewMessage, type TextStyle } from "@rapport/api-client";
import { Store } from "../../shared/store.ts";
import type { OutgoingMail } from "../mail/outgoing.ts";
import { backoff } from "./backoff.ts";

/** A message that the agent has sent and the server has not yet confirmed. */
export interface Outgoing {
  /** The Idempotency-Key: the same for every attempt, so that nothing is ever sent twice. */
  key: string;
  taskId: number;
  conversationId: number;
  text: string;
  styles?: TextStyle[];
  replyToSeq?: number | null;
  template?: FilledTemplate | null;
  /** The template that the text was made from. */
  made?: MadeFrom;
  /** For colleagues only. */
  note?: boolean;
  /** An answer by e-mail. */
  mail?: OutgoingMail;
  attachments: Attachment[];
  createdAt: string;
  failure: { code: string; message: string; details: Record<string, unknown> } | null;
}

interface Ports {
  send(item: Outgoing): Promise<Message>;
  onSent(message: Message): void;
  ready(): boolean;
}

/** Messages on their way, kept in the browser until confirmed; each conversation is sent in order. */
export class Outbox {
  readonly items = new Store<readonly Outgoing[]>([]);
  private readonly ports: Ports;
  private readonly busy = new Set<number>();
  private readonly sent = new Set<string>();
  /** The latest mails of this page as they were written, by key: for whom takes one back. */
  private readonly written = new Map<string, Outgoing>();
  private attempts = 0;
  private name: string | null = null;

  constructor(ports: Ports) {
    this.ports = ports;
  }

  /** Takes up what an earlier page of the same person left behind. */
  open(userId: number): void {
    const name = `rapport.outbox.${userId}`;
    if (this.name === name) return;
    this.name = name;
    this.items.set(readItems(name));
    this.flush();
  }

  /** Sends as soon as possible; answers the key. */
  add(item: Omit<Outgoing, "key" | "createdAt" | "failure">): string {
    const full = { ...item, key: newKey(), createdAt: new Date().toISOString(), failure: null };
    this.keep([...this.items.get(), full]);
    this.flush();
    return full.key;
  }

  /** Waits until a message is confirmed: true; refused or thrown away: false. */
  confirmed(key: string): Promise<boolean> {
    return new Promise((done) => {
      const look = () => {
        const item = this.items.get().find((each) => each.key === key);
        if (item !== undefined && item.failure === null) return;
        stop();
        done(item === undefined && this.sent.delete(key));
      };
      const stop = this.items.subscribe(look);
      look();
    });
  }

  /** A mail as it was written, if this page sent it lately. */
  asWritten(key: string | null): Outgoing | undefined {
    return key === null ? undefined : this.written.get(key);
  }

  retry(key: string): void {
    this.keep(this.items.get().map((item) => (item.key === key ? { ...item, failure: null } : item)));
    this.flush();
  }

  discard(key: string): void {
    this.keep(this.items.get().filter((item) => item.key !== key));
  }

  flush(): void {
    if (!this.ports.ready()) return;
    for (const conversationId of new Set(this.items.get().map((item) => item.conversationId))) {
      void this.drain(conversationId);
    }
  }

  private async drain(conversationId: number): Promise<void> {
    if (this.busy.has(conversationId)) return;
    this.busy.add(conversationId);
    try {
      for (;;) {
        const item = this.items.get().find((each) => each.conversationId === conversationId && each.failure === null);
        if (item === undefined || !this.ports.ready()) return;
        await this.attempt(item);
      }
    } catch {
      // No answer: the same key goes out again later, and the server answers it as the first time.
      setTimeout(() => this.flush(), backoff(this.attempts++));
    } finally {
      this.busy.delete(conversationId);
    }
  }

  private async attempt(item: Outgoing): Promise<void> {
    try {
      const message = await this.ports.send(item);
      this.attempts = 0;
      this.ports.onSent(message);
      if (item.mail !== undefined) {
        this.sent.add(item.key);
        this.written.set(item.key, item);
        for (const key of [...this.written.keys()].slice(0, -20)) this.written.delete(key);
      }
      this.discard(item.key);
    } catch (error) {
      if (!(error instanceof ApiError) || error.temporary || error.status === 401) throw error;
      const failure = { code: error.code, message: error.message, details: error.details };
      this.keep(this.items.get().map((each) => (each.key === item.key ? { ...each, failure } : each)));
    }
  }

  private keep(items: readonly Outgoing[]): void {
    this.items.set(items);
    if (this.name === null) return;
    try {
      localStorage.setItem(this.name, JSON.stringify(items));
    } catch {
      // A full or forbidden storage costs the safety net, not the message.
    }
  }
}

function readItems(name: string): readonly Outgoing[] {
  try {
    const items = JSON.parse(localStorage.getItem(name) ?? "[]") as unknown;
    return Array.isArray(items) ? (items as Outgoing[]) : [];
  } catch {
    return [];
  }
}

/** What the server is asked to send. */
export function newMessage(item: Outgoing): NewMessage {
  return {
    text: item.text,
    attachment_ids: item.attachments.map((attachment) => attachment.id),
    note: item.note === true,
    ...(item.styles === undefined || item.styles.length === 0 ? {} : { styles: item.styles }),
    ...(item.replyToSeq === undefined || item.replyToSeq === null ? {} : { reply_to_seq: item.replyToSeq }),
    ...(item.template === undefined || item.template === null ? {} : { template: item.template }),
    ...(item.made === undefined ? {} : { from_template: item.made }),
  };
}
