import { backoff } from "./backoff";
import {
  type Attachment,
  type ClientFrame,
  type ConversationState,
  type Refusal,
  type Request,
  type ServerFrame,
  type Session,
  type VisitorMessage,
  readFrame,
} from "./frames";
import { Outbox, type Pending } from "./outbox";
import type { Ports, Socket } from "./ports";
import { refusalCode } from "./refusal";
import type { ChatState } from "./state";
import { EMPTY_THREAD, countUnread, hasGap, lastSeq, merge, settle } from "./thread";

const ACK_MS = 15_000;
const GAP_MS = 300;
const TYPING_SHOWN_MS = 8_000;
const TYPING_EVERY_MS = 3_000;
const SESSION_EVERY = 4;
const RETRY_MS = 3_000;

/** Refusals that mean "not now": the request stays in the outbox and is sent again. */
const TEMPORARY = /^(slow|too_many_m|try)/;
/** Refusals, farewells and reasons of a close that mean "not with this token". */
const TOKEN_LOST = /token/;

type Timer = "retry" | "silence" | "ack" | "gap" | "typing";

/** Holds one visitor's conversation: everything between the socket and the view. */
export class ChatClient {
  readonly #ports: Ports;
  readonly #outbox: Outbox;
  #socket: Socket | null = null;
  #greeted = false;
  #wanted = false;
  #attempt = 0;
  #helloAfter = 0;
  #fillTo = Infinity;
  #helloToken: string | null = null;
  #timers = new Map<Timer, () => void>();
  #silenceMs = 60_000;
  #typingSentAt = 0;
  #typingOn = false;
  #sessionRunning: Promise<boolean> | null = null;
  /** The site says that the visitor is another: the session is asked for before anything else. */
  #doubted = false;
  #closed = false;
  #answers = new Map<string, (refusal: Refusal | null) => void>();

  state: ChatState;
  onChange: (state: ChatState) => void = () => {};

  constructor(ports: Ports) {
    this.#ports = ports;
    this.#outbox = new Outbox(ports.store);
    this.state = {
      connection: "idle",
      site: null,
      token: ports.store.get("token"),
      conversation: null,
      awaited: false,
      thread: EMPTY_THREAD,
      hasEarlier: false,
      pending: this.#outbox.entries,
      typing: null,
      agentSeen: 0,
      unread: 0,
      startRefused: null,
      carriedText: "",
    };
  }

