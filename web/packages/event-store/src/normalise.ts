import type { DeskState } from "./reducer.ts";

/** The comparable form of a state: what a fresh snapshot would say, sorted. */
export function normalise(state: DeskState): object {
  const byId = (a: { id: number }, b: { id: number }) => a.id - b.id;
  return {
    me: state.me,
    tasks: [...state.tasks.values()].sort(byId),
    contacts: [...state.contacts.values()].sort(byId),
    last_messages: [...state.lastMessages].sort(([a], [b]) => a - b).map(([, message]) => message),
  };
}
