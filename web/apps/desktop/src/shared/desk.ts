import { Api, ApiError, type DeskEvent, type FloorNews, type Message, type Session, type StateChange, type Target, type Task, type User } from "@rapport/api-client";
import { applyAnswer, applyCommit, atPosition, fromSnapshot, myLeg, withCatalog, type DeskState } from "@rapport/event-store";
import { createContext, useContext } from "react";
import { Connection } from "../features/connection/connection.ts";
import { newMessage, Outbox } from "../features/connection/outbox.ts";
import { ThreadStore } from "../features/conversation/threads.ts";
import { mailOf, newMail } from "../features/mail/outgoing.ts";
import { openScreenPop } from "../features/screen-pop/open.ts";
import { Preferences } from "../features/preferences/preferences.ts";
import { Ephemera } from "./ephemera.ts";
import { Store, useStore } from "./store.ts";
import { setServerOffset } from "./time.ts";
import { Toasts } from "./toasts.ts";
import { Ui } from "./ui.ts";

export type SessionState = "unknown" | "signed_out" | "password_due" | "second_factor_due" | "signed_in";
export type CommitListener = (events: readonly DeskEvent[], before: DeskState, after: DeskState) => void;

/** Everything the desktop knows and can do. Views watch its stores and call its commands. */
export class Desk {
  readonly api: Api;
  readonly session = new Store<SessionState>("unknown");
  /** Who is signed in. */
  readonly user = new Store<User | null>(null);
  readonly state = new Store<DeskState | null>(null);
  readonly ui = new Ui();
  readonly toasts = new Toasts();
  readonly ephemera = new Ephemera();
  readonly preferences: Preferences;
  readonly threads: ThreadStore;
  readonly outbox: Outbox;
  readonly connection: Connection;
  /** Tasks with a command on its way, by task id: their buttons wait for the answer. */
  readonly busy = new Store<ReadonlySet<number>>(new Set());
  private readonly floorListeners = new Set<(news: FloorNews) => void>();
  private readonly commitListeners = new Set<CommitListener>();

  constructor(api: Api = new Api()) {
    this.api = api;
    this.preferences = new Preferences((patch) => this.api.savePreferences(patch));
    this.threads = new ThreadStore((id, range) => api.messages(id, range));
    this.outbox = new Outbox({
      send: async (item) => {
        const { mail } = item;
        if (mail !== undefined) return (await api.sendMail(item.taskId, newMail(item, mail), item.key)).message;
        return (await api.send(item.taskId, newMessage(item), item.key)).message;
      },
      onSent: (message) => this.take({ message }),
      ready: () => this.connection.live,
    });
    this.connection = new Connection({
      snapshot: () => api.snapshot(),
      position: () => this.state.get()?.position ?? null,
      onSnapshot: (snapshot) => {
        const again = this.state.get() !== null;
        setServerOffset(api.http.clockOffset);
        this.state.set(fromSnapshot(snapshot));
        // Rights may have changed since the page was loaded.
        this.user.set(snapshot.user);
        this.preferences.load(snapshot.user.preferences);
        this.outbox.open(snapshot.user.id);
        if (again) this.threads.refreshAll();
      },
      onCommit: (commit) => this.commit(commit.position, commit.events),
      onPosition: (position) => this.state.update((state) => (state === null ? null : atPosition(state, position))),
      onEphemeral: (frame) => {
        if (frame.type !== "floor") return this.ephemera.receive(frame);
        for (const listener of this.floorListeners) listener(frame);
      },
      onSignedOut: () => this.signedOut(),
      open: (after) => new WebSocket(streamUrl(after)),
    });
    this.connection.state.subscribe(() => {
      if (this.connection.state.get() === "catching_up") this.ephemera.forgetPresence();
      this.outbox.flush();
    });
    api.http.onSignedOut = () => this.signedOut();
  }

  async begin(): Promise<void> {
    try {
      this.signedIn(await this.api.session());
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return this.signedOut();
      setTimeout(() => void this.begin(), 2000);
    }
  }

  async signIn(login: string, password: string, code: string): Promise<void> {
    this.signedIn(await this.api.signIn(login, password, code));
  }

  signOut(): Promise<boolean> {
    return this.run(null, async () => {
      await this.api.signOut();
      this.signedOut();
    });
  }

  /** Whether the person handles conversations; an administrator alone has no task list and no stream. */
  get works(): boolean {
    return worksAtDesk(this.user.get());
  }

  /** What differs on the board, while `connection.look("floor", …)` is on. */
  onFloor(listener: (news: FloorNews) => void): () => void {
    this.floorListeners.add(listener);
    return () => this.floorListeners.delete(listener);
  }

