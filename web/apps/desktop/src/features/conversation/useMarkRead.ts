import type { Leg, Task } from "@rapport/api-client";
import { useEffect } from "react";
import { useDesk } from "../../shared/desk.ts";

/** Reports messages as read once they have been in view for a moment, in a tab that is in front. */
export function useMarkRead(task: Task, leg: Leg, seq: number): void {
  const desk = useDesk();
  const due = leg.state === "active" && seq > leg.read_seq;
  useEffect(() => {
    if (!due) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const plan = () => {
      clearTimeout(timer);
      if (!document.hidden) timer = setTimeout(() => void desk.markRead(task, seq), 350);
    };
    plan();
    document.addEventListener("visibilitychange", plan);
    return () => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", plan);
    };
    // The task itself changes with every event; only its id matters here.
  }, [desk, task.id, due, seq]);
}
