import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { Capabilities, Leg, Task } from "@rapport/api-client";
import type { DeskState } from "@rapport/event-store";
import type { Desk } from "../../shared/desk.ts";
import { capabilitiesOf } from "../../shared/people.ts";
import { conferenceOf } from "../conference/phase.ts";

export type TaskActionId =
  | "ask_to_end"
  | "transfer"
  | "conference"
  | "cancel_conference"
  | "remove"
  | "end_conference"
  | "exit"
  | "end"
  | "park"
  | "resume"
  | "wrap_up"
  | "original"
  | "workflow";

export interface TaskAction {
  id: TaskActionId;
  label: MessageDescriptor;
  tone: "plain" | "danger" | "main";
  run: (desk: Desk) => void;
}

/** What this agent can do with a conversation now: the buttons of the pane, the palette and the shortcuts. */
export function taskActions(state: DeskState, task: Task, leg: Leg): TaskAction[] {
  if (leg.state === "wrapping_up") return [wrapUp(task)];
  if (leg.state !== "active" || task.state !== "active") return [];
  if (leg.role === "invited") {
    return [...workflow(state, task), { id: "exit", label: msg`Exit Conference`, tone: "danger", run: (desk) => void exitConference(desk, task) }];
  }
  const actions = ownerActions(task, capabilitiesOf(state.catalog, task));
  return task.parked_until === null ? [...actions.slice(0, -1), ...workflow(state, task), ...actions.slice(-1)] : actions;
}

/** Before the last button, which ends it. */
function workflow(state: DeskState, task: Task): TaskAction[] {
  if (state.catalog.settings["workflows"] !== true) return [];
  return [{ id: "workflow", label: msg`Trigger a workflow`, tone: "plain", run: (desk) => desk.ui.open({ name: "workflow", taskId: task.id }) }];
}

function ownerActions(task: Task, capabilities: Capabilities): TaskAction[] {
  const conference = conferenceOf(task);
  if (task.parked_until !== null) {
    return [{ id: "resume", label: msg`Resume`, tone: "main", run: (desk) => void desk.resume(task) }];
  }
  if (conference?.phase === "running") {
    return [
      { id: "remove", label: msg`Remove agent`, tone: "plain", run: (desk) => void desk.removeFromConference(task) },
      { id: "end_conference", label: msg`End Conference`, tone: "danger", run: (desk) => withConsent(desk, task, capabilities, endConference) },
    ];
  }
  if (conference?.phase === "requested") {
    return [
      { id: "cancel_conference", label: msg`Cancel request`, tone: "plain", run: (desk) => void desk.cancelConference(task) },
      end(task, capabilities),
    ];
  }
  const actions: TaskAction[] = [];
  if (capabilities.before_end === "ask_to_end" && task.customer_left_at === null) {
    actions.push({ id: "ask_to_end", label: msg`Ask to end`, tone: "plain", run: (desk) => void desk.askToEnd(task) });
  }
  if (task.channel === "email") {
    actions.push({ id: "original", label: msg`View Original Email`, tone: "plain", run: (desk) => void desk.viewOriginal(task) });
  }
  if (capabilities.transfer_to.length > 0) {
    actions.push({ id: "transfer", label: msg`Transfer`, tone: "plain", run: (desk) => desk.ui.open({ name: "transfer", taskId: task.id }) });
  }
  if (capabilities.conference_with.length > 0) {
    actions.push({ id: "conference", label: msg`Conference`, tone: "plain", run: (desk) => desk.ui.open({ name: "conference", taskId: task.id }) });
  }
  actions.push({ id: "park", label: msg`Park`, tone: "plain", run: (desk) => desk.ui.open({ name: "park", taskId: task.id }) });
  return [...actions, end(task, capabilities)];
}

function end(task: Task, capabilities: Capabilities): TaskAction {
  return { id: "end", label: msg`End`, tone: "danger", run: (desk) => withConsent(desk, task, capabilities, endTask) };
}

type Ending = (desk: Desk, task: Task, consent: boolean) => Promise<void>;

/** Ends at once, or asks first where the channel wants the customer's consent. */
function withConsent(desk: Desk, task: Task, capabilities: Capabilities, ending: Ending): void {
  if (capabilities.before_end === "consent") desk.ui.open({ name: "consent", taskId: task.id });
  else void ending(desk, task, false);
}

/** Ends the conversation with the customer's consent, for all who are in it. */
export function endAgreed(desk: Desk, task: Task): Promise<void> {
  return conferenceOf(task)?.phase === "running" ? endConference(desk, task, true) : endTask(desk, task, true);
}

function wrapUp(task: Task): TaskAction {
  return { id: "wrap_up", label: msg`Wrap up`, tone: "main", run: (desk) => desk.ui.open({ name: "wrap_up", taskId: task.id }) };
}

/** Ends the conversation; the Wrap Up Reasons follow at once. */
async function endTask(desk: Desk, task: Task, consent: boolean): Promise<void> {
  if (await desk.end(task, consent)) openWrapUp(desk, task.id);
}

async function exitConference(desk: Desk, task: Task): Promise<void> {
  if (await desk.exitConference(task)) openWrapUp(desk, task.id);
}

async function endConference(desk: Desk, task: Task, consent: boolean): Promise<void> {
  if (await desk.endConference(task, consent)) openWrapUp(desk, task.id);
}

/** Opens the reasons if the task is still mine: a queue may do without a wrap-up. */
export function openWrapUp(desk: Desk, taskId: number): void {
  if (desk.state.get()?.tasks.has(taskId) === true) desk.ui.open({ name: "wrap_up", taskId });
}
