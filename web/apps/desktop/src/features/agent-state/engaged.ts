import { myLeg, type DeskState } from "@rapport/event-store";

/** Engaged is a label over the state while at least one accepted conversation is held. */
export function isEngaged(state: DeskState): boolean {
  for (const task of state.tasks.values()) {
    const leg = myLeg(task, state.me.id);
    if (leg?.state === "active" || leg?.state === "wrapping_up") return true;
  }
  return false;
}
