import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Leg, Message, StyleKind, Task } from "@rapport/api-client";
import { myLeg, type DeskState } from "@rapport/event-store";
import type { Desk } from "../../shared/desk.ts";
import { capabilitiesOf } from "../../shared/people.ts";
import { taskActions, type TaskActionId } from "../conversation/actions.ts";
import { groupsOf } from "../task-list/rows.ts";

export interface Command {
  id: string;
  group: MessageDescriptor;
  title: MessageDescriptor;
  /** Default chord; null: reachable by palette only until the agent gives it one. */
  chord: string | null;
  available?: (state: DeskState, desk: Desk) => boolean;
  run: (desk: Desk) => void;
}

const conversation = msg`Conversation`;
const requests = msg`Requests and tasks`;
const state = msg`State`;
const page = msg`Desktop`;
const writing = msg`Writing`;

function openTask(desk: Desk): { task: Task; leg: Leg; state: DeskState } | null {
  const current = desk.state.get();
  const id = desk.ui.currentTask();
  const task = id === null ? undefined : current?.tasks.get(id);
  if (current === null || task === undefined) return null;
  const leg = myLeg(task, current.me.id);
  return leg === undefined ? null : { task, leg, state: current };
}

/** A button of the open conversation's pane, as a command. */
function paneCommand(id: TaskActionId, title: MessageDescriptor, chord: string | null): Command {
  const find = (desk: Desk) => {
    const open = openTask(desk);
    return open === null ? undefined : taskActions(open.state, open.task, open.leg).find((action) => action.id === id);
  };
  return {
    id: `conversation.${id}`,
    group: conversation,
    title,
    chord,
    available: (_, desk) => find(desk) !== undefined,
    run: (desk) => find(desk)?.run(desk),
  };
}

/** A style of the message field, as a command. */
function styleCommand(kind: StyleKind, title: MessageDescriptor, chord: string): Command {
  return {
    id: `format.${kind}`,
    group: writing,
    title,
    chord,
    available: (_, desk) => desk.ui.formatter !== null,
    run: (desk) => desk.ui.formatter?.(kind),
  };
}

/** The newest message of the customer in the open conversation, where the channel has replies. */
function answerable(desk: Desk): Message | undefined {
  const open = openTask(desk);
  if (open === null || !capabilitiesOf(open.state.catalog, open.task).replies) return undefined;
  const thread = desk.threads.all.get().get(open.task.conversation_id);
  return thread?.messages.findLast((message) => message.direction === "inbound" && message.content?.deleted_at == null);
}

function focus(id: string): void {
  const element = document.getElementById(id);
  (element?.querySelector<HTMLElement>("a, button") ?? element)?.focus();
}

function switchTask(desk: Desk): void {
  const current = desk.state.get();
  if (current === null) return;
  const groups = groupsOf(current);
  const ids = [...groups.active, ...groups.wrapUp].map((row) => row.task.id).sort((a, b) => a - b);
  const next = ids[(ids.indexOf(desk.ui.currentTask() ?? -1) + 1) % ids.length];
  if (next !== undefined) desk.ui.openTask(next);
}

function switchPopover(): void {
  const buttons = [...document.querySelectorAll<HTMLElement>("#popovers article button, #task-list article button")];
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  buttons[(at + 1) % buttons.length]?.focus();
}

const hasOffers = (current: DeskState) => groupsOf(current).offered.length > 0;
const hasOpen = (_: DeskState, desk: Desk) => openTask(desk) !== null;