  /** Opens the session, and the socket if there is a conversation or anything left to send. */
  async open(): Promise<void> {
    if (this.#wanted) return;
    if (await this.#renewSession()) {
      if (this.#outbox.entries.length) this.#connect();
    } else if (this.state.connection === "offline") {
      this.#retryLater();
    }
  }

  start(fields: Record<string, string>, text: string): void {
    const request: Request = { type: "start", id: this.#ports.newId(), fields };
    this.#request(text ? { ...request, text } : request);
    this.#update({ startRefused: null, carriedText: "" });
  }

  send(text: string, attachments: Attachment[] = []): void {
    this.typing(false);
    const request: Request = { type: "message", id: this.#ports.newId(), text };
    if (attachments.length) request.attachment_ids = attachments.map((file) => file.id);
    this.#request(request, attachments);
  }

  end(): void {
    this.#request({ type: "end", id: this.#ports.newId() });
  }

  /** Answers null when the transcript is on its way, else why not. */
  transcript(email: string): Promise<Refusal | null> {
    const id = this.#ports.newId();
    return new Promise((resolve) => {
      this.#answers.set(id, resolve);
      this.#request({ type: "transcript", id, email });
    });
  }

  /** Takes a refused message out of the thread and answers it, for another try. */
  discard(id: string): Pending | undefined {
    const entry = this.#outbox.remove(id);
    this.#update({});
    return entry;
  }

  loadEarlier(before = this.state.thread.messages[0]?.seq): void {
    if (before) this.#write({ type: "history", before });
  }

  typing(on: boolean): void {
    const now = this.#ports.now();
    if (on ? this.#typingOn && now - this.#typingSentAt < TYPING_EVERY_MS : !this.#typingOn) return;
    this.#typingOn = on;
    this.#typingSentAt = now;
    this.#write({ type: "typing", on });
  }

  /** The visitor has everything in view. */
  markSeen(): void {
    const seq = lastSeq(this.state.thread);
    if (seq <= this.#seenSeq()) return;
    this.#ports.store.set("seen", `${seq}`);
    this.#write({ type: "seen", seq });
    this.#update({});
  }

  /** Another tab has written to the store. */
  storeChanged(): void {
    this.#update({});
  }

  /** The network is back, or the page is in view again: do not sit out the wait. */
  retryNow(): void {
    if (this.state.connection !== "offline") return;
    this.#attempt = 0;
    this.#stop("retry");
    void this.#retry();
  }

  /** The browser knows that there is no network: do not wait for the silence to tell. */
  networkLost(): void {
    if (this.#socket) this.#lost();
  }

  /** The site has said who the visitor is: what the held token can reach may be somebody else's. */
  async renew(): Promise<void> {
    this.#doubted = true;
    this.#wanted = false;
    this.#dropSocket();
    this.#stop("retry");
    this.#update({ connection: "idle", typing: null });
    // One that is on its way was asked for the one before.
    await this.#sessionRunning;
    await this.#retry();
  }

  /** Ends for good; what is stored stays for the next page. */
  close(): void {
    this.#closed = true;
    this.#dropSocket();
    this.#stop("retry", "typing");
    this.onChange = () => {};
  }

  #seenSeq(): number {
    return Number(this.#ports.store.get("seen"));
  }

  #request(request: Request, attachments: Attachment[] = []): void {
    this.#outbox.add({ request, at: this.#ports.now(), attachments });
    this.#update({});
    if (this.#greeted) this.#writeRequest(request);
    else this.#connect();
  }

  #update(change: Partial<ChatState>): void {
    const state = { ...this.state, ...change, pending: this.#outbox.entries };
    state.unread = countUnread(state.thread, this.#seenSeq());
    this.state = state;
    this.onChange(state);
  }

  // ── session ──

  /** Answers whether there is a session now. */
  #renewSession(): Promise<boolean> {
    this.#sessionRunning ??= this.#askSession().finally(() => {
      this.#sessionRunning = null;
    });
    return this.#sessionRunning;
  }

  async #askSession(): Promise<boolean> {
    const { store } = this.#ports;
    const held = store.get("token");
    let session: Session;
    try {
      session = await this.#ports.openSession(held);
    } catch (error) {
      const code = refusalCode(error);
      if (code === null) {
        this.#update({ connection: "offline" });
        return false;
      }
      if (held !== null && TOKEN_LOST.test(code)) {
        this.#forgetVisitor();
        return this.#askSession();
      }
      this.#update({ connection: "fault" });
      return false;
    }
    this.#doubted = false;
    const current = store.get("token");
    // Another tab was faster: its token is the visitor's, ours was never used.
    const token = current !== held && current !== null ? current : session.token;
    // Somebody else at the same browser: the site no longer vouches for whom it knew before.
    if (held !== null && held === current && held !== token) {
      for (const { request } of this.#outbox.entries) this.#outbox.remove(request.id);
      store.set("draft", null);
      this.#forgetVisitor(session.site);
    }
    store.set("token", token);
    const phase = session.conversation?.state;
    const awaited = Boolean(phase) && !this.state.conversation;
    this.#update({ site: session.site, token, awaited });
    store.set("live", phase && phase !== "ended" ? "1" : null);
    if (phase) this.#connect();
    return true;
  }

  /** What the token could reach is gone; words that were not sent are kept. */
  #forgetVisitor(site = this.state.site): void {
    const { store } = this.#ports;
    for (const key of ["token", "seen", "live"]) store.set(key, null);
    const words: string[] = [];
    for (const { request } of this.#outbox.entries) {
      if (request.type === "start") continue;
      if (request.type === "message") words.push(request.text);
      this.#outbox.remove(request.id);
    }
    this.#update({
      site,
      token: null,
      conversation: null,
      awaited: false,
      thread: EMPTY_THREAD,
      hasEarlier: false,
      agentSeen: 0,
      carriedText: words.join("\n"),
    });
  }

  // ── connection ──

  #connect(): void {
    this.#wanted = true;
    if (this.#socket || this.#closed) return;
    const token = this.#ports.store.get("token");
    if (token === null) {
      void this.#renewSession().then((ready) => {
        if (ready) this.#connect();
        else if (this.state.connection === "offline") this.#retryLater();
      });
      return;
    }
    this.#stop("retry");
    // Trying again is still being away, for the one who waits.
    if (this.state.connection !== "offline") this.#update({ connection: "connecting" });
    const socket = this.#ports.connect();
    this.#socket = socket;
    socket.onopen = () => {
      this.#helloToken = token;
      this.#hello();
    };
    socket.onmessage = ({ data }) => {
      const frame = readFrame(data);
      this.#watch();
      if (frame) this.#receive(frame);
    };
    socket.onclose = ({ reason }) => this.#leave(reason);
    this.#watch();
  }

