import type { StreamFrame } from "@rapport/api-client";
import { Store } from "./store.ts";

export interface Typist {
  kind: "customer" | "agent";
  id: number | null;
}

/** A typing sign that is not renewed has stopped, even if the frame that says so got lost. */
const TYPING_MS = 7000;

/** What is true only now and never stored: who is typing, whose page is connected. */
export class Ephemera {
  readonly typing = new Store<ReadonlyMap<number, Typist>>(new Map());
  readonly presence = new Store<ReadonlyMap<number, boolean>>(new Map());
  private readonly timers = new Map<number, ReturnType<typeof setTimeout>>();

  receive(frame: Extract<StreamFrame, { type: "typing" | "presence" }>): void {
    const id = frame.conversation_id;
    if (frame.type === "presence") {
      this.presence.update((map) => new Map(map).set(id, frame.online));
      return;
    }
    clearTimeout(this.timers.get(id));
    if (!frame.on) {
      this.stopped(id);
      return;
    }
    this.typing.update((map) => new Map(map).set(id, frame.author));
    this.timers.set(id, setTimeout(() => this.stopped(id), TYPING_MS));
  }

  /** The line was cut: what came and went meanwhile was not told. */
  forgetPresence(): void {
    this.presence.set(new Map());
  }

  stopped(conversationId: number): void {
    this.typing.update((map) => {
      if (!map.has(conversationId)) return map;
      const next = new Map(map);
      next.delete(conversationId);
      return next;
    });
  }
}