  /** A supervisor's command on a conversation that need not be theirs. */
  steer(task: Task, verb: Parameters<Api["steer"]>[1], body: object = {}): Promise<boolean> {
    return this.command(task, () => this.api.steer(task, verb, body));
  }

  onCommit(listener: CommitListener): () => void {
    this.commitListeners.add(listener);
    return () => this.commitListeners.delete(listener);
  }

  setState(change: StateChange): Promise<boolean> {
    return this.run(null, async () => this.take(await this.api.setState(change)));
  }

  /** Opens the conversation unless the agent is typing elsewhere: focus is never stolen. */
  accept(task: Task): Promise<boolean> {
    if (!this.ui.typing) this.ui.openTask(task.id);
    return this.pop(task.id, this.command(task, () => this.api.accept(task)));
  }

  acceptAll(): Promise<boolean> {
    return this.run(null, async () => {
      const { open, refused } = await this.api.acceptAll();
      if (open !== null && !this.ui.typing) this.ui.openTask(open);
      for (const { code } of refused) this.toasts.error(new ApiError(code, "", 409, {}));
    });
  }

  transfer(task: Task, target: Target): Promise<boolean> {
    return this.command(task, () => this.api.transfer(task, target));
  }
  conference(task: Task, target: Target): Promise<boolean> {
    return this.command(task, () => this.api.conference(task, target));
  }
  cancelConference(task: Task): Promise<boolean> {
    return this.command(task, () => this.api.cancelConference(task));
  }
  exitConference(task: Task): Promise<boolean> {
    return this.command(task, () => this.api.exitConference(task));
  }
  removeFromConference(task: Task): Promise<boolean> {
    return this.command(task, () => this.api.removeFromConference(task));
  }
  endConference(task: Task, consent: boolean): Promise<boolean> {
    return this.command(task, () => this.api.endConference(task, consent));
  }
  end(task: Task, consent: boolean): Promise<boolean> {
    return this.command(task, () => this.api.end(task, consent));
  }
  wrapUp(task: Task, reasonIds: number[]): Promise<boolean> {
    return this.command(task, () => this.api.wrapUp(task.id, reasonIds));
  }
  cancelWrapUpTimer(task: Task): Promise<boolean> {
    return this.command(task, () => this.api.cancelWrapUpTimer(task.id));
  }
  takeFromQueue(task: Task): Promise<boolean> {
    return this.pop(task.id, this.command(task, () => this.api.take(task)));
  }
  editVariables(task: Task, changes: { name: string; was: string; value: string }[]): Promise<boolean> {
    return this.command(task, () => this.api.editVariables(task, changes));
  }
  askToEnd(task: Task): Promise<boolean> {
    return this.run(task.id, async () => this.take(await this.api.askToEnd(task)));
  }

  /** Tells the server how far this agent has read; failing is harmless, it is told again. */
  async markRead(task: Task, seq: number): Promise<void> {
    try {
      this.take(await this.api.read(task.id, seq));
    } catch {
      // The badge stays until the next attempt.
    }
  }

  /** Takes over what a command answered, ahead of the same change by stream. */
  take(answer: Parameters<typeof applyAnswer>[1]): void {
    if (answer.message !== undefined) this.threads.add([answer.message]);
    this.state.update((state) => (state === null ? null : applyAnswer(state, answer)));
    this.prune();
  }

  park(task: Task, until: Date): Promise<boolean> {
    return this.command(task, () => this.api.park(task, until.toISOString()));
  }
  resume(task: Task): Promise<boolean> {
    return this.command(task, () => this.api.resume(task));
  }

  /** Opens the conversation's first customer mail. */
  viewOriginal(task: Task): Promise<boolean> {
    return this.run(null, async () => {
      const { message_id } = await this.api.originalMail(task.conversation_id);
      if (message_id === null) throw new ApiError("no_mail", "", 404, {});
      this.ui.open({ name: "mail", taskId: task.id, mailId: message_id });
    });
  }

  /** Takes back a message that still waits to be sent. */
  cancelMessage(task: Task, message: Message): Promise<boolean> {
    return this.run(task.id, async () => this.take(await this.api.cancel(task.id, message.id)));
  }

  /** Takes back a mail that has not left yet, and puts it into the message field again. */
  async undoMail(task: Task, message: Message): Promise<void> {
    if (await this.cancelMessage(task, message)) this.editMail(message);
  }

  /** Puts a mail that did not go out into the message field, to be corrected. */
  editMail(message: Message): void {
    const item = this.outbox.asWritten(message.client_id);
    const { text, attachments } = item ?? message;
    this.ui.returned.set({ conversationId: message.conversation_id, text, styles: item?.styles ?? [], attachments, mail: item?.mail ?? mailOf(message) });
  }

