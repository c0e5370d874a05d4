import type { Contact, Leg, Message, Task } from "@rapport/api-client";
import { myLeg, unreadCount, type DeskState } from "@rapport/event-store";

export interface Row {
  task: Task;
  leg: Leg;
  contact: Contact | undefined;
  last: Message | undefined;
  unread: number;
}

export interface Groups {
  offered: Row[];
  active: Row[];
  wrapUp: Row[];
}

/** My tasks as the list shows them: offers with the earliest on top, then by newest activity. */
export function groupTasks(state: DeskState): Groups {
  const groups: Groups = { offered: [], active: [], wrapUp: [] };
  for (const task of state.tasks.values()) {
    const leg = myLeg(task, state.me.id);
    if (leg === undefined) continue;
    const last = state.lastMessages.get(task.id);
    // What came before the wrap-up was read in the conversation, even if the mark was not sent any more.
    const unread = leg.state === "wrapping_up" ? 0 : unreadCount(last, leg);
    const row = { task, leg, contact: state.contacts.get(task.contact_id), last, unread };
    if (leg.state === "offered") groups.offered.push(row);
    else if (leg.state === "wrapping_up") groups.wrapUp.push(row);
    else groups.active.push(row);
  }
  groups.offered.sort((a, b) => a.leg.offered_at.localeCompare(b.leg.offered_at) || a.task.id - b.task.id);
  groups.active.sort((a, b) => Number(b.unread > 0) - Number(a.unread > 0) || newest(b).localeCompare(newest(a)));
  groups.wrapUp.sort((a, b) => (a.leg.wrap_up_at ?? "").localeCompare(b.leg.wrap_up_at ?? ""));
  return groups;
}

function newest(row: Row): string {
  return row.last?.created_at ?? row.leg.accepted_at ?? row.leg.offered_at;
}

const held = new WeakMap<DeskState, Groups>();
/** The same groups for the same state, so that every view shares one computation. */
export function groupsOf(state: DeskState): Groups {
  const known = held.get(state);
  if (known !== undefined) return known;
  const groups = groupTasks(state);
  held.set(state, groups);
  return groups;
}
