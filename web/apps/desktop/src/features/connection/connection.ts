import { ApiError, type Commit, type Snapshot, type StreamFrame } from "@rapport/api-client";
import { Store } from "../../shared/store.ts";
import { backoff } from "./backoff.ts";

/** connecting: never connected yet; catching_up: back, and replaying what was missed. */
export type ConnectionState = "connecting" | "live" | "offline" | "catching_up";

export interface ConnectionPorts {
  snapshot(): Promise<Snapshot>;
  /** The position to continue from; null when a snapshot is needed first. */
  position(): string | null;
  onSnapshot(snapshot: Snapshot): void;
  onCommit(commit: Commit): void;
  onPosition(position: string): void;
  onEphemeral(frame: Extract<StreamFrame, { type: "typing" | "presence" | "floor" }>): void;
  onSignedOut(): void;
  open(after: string): WebSocket;
}

const SILENCE_MS = 45_000;
/** Replayed commits come back to back: a pause this long means that we have caught up. */
const CAUGHT_UP_MS = 250;

/** Keeps the stream of one desktop alive: snapshot, socket, heartbeat, back-off, reset. */
export class Connection {
  readonly state = new Store<ConnectionState>("connecting");
  private readonly ports: ConnectionPorts;
  private socket: WebSocket | null = null;
  private readonly looking = new Map<"floor" | "watch", number | null>();
  private attempt = 0;
  private stopped = true;
  private needsSnapshot = true;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private settle: ReturnType<typeof setTimeout> | undefined;

  constructor(ports: ConnectionPorts) {
    this.ports = ports;
  }

  start(): void {
    if (!this.stopped) return;
    this.stopped = false;
    window.addEventListener("online", this.tryNow);
    window.addEventListener("offline", this.drop);
    void this.connect();
  }

  stop(): void {
    this.stopped = true;
    window.removeEventListener("online", this.tryNow);
    window.removeEventListener("offline", this.drop);
    clearTimeout(this.retry);
    this.close();
    this.needsSnapshot = true;
    this.attempt = 0;
    this.state.set("connecting");
  }

  get live(): boolean {
    const state = this.state.get();
    return state === "live" || state === "catching_up";
  }

  sendTyping(conversationId: number, on: boolean): void {
    this.transmit({ type: "typing", conversation_id: conversationId, on });
  }

  /** Follows the board or another's conversation; said again whenever the line is new. */
  look(what: "floor" | "watch", conversationId: number | null, on = true): void {
    if (on) this.looking.set(what, conversationId);
    else this.looking.delete(what);
    this.tellLook(what, conversationId, on);
  }

  private tellLook(what: "floor" | "watch", conversationId: number | null, on: boolean): void {
    if (what === "floor") this.transmit({ type: "floor", on });
    else this.transmit({ type: "watch", conversation_id: on ? conversationId : null });
  }

  readonly tryNow = (): void => {
    if (this.stopped || this.socket !== null) return;
    this.attempt = 0;
    clearTimeout(this.retry);
    void this.connect();
  };

  private async connect(): Promise<void> {
    try {
      if (this.needsSnapshot || this.ports.position() === null) {
        const snapshot = await this.ports.snapshot();
        if (this.stopped) return;
        this.ports.onSnapshot(snapshot);
        this.needsSnapshot = false;
      }
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.ports.onSignedOut();
      else this.later();
      return;
    }
    const position = this.ports.position();
    if (position === null || this.stopped) return;
    const socket = this.ports.open(position);
    this.socket = socket;
    socket.onmessage = (event: MessageEvent<string>) => {
      if (this.socket === socket) this.receive(JSON.parse(event.data) as StreamFrame);
    };
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.close();
      if (event.code === 4409) this.needsSnapshot = true;
      this.later();
    };
    this.listenForSilence();
  }

  private receive(frame: StreamFrame): void {
    this.listenForSilence();
    switch (frame.type) {
      case "hello":
        this.attempt = 0;
        for (const [what, id] of this.looking) this.tellLook(what, id, true);
        this.state.set(this.state.get() === "connecting" ? "live" : "catching_up");
        this.settleSoon();
        break;
      case "commit":
        this.ports.onCommit(frame);
        if (this.state.get() === "catching_up") this.settleSoon();
        break;
      case "reset":
        this.needsSnapshot = true;
        this.close();
        this.state.set("catching_up");
        void this.connect();
        break;
      case "typing":
      case "presence":
      case "floor":
        this.ports.onEphemeral(frame);
        break;
      case "ping":
        if (frame.position !== undefined) this.ports.onPosition(frame.position);
        this.transmit({ type: "pong" });
        break;
      case "bye":
        if (frame.reason === "session_ended") this.ports.onSignedOut();
        break;
    }
  }

  private transmit(frame: object): void {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  private readonly drop = (): void => {
    if (this.stopped) return;
    this.close();
    this.later();
  };

  private later(): void {
    if (this.stopped) return;
    this.state.set("offline");
    clearTimeout(this.retry);
    this.retry = setTimeout(() => void this.connect(), backoff(this.attempt));
    this.attempt += 1;
  }

  private settleSoon(): void {
    clearTimeout(this.settle);
    this.settle = setTimeout(() => {
      if (this.state.get() === "catching_up" && this.socket !== null) this.state.set("live");
    }, CAUGHT_UP_MS);
  }

  private listenForSilence(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(this.drop, SILENCE_MS);
  }

  private close(): void {
    clearTimeout(this.silence);
    clearTimeout(this.settle);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }
}
