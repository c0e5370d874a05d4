import type {
  Agent,
  Catalog,
  Commit,
  Contact,
  DeskEvent,
  Leg,
  Message,
  Snapshot,
  Task,
  User,
} from "@rapport/api-client";

/** What a desktop knows. Never changed in place: every entity keeps its identity until it changes. */
export interface DeskState {
  readonly position: string;
  readonly me: Agent;
  readonly user: User;
  readonly tasks: ReadonlyMap<number, Task>;
  readonly contacts: ReadonlyMap<number, Contact>;
  /** The newest message of each task that is not an announcement, by task id. */
  readonly lastMessages: ReadonlyMap<number, Message>;
  readonly catalog: Catalog;
  /** True when the server has a newer catalogue than the one held. */
  readonly catalogStale: boolean;
}

export function fromSnapshot(snapshot: Snapshot): DeskState {
  const state: DeskState = {
    position: snapshot.position,
    me: snapshot.me,
    user: snapshot.user,
    tasks: new Map(snapshot.tasks.map((task) => [task.id, task])),
    contacts: new Map(snapshot.contacts.map((contact) => [contact.id, contact])),
    lastMessages: new Map(
      snapshot.last_messages.flatMap((m): [number, Message][] => (m.task_id === null ? [] : [[m.task_id, m]])),
    ),
    catalog: snapshot.catalog,
    catalogStale: false,
  };
  return prune(state);
}

export function applyCommit(state: DeskState, commit: Commit): DeskState {
  let next = state;
  for (const event of commit.events) next = applyEntities(next, event);
  next = prune(next);
  return next.position === commit.position ? next : { ...next, position: commit.position };
}

/** The entities of a command's answer; they may arrive before or after the same change by stream. */
export function applyAnswer(state: DeskState, answer: Pick<DeskEvent, "task" | "message" | "contact" | "agent">): DeskState {
  return prune(applyEntities(state, answer));
}

/** Everything up to a position has been received, though nothing of it concerned this desktop. */
export function atPosition(state: DeskState, position: string): DeskState {
  return state.position === position ? state : { ...state, position };
}

export function withCatalog(state: DeskState, catalog: Catalog): DeskState {
  return catalog.version < state.catalog.version ? state : { ...state, catalog, catalogStale: false };
}

function applyEntities(state: DeskState, event: Omit<DeskEvent, "kind" | "at">): DeskState {
  let next = state;
  if (event.agent !== undefined && event.agent.id === next.me.id && event.agent.version > next.me.version) {
    next = { ...next, me: event.agent };
  }
  if (event.task !== undefined && isNewer(event.task, next.tasks.get(event.task.id))) {
    next = { ...next, tasks: new Map(next.tasks).set(event.task.id, event.task) };
  }
  if (event.contact !== undefined && isNewer(event.contact, next.contacts.get(event.contact.id))) {
    next = { ...next, contacts: new Map(next.contacts).set(event.contact.id, event.contact) };
  }
  if (event.message !== undefined) next = applyMessage(next, event.message);
  if (event.catalog_version !== undefined && event.catalog_version > next.catalog.version) {
    next = { ...next, catalogStale: true };
  }
  return next;
}

function applyMessage(state: DeskState, message: Message): DeskState {
  if (message.task_id === null || message.direction === "announcement") return state;
  const held = state.lastMessages.get(message.task_id);
  const counts =
    held === undefined ||
    message.seq > held.seq ||
    (message.id === held.id && message.version > held.version);
  return counts ? { ...state, lastMessages: new Map(state.lastMessages).set(message.task_id, message) } : state;
}

function isNewer(incoming: { version: number }, held: { version: number } | undefined): boolean {
  return held === undefined || incoming.version > held.version;
}

/** Drops the tasks in which I have no leg left that is not closed, with their contacts and messages. */
function prune(state: DeskState): DeskState {
  const mine = new Map([...state.tasks].filter(([, task]) => myLeg(task, state.me.id) !== undefined));
  const known = new Set([...mine.values()].map((task) => task.contact_id));
  const contacts = new Map([...state.contacts].filter(([id]) => known.has(id)));
  const lastMessages = new Map([...state.lastMessages].filter(([taskId]) => mine.has(taskId)));
  if (
    mine.size === state.tasks.size &&
    contacts.size === state.contacts.size &&
    lastMessages.size === state.lastMessages.size
  ) {
    return state;
  }
  return { ...state, tasks: mine, contacts, lastMessages };
}

/** My leg in a task: the newest one that is not closed. */
export function myLeg(task: Task, agentId: number): Leg | undefined {
  return task.legs.findLast((leg) => leg.agent_id === agentId && leg.state !== "closed");
}

export function unreadCount(last: Message | undefined, leg: Leg): number {
  return last === undefined ? 0 : Math.max(0, last.inbound_seq - leg.read_inbound_seq);
}
