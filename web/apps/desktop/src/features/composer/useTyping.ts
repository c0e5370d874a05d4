import { useCallback, useEffect, useRef } from "react";
import { useDesk } from "../../shared/desk.ts";

const RENEW_MS = 3000;
const STOP_MS = 5000;

/** Tells the other side that the agent is typing; renewed while they do, and ended when they stop. */
export function useTyping(conversationId: number): { typed: () => void; stopped: () => void } {
  const desk = useDesk();
  const lastSent = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const stopped = useCallback(() => {
    clearTimeout(timer.current);
    if (lastSent.current === 0) return;
    lastSent.current = 0;
    desk.connection.sendTyping(conversationId, false);
  }, [desk, conversationId]);
  const typed = useCallback(() => {
    const now = Date.now();
    if (now - lastSent.current > RENEW_MS) {
      lastSent.current = now;
      desk.connection.sendTyping(conversationId, true);
    }
    clearTimeout(timer.current);
    timer.current = setTimeout(stopped, STOP_MS);
  }, [desk, conversationId, stopped]);
  useEffect(() => stopped, [stopped]);
  return { typed, stopped };
}
