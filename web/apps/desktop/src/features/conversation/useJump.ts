import { useEffect, type RefObject } from "react";
import { useDesk } from "../../shared/desk.ts";
import { useStore } from "../../shared/store.ts";
import type { ThreadRow } from "./thread-rows.ts";

const FLASH_MS = 1600;
/** How many older pages are fetched on the way to a message that is far back. */
const MOST_PAGES = 20;

/** Shows the message that somebody asked for, older pages fetched if need be, and marks it for a moment. */
export function useJump(conversationId: number, rows: readonly ThreadRow[], scroller: RefObject<HTMLElement | null>, scrollTo: (index: number) => void): void {
  const desk = useDesk();
  const wanted = useStore(desk.ui.jump, (jump) => (jump?.conversationId === conversationId ? jump.seq : null));
  useEffect(() => {
    if (wanted === null) return;
    const index = rows.findIndex((row) => row.kind === "message" && row.message.seq === wanted);
    if (index < 0) {
      const thread = desk.threads.all.get().get(conversationId);
      const far = (thread?.messages[0]?.seq ?? 0) - wanted > MOST_PAGES * 60;
      if (thread?.hasMore === true && !far) void desk.threads.older(conversationId);
      else desk.ui.jump.set(null);
      return;
    }
    desk.ui.jump.set(null);
    scrollTo(index);
    // The row is in the page only after the list has scrolled there and measured it.
    let frames = 0;
    const mark = () => {
      const line = scroller.current?.querySelector<HTMLElement>(`[data-seq="${wanted}"]`);
      if (line === null || line === undefined) {
        if (frames++ < 30) requestAnimationFrame(mark);
        return;
      }
      line.dataset["flash"] = "true";
      setTimeout(() => delete line.dataset["flash"], FLASH_MS);
    };
    requestAnimationFrame(mark);
  }, [desk, conversationId, wanted, rows, scroller, scrollTo]);
}
