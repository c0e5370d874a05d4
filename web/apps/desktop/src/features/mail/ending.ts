import { myLeg } from "@rapport/event-store";
import type { Desk } from "../../shared/desk.ts";
import { taskActions } from "../conversation/actions.ts";

/** Ends the conversation once a mail is confirmed; one that was refused leaves it open. */
export async function endAfter(desk: Desk, taskId: number, key: string): Promise<void> {
  if (!(await desk.outbox.confirmed(key))) return;
  const state = desk.state.get();
  const task = state?.tasks.get(taskId);
  if (state === null || task === undefined) return;
  const leg = myLeg(task, state.me.id);
  if (leg === undefined) return;
  taskActions(state, task, leg).find((action) => action.id === "end")?.run(desk);
}