  #hello(): void {
    const token = this.#helloToken;
    if (token === null) return;
    this.#helloAfter = this.state.thread.completeTo;
    this.#write({ type: "hello", token, after: this.#helloAfter });
  }

  /** A connection that says nothing for longer than two heartbeats is dead, whatever it claims. */
  #watch(): void {
    this.#later("silence", this.#silenceMs, () => this.#lost());
  }

  #dropSocket(): void {
    this.#stop("silence", "ack", "gap");
    this.#greeted = this.#typingOn = false;
    const socket = this.#socket;
    this.#socket = null;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #leave(reason: string): void {
    if (TOKEN_LOST.test(reason)) this.#tokenRefused();
    else this.#lost();
  }

  #lost(): void {
    this.#dropSocket();
    this.#update({ connection: "offline", typing: null });
    if (this.#wanted) this.#retryLater();
  }

  #retryLater(): void {
    if (this.#closed) return;
    const wait = backoff(this.#attempt++, this.#ports.random());
    this.#later("retry", wait, () => void this.#retry());
  }

  async #retry(): Promise<void> {
    // A socket refused at the handshake does not say why; the session's answer does.
    if (this.#doubted || this.state.site === null || this.#attempt % SESSION_EVERY === 0) {
      if (!(await this.#renewSession())) {
        if (this.state.connection === "offline") this.#retryLater();
        return;
      }
    }
    if (this.#wanted || this.#outbox.entries.length) this.#connect();
    else this.#update({ connection: "idle" });
  }

  #tokenRefused(): void {
    this.#dropSocket();
    // Another tab may have replaced it already.
    if (this.#ports.store.get("token") === this.#helloToken) this.#forgetVisitor();
    else this.#update({ thread: EMPTY_THREAD, conversation: null });
    this.#update({ connection: "offline" });
    this.#retryLater();
  }

  #write(frame: ClientFrame): void {
    if (!this.#socket || (frame.type !== "hello" && !this.#greeted)) return;
    try {
      this.#socket.send(JSON.stringify(frame));
    } catch {
      this.#lost();
    }
  }

  #writeRequest(request: Request): void {
    this.#write(request);
    this.#later("ack", ACK_MS, () => this.#lost());
  }

  #flush(): void {
    for (const { request, refused } of this.#outbox.entries) {
      if (!refused) this.#writeRequest(request);
    }
  }

  /** One timer of a kind: a new one takes the place of the old. */
  #later(timer: Timer, ms: number, task: () => void): void {
    this.#stop(timer);
    this.#timers.set(timer, this.#ports.later(ms, task));
  }

  #stop(...timers: Timer[]): void {
    for (const timer of timers) this.#timers.get(timer)?.();
  }

  // ── frames ──

  #receive(frame: ServerFrame): void {
    switch (frame.type) {
      case "welcome":
        return this.#welcomed(frame);
      case "ack":
        return this.#acknowledged(frame.id, frame.seq);
      case "refused":
        return this.#refused(frame.id, frame);
      case "message":
        return this.#arrived(frame.message);
      case "history":
        this.#update({
          thread: merge(this.state.thread, frame.messages),
          hasEarlier: frame.more,
        });
        return this.#fill(frame);
      case "typing":
        this.#later("typing", TYPING_SHOWN_MS, () => this.#update({ typing: null }));
        return this.#update({ typing: frame.on ? (frame.name ?? "") : null });
      case "seen":
        return this.#update({ agentSeen: Math.max(this.state.agentSeen, frame.seq) });
      case "state":
        return this.#setConversation(frame.conversation);
      case "ping":
        return this.#write({ type: "pong" });
      case "bye":
        return this.#leave(frame.reason);
    }
  }

  #welcomed(frame: Extract<ServerFrame, { type: "welcome" }>): void {
    this.#greeted = true;
    this.#attempt = 0;
    this.#silenceMs = frame.heartbeat_s * 2250;
    this.#watch();
    const before = this.state.thread;
    let thread = merge(before, frame.messages);
    // More was missed than fits a page: not complete until the rest has been fetched.
    this.#fillTo = frame.more && this.#helloAfter ? this.#helloAfter : Infinity;
    if (this.#fillTo === Infinity) {
      thread = settle(thread, frame.messages.at(-1)?.seq ?? this.#helloAfter);
      // Asked once and the server has nothing for the hole: it is one of those that stay.
      if (hasGap(thread) && thread.completeTo === before.completeTo) {
        thread = settle(thread, lastSeq(thread));
      }
    }
    this.#update({
      connection: "online",
      thread,
      hasEarlier: before.messages.length ? this.state.hasEarlier : frame.more,
    });
    this.#setConversation(frame.conversation);
    this.#fill(frame);
    this.#flush();
    if (this.#seenSeq() > 0) this.#write({ type: "seen", seq: this.#seenSeq() });
  }

  /** A page holds the newest; what was missed before it is fetched back to where we were. */
  #fill({ more, messages }: { more: boolean; messages: VisitorMessage[] }): void {
    if (this.#fillTo === Infinity) return;
    const from = messages[0]?.seq ?? 0;
    if (more && from > this.#fillTo) return this.loadEarlier(from);
    this.#fillTo = Infinity;
    const { thread } = this.state;
    this.#update({ thread: settle(thread, lastSeq(thread)) });
  }

  #setConversation(conversation: ConversationState | null): void {
    const live = conversation !== null && conversation.state !== "ended";
    this.#ports.store.set("live", live ? "1" : null);
    this.#update({ conversation, awaited: false, ...(live ? {} : { typing: null }) });
  }

  #arrived(message: VisitorMessage): void {
    if (message.id !== null) this.#settleRequest(message.id);
    this.#update({
      thread: merge(this.state.thread, [message]),
      ...(message.author === "agent" ? { typing: null } : {}),
    });
    this.#checkGap();
  }

  #checkGap(): void {
    // Frames of one moment may come in another order; only a hole that stays is one.
    this.#later("gap", GAP_MS, () => {
      if (hasGap(this.state.thread)) this.#hello();
    });
  }

  #settleRequest(id: string): Pending | undefined {
    const entry = this.#outbox.remove(id);
    this.#answered(id, null);
    return entry;
  }

  #answered(id: string, refusal: Refusal | null): void {
    if (this.#outbox.entries.every(({ refused }) => refused)) this.#stop("ack");
    this.#answers.get(id)?.(refusal);
    this.#answers.delete(id);
  }

  #acknowledged(id: string, seq: number | null | undefined): void {
    const entry = this.#settleRequest(id);
    const held = this.state.thread.messages.some((message) => message.seq === seq);
    if (entry && seq && !held) {
      const { request } = entry;
      const text = "text" in request ? (request.text ?? "") : "";
      // The server may leave out the echo to the tab that sent it: show our own copy.
      if (text || entry.attachments.length) {
        this.#arrived({
          seq,
          author: "customer",
          name: null,
          text,
          attachments: entry.attachments,
          at: new Date(entry.at).toISOString(),
          code: null,
          id,
        });
        return;
      }
    }
    this.#update({});
  }

  #refused(id: string, refusal: Refusal): void {
    if (!id && TOKEN_LOST.test(refusal.code)) return this.#tokenRefused();
    const entry = this.#outbox.find(id);
    if (!entry) return;
    if (TEMPORARY.test(refusal.code)) {
      this.#stop("ack");
      const wait = (refusal.details?.retry_after_s ?? 0) * 1000 || RETRY_MS;
      this.#ports.later(wait, () => this.#outbox.find(id) && this.#writeRequest(entry.request));
      return;
    }
    if (entry.request.type === "message") this.#outbox.refuse(id, refusal);
    else this.#outbox.remove(id);
    this.#answered(id, refusal);
    this.#update(entry.request.type === "start" ? { startRefused: refusal } : {});
  }
}
