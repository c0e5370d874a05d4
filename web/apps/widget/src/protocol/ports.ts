import type { Session } from "./frames";
import type { KeyStore } from "./storage";

/** The part of a WebSocket that is used here. */
export interface Socket {
  onmessage: ((event: { data: unknown }) => void) | null;
  onopen: (() => void) | null;
  onclose: ((event: { reason: string }) => void) | null;
  send(text: string): void;
  close(): void;
}

/** Network, time, chance and memory are given, so that the tests can hold them. */
export interface Ports {
  connect(): Socket;
  openSession(token: string | null): Promise<Session>;
  store: KeyStore;
  newId(): string;
  random(): number;
  now(): number;
  /** Runs `task` after `ms`; the answer cancels it. */
  later(ms: number, task: () => void): () => void;
}