  /** Gives a mail a conversation of its own. */
  splitMail(message: Message): Promise<boolean> {
    return this.run(null, async () => {
      const { message: changed } = await this.api.splitMail(message.id);
      this.take({ message: changed });
    });
  }

  /** Reads a mail once more. */
  parseAgain(message: Message): Promise<boolean> {
    return this.run(null, async () => this.take(await this.api.parseAgain(message.id)));
  }

  /** Tries at once what waits to be sent in this conversation. */
  sendNow(task: Task): Promise<boolean> {
    return this.run(task.id, async () => void (await this.api.sendNow(task.id)));
  }

  /** Sends a failed message again: the same one, not a copy. */
  sendAgain(task: Task, message: Message): Promise<boolean> {
    return this.run(task.id, async () => this.threads.add([(await this.api.retry(task.id, message.id)).message]));
  }

  /** What is accepted opens its page in the other system, where the agent wants that. */
  private async pop(taskId: number, accepted: Promise<boolean>): Promise<boolean> {
    const done = await accepted;
    if (done && this.preferences.values.get().screen_pop_opens) void openScreenPop(this.api, taskId);
    return done;
  }

  private command(task: Task, call: () => Promise<{ task: Task }>): Promise<boolean> {
    return this.run(task.id, async () => this.take(await call()));
  }

  /**
   * Runs a command; refuses it clearly while offline, and says in words why it failed.
   * Before the stream's first word the desk can be used already: the server has just answered.
   */
  async run(taskId: number | null, call: () => Promise<void>): Promise<boolean> {
    if (this.connection.state.get() === "offline" && this.works) {
      this.toasts.error(new ApiError("offline", "", 0, {}));
      return false;
    }
    if (taskId !== null) {
      if (this.busy.get().has(taskId)) return false;
      this.busy.update((set) => new Set(set).add(taskId));
    }
    try {
      await call();
      return true;
    } catch (error) {
      this.toasts.error(error);
      return false;
    } finally {
      if (taskId !== null) this.busy.update((set) => new Set([...set].filter((id) => id !== taskId)));
    }
  }

  private commit(position: string, events: DeskEvent[]): void {
    const before = this.state.get();
    if (before === null) return;
    const after = applyCommit(before, { position, events });
    this.threads.add(events.flatMap((event) => (event.message === undefined ? [] : [event.message])));
    this.state.set(after);
    this.prune();
    if (after.catalogStale && !before.catalogStale) void this.fetchCatalog();
    for (const listener of this.commitListeners) listener(events, before, after);
  }

  private async fetchCatalog(): Promise<void> {
    try {
      const catalog = await this.api.catalog();
      this.state.update((state) => (state === null ? null : withCatalog(state, catalog)));
    } catch {
      setTimeout(() => void this.fetchCatalog(), 5000);
    }
  }

  private prune(): void {
    const state = this.state.get();
    if (state === null) return;
    this.threads.keepOnly(new Set([...state.tasks.values()].map((task) => task.conversation_id)));
  }

  /** A session has begun, also by other ways than the sign-in page. */
  signedIn({ user }: Session): void {
    this.user.set(user);
    this.preferences.load(user.preferences);
    // Until then the server refuses everything else.
    if (user.must_change_password === true) return this.session.set("password_due");
    if (user.must_set_up_second_factor === true) return this.session.set("second_factor_due");
    this.session.set("signed_in");
    if (this.works) this.connection.start();
  }

  private signedOut(): void {
    this.connection.stop();
    this.state.set(null);
    this.user.set(null);
    this.threads.clear();
    this.ui.reset();
    this.session.set("signed_out");
  }
}

function streamUrl(after: string): string {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  return `${scheme}://${location.host}/api/v1/stream?after=${encodeURIComponent(after)}`;
}

const DeskContext = createContext<Desk | null>(null);
export const DeskProvider = DeskContext.Provider;

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === null) throw new Error("No desk around this view");
  return desk;
}

/** Watches the desk's state; only for views inside the shell, where there always is one. */
export function useDeskState<S>(select: (state: DeskState) => S, same?: (a: S, b: S) => boolean): S | undefined {
  return useStore(useDesk().state, (state) => (state === null ? undefined : select(state)), same as never);
}

export function worksAtDesk(user: User | null): boolean {
  return user === null || user.rights.includes("desk");
}

/** Watches who is signed in. */
export function useUser(): User | null {
  return useStore(useDesk().user, (user) => user);
}

export function useTask(taskId: number | null): Task | undefined {
  return useDeskState((state) => (taskId === null ? undefined : state.tasks.get(taskId)));
}

export { myLeg };