/** Everything that can be done from the keyboard: shortcuts, the overlay and the palette read this list. */
export const commands: readonly Command[] = [
  {
    id: "request.accept",
    group: requests,
    title: msg`Accept the request`,
    chord: "Ctrl+Alt+KeyA",
    available: hasOffers,
    run: (desk) => {
      const current = desk.state.get();
      const first = current === null ? undefined : groupsOf(current).offered[0];
      if (first !== undefined) void desk.accept(first.task);
    },
  },
  { id: "request.accept_all", group: requests, title: msg`Accept all requests`, chord: "Ctrl+Alt+Digit4", available: hasOffers, run: (desk) => void desk.acceptAll() },
  { id: "request.switch", group: requests, title: msg`Switch between requests`, chord: "Ctrl+Alt+KeyP", available: hasOffers, run: switchPopover },
  {
    id: "request.fold",
    group: requests,
    title: msg`Expand or collapse requests`,
    chord: "Ctrl+Alt+Digit9",
    available: hasOffers,
    run: (desk) => desk.ui.set({ popoversFolded: !desk.ui.state.get().popoversFolded }),
  },
  { id: "task.switch", group: requests, title: msg`Switch to the next conversation`, chord: "Ctrl+Alt+Digit8", run: switchTask },
  { id: "task.new", group: requests, title: msg`New message`, chord: "Ctrl+Alt+KeyS", run: (desk) => desk.ui.open({ name: "new_message" }) },
  {
    id: "task.list",
    group: requests,
    title: msg`Expand or collapse the task list`,
    chord: "Ctrl+Alt+Digit7",
    run: (desk) => desk.preferences.change({ task_list_open: !desk.preferences.values.get().task_list_open }),
  },
  paneCommand("transfer", msg`Transfer`, "Ctrl+Alt+KeyX"),
  paneCommand("conference", msg`Conference`, "Ctrl+Alt+KeyH"),
  paneCommand("cancel_conference", msg`Cancel the conference request`, null),
  paneCommand("remove", msg`Remove the agent from the conference`, null),
  paneCommand("end_conference", msg`End Conference`, null),
  paneCommand("exit", msg`Exit Conference`, null),
  paneCommand("ask_to_end", msg`Ask the customer to end`, null),
  paneCommand("end", msg`End the conversation`, "Ctrl+Alt+KeyE"),
  paneCommand("park", msg`Park the conversation`, "Ctrl+Alt+KeyO"),
  paneCommand("resume", msg`Resume the conversation`, "Ctrl+Alt+KeyG"),
  paneCommand("original", msg`View Original Email`, null),
  paneCommand("workflow", msg`Trigger a workflow`, "Ctrl+Alt+KeyC"),
  paneCommand("wrap_up", msg`Wrap up`, "Ctrl+Alt+KeyW"),
  { id: "conversation.write", group: conversation, title: msg`Go to the message field`, chord: "Ctrl+Alt+KeyM", available: hasOpen, run: () => document.getElementById("composer")?.focus() },
  {
    id: "conversation.details",
    group: conversation,
    title: msg`Expand or collapse the interaction control pane`,
    chord: "Ctrl+Alt+KeyY",
    available: hasOpen,
    run: (desk) => desk.ui.set({ paneFolded: !desk.ui.state.get().paneFolded }),
  },
  {
    id: "conversation.customer",
    group: conversation,
    title: msg`Show or hide the customer`,
    chord: null,
    available: hasOpen,
    run: () => document.getElementById("customer-panel-toggle")?.click(),
  },
  {
    id: "conversation.reply",
    group: writing,
    title: msg`Answer the customer's last message`,
    chord: "Ctrl+Alt+KeyK",
    available: (_, desk) => answerable(desk) !== undefined,
    run: (desk) => {
      const message = answerable(desk);
      if (message === undefined) return;
      desk.ui.reply(message.conversation_id, message.seq);
      document.getElementById("composer")?.focus();
    },
  },
  {
    id: "conversation.note",
    group: writing,
    title: msg`Switch between message and internal note`,
    chord: "Ctrl+Alt+KeyJ",
    available: hasOpen,
    run: (desk) => desk.ui.set({ note: !desk.ui.state.get().note }),
  },
  {
    id: "conversation.emojis",
    group: writing,
    title: msg`Emojis`,
    chord: "Ctrl+Alt+KeyB",
    available: hasOpen,
    run: () => document.querySelector<HTMLElement>("[data-composer-emojis]")?.click(),
  },
  {
    id: "conversation.attach",
    group: writing,
    title: msg`Attach files`,
    chord: "Ctrl+Alt+Digit3",
    available: () => document.querySelector("[data-composer-attach]") !== null,
    run: () => document.querySelector<HTMLElement>("[data-composer-attach]")?.click(),
  },
  {
    id: "conversation.templates",
    group: writing,
    title: msg`Templates`,
    chord: "Ctrl+Alt+KeyV",
    available: (_, desk) => desk.ui.templateLoader !== null,
    run: (desk) => {
      const open = openTask(desk);
      if (open !== null) desk.ui.open({ name: "templates", taskId: open.task.id });
    },
  },
  {
    id: "conversation.approved_template",
    group: writing,
    title: msg`Send an approved template`,
    chord: null,
    available: (current, desk) => {
      const open = openTask(desk);
      return open !== null && open.leg.state === "active" && capabilitiesOf(current.catalog, open.task).approved_templates;
    },
    run: (desk) => {
      const open = openTask(desk);
      if (open !== null) desk.ui.open({ name: "approved_template", taskId: open.task.id });
    },
  },
  styleCommand("bold", msg`Bold`, "Ctrl+KeyB"),
  styleCommand("italic", msg`Italic`, "Ctrl+KeyI"),
  styleCommand("underline", msg`Underline`, "Ctrl+KeyU"),
  styleCommand("strike", msg`Strikethrough`, "Ctrl+Shift+KeyX"),
  styleCommand("code", msg`Code`, "Ctrl+KeyE"),
  styleCommand("ordered_list", msg`Numbered list`, "Ctrl+Shift+Digit7"),
  styleCommand("bullet_list", msg`Bulleted list`, "Ctrl+Shift+Digit8"),
  styleCommand("quote", msg`Quote`, "Ctrl+Shift+Digit9"),
  styleCommand("code_block", msg`Code block`, "Ctrl+Shift+KeyE"),
  { id: "state.available", group: state, title: msg`Go Available`, chord: "Ctrl+Alt+KeyR", run: (desk) => void desk.setState({ status: "available" }) },
  { id: "state.selector", group: state, title: msg`Open the state selector`, chord: "Ctrl+Alt+KeyN", run: (desk) => desk.ui.set({ stateSelector: true }) },
  { id: "page.navigation", group: page, title: msg`Go to the navigation`, chord: "Ctrl+Alt+KeyT", run: () => focus("navigation") },
  { id: "page.notifications", group: page, title: msg`Notification centre`, chord: "Ctrl+Alt+KeyI", run: (desk) => desk.ui.set({ notifications: !desk.ui.state.get().notifications }) },
  {
    id: "page.silence",
    group: page,
    title: msg`Silence or unsilence sounds`,
    chord: "Ctrl+Alt+KeyD",
    run: (desk) => {
      const { sound } = desk.preferences.values.get();
      desk.preferences.change({ sound: { ...sound, silent: !sound.silent } });
    },
  },
  { id: "page.palette", group: page, title: msg`Go to, or do…`, chord: "Ctrl+KeyK", run: (desk) => desk.ui.open({ name: "palette" }) },
  { id: "page.search", group: page, title: msg`Search messages, conversations and customers`, chord: "Ctrl+Alt+Slash", run: (desk) => desk.ui.navigate("/search") },
  { id: "page.history", group: page, title: msg`Your conversations of the last day`, chord: null, run: (desk) => desk.ui.navigate("/history") },
  { id: "page.queues", group: page, title: msg`Who waits in the queues`, chord: null, run: (desk) => desk.ui.navigate("/queues") },
  { id: "page.shortcuts", group: page, title: msg`Keyboard shortcuts`, chord: "Ctrl+Alt+KeyF", run: (desk) => desk.ui.open({ name: "shortcuts" }) },
  { id: "page.preferences", group: page, title: msg`Preferences`, chord: null, run: (desk) => desk.ui.open({ name: "preferences" }) },
  {
    id: "page.theme",
    group: page,
    title: msg`Switch between light and dark`,
    chord: null,
    run: (desk) => {
      const dark = document.documentElement.dataset["mantineColorScheme"] === "dark";
      desk.preferences.change({ theme: dark ? "light" : "dark" });
    },
  },
  { id: "page.user", group: page, title: msg`Your account`, chord: "Ctrl+Alt+KeyU", run: (desk) => desk.ui.set({ userMenu: true }) },
  { id: "page.sign_out", group: page, title: msg`Sign out`, chord: "Ctrl+Alt+KeyL", run: (desk) => void desk.signOut() },
];

/** The chord of every command: the agent's own, else the default. */
export function chordsOf(own: Record<string, string>): ReadonlyMap<string, string | null> {
  return new Map(commands.map(({ id, chord }) => [id, (own[id] ?? chord) || null]));
}
