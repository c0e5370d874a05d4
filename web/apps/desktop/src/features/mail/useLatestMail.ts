import type { Message } from "@rapport/api-client";
import { useCallback, useEffect, useState } from "react";
import { useDesk } from "../../shared/desk.ts";
import { useStore } from "../../shared/store.ts";

export interface LatestMail {
  /** The place of the customer's newest mail; 0 until it is known. */
  newest: number;
  /** The one that is being answered. */
  answered: number;
  /** A newer one has come meanwhile and has not been read: nothing may be sent. */
  guarded: boolean;
  /** The agent has read the newest. */
  read: () => void;
  /** A draft or a refused mail says which one it answers. */
  answering: (seq: number) => void;
  /** The server knows of a newer one. */
  refused: (newest: number) => void;
}

/** A person's mail that has no conversation of its own: an absence note is nobody's word. */
function canBeAnswered({ direction, content }: Message): boolean {
  const details = content?.details;
  return direction === "inbound" && details?.["split_to"] === undefined && details?.["class"] !== "auto_reply";
}

/**
 * Only the latest mail can be answered. While the agent is replying, the answer stays with the mail
 * that was the latest when they began, until they say that they have read a newer one.
 */
export function useLatestMail(conversationId: number, replying: boolean): LatestMail {
  const desk = useDesk();
  const [told, setTold] = useState(0);
  const [begun, setBegun] = useState<number | null>(null);
  const held = useStore(desk.threads.all, (all) => all.get(conversationId)?.messages.findLast(canBeAnswered)?.seq ?? 0);
  const newest = Math.max(held, told);
  useEffect(() => {
    if (!replying) setBegun(null);
    else if (newest > 0) setBegun((seq) => seq ?? newest);
  }, [replying, newest]);
  // The mail that was answered may have got a conversation of its own meanwhile.
  const answered = Math.min(begun ?? newest, newest);
  const read = useCallback(() => setBegun(newest), [newest]);
  const answering = useCallback((seq: number) => setBegun(seq), []);
  const refused = useCallback((seq: number) => setTold((known) => Math.max(known, seq)), []);
  return { newest, answered, guarded: newest > answered, read, answering, refused };
}
