import type { Task } from "@rapport/api-client";
import { useEffect, useState } from "react";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { capabilitiesOf } from "../../shared/people.ts";
import { useStore } from "../../shared/store.ts";
import { secondsUntil } from "../../shared/time.ts";

export type Barrier = "opted_out" | "window_closed" | null;
/** From this long before its end on, the window's end is shown. */
const SOON_S = 3600;
const LONGEST_TIMER_S = 86_400;

/** Whether free text still reaches the customer, and when that ends, as far as this page knows. */
export function useReach(task: Task): { barrier: Barrier; closesAt: string | null } {
  const desk = useDesk();
  const window_s = useDeskState((state) => capabilitiesOf(state.catalog, task).window_s) ?? null;
  const heardAt = useStore(desk.threads.all, (all) => all.get(task.conversation_id)?.messages.findLast((m) => m.direction === "inbound")?.created_at ?? null);
  // The server knows better: what it refused stays refused until the customer writes again.
  const refusal = useStore(desk.outbox.items, (items) =>
    items.findLast((item) => item.conversationId === task.conversation_id && item.failure?.code === "window_closed"),
  );
  const closesAt = window_s === null || heardAt === null ? null : new Date(Date.parse(heardAt) + window_s * 1000).toISOString();
  const left = closesAt === null ? null : secondsUntil(closesAt, Date.now());
  const [, tick] = useState(0);
  useEffect(() => {
    if (left === null || left === 0) return;
    const next = left > SOON_S ? left - SOON_S : left;
    const timer = setTimeout(() => tick((count) => count + 1), Math.min(next, LONGEST_TIMER_S) * 1000 + 50);
    return () => clearTimeout(timer);
  }, [left]);
  if (task.customer_opted_out_at !== null) return { barrier: "opted_out", closesAt: null };
  if (left === 0) return { barrier: "window_closed", closesAt };
  if (refusal !== undefined && (heardAt === null || heardAt < refusal.createdAt)) {
    const at = refusal.failure?.details["closed_at"];
    return { barrier: "window_closed", closesAt: typeof at === "string" ? at : null };
  }
  return { barrier: null, closesAt: left !== null && left <= SOON_S ? closesAt : null };
}
