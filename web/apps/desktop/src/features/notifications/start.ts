import { i18n } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { ApiError } from "@rapport/api-client";
import type { DeskState } from "@rapport/event-store";
import type { Desk } from "../../shared/desk.ts";
import { agentName, customerName, queueName } from "../../shared/people.ts";
import { groupsOf } from "../task-list/rows.ts";
import { showCount } from "./badge.ts";
import { centre, type Entry } from "./centre.ts";
import { DesktopNotifications, type Answer, type Told } from "./desktop-notification.ts";
import { isLeader, stand } from "./leader.ts";
import { newsOf, type News } from "./news.ts";
import { noticeText } from "./notice-text.ts";
import { outcomeText } from "./outcome-text.ts";
import { play, type SoundKind } from "./sound.ts";

const OFFER_REPEAT_MS = 4000;

/** Connects what happens with sounds, the title, desktop notifications and the notification centre. */
export function startNotifications(desk: Desk): void {
  stand();
  const outside = new DesktopNotifications();
  outside.listen((answer) => answered(desk, answer));
  let rang: ReadonlySet<number> = new Set();
  desk.onCommit((events, before, after) => {
    for (const news of newsOf(events, before, after)) tell(desk, outside, news, after);
  });
  desk.state.subscribe(() => {
    const state = desk.state.get();
    const ringing = new Set(state === null ? [] : groupsOf(state).offered.map((row) => row.task.id));
    for (const taskId of rang) if (!ringing.has(taskId)) void outside.close(offerTag(taskId));
    rang = ringing;
    showCount(waiting(state));
    ring(desk, ringing.size > 0);
  });
  desk.session.subscribe(() => {
    if (desk.session.get() === "signed_out") centre.close();
    else if (desk.session.get() === "signed_in") centre.open(String(desk.user.get()?.id ?? ""));
  });
}

let ringing: ReturnType<typeof setInterval> | undefined;

/** The offer's sound comes back until every request is accepted or gone. */
function ring(desk: Desk, on: boolean): void {
  if (on === (ringing !== undefined)) return;
  clearInterval(ringing);
  ringing = undefined;
  if (!on) return;
  sound(desk, "offer");
  ringing = setInterval(() => sound(desk, "offer"), OFFER_REPEAT_MS);
}

function sound(desk: Desk, kind: SoundKind): void {
  const { silent, volume, kinds } = desk.preferences.values.get().sound;
  if (!silent && kinds[kind] && isLeader()) play(kind, volume);
}

/** A notice in the centre, spoken and heard. */
function note(desk: Desk, text: string, level: Entry["level"], taskId: number | null, kind: SoundKind | null): void {
  centre.add(text, level, taskId);
  centre.say(text);
  if (kind !== null) sound(desk, kind);
}

function tell(desk: Desk, outside: DesktopNotifications, news: News, state: DeskState): void {
  if (news.kind === "notice") {
    const { level } = news.notice;
    note(desk, noticeText(news.notice, state.catalog), level, null, level === "info" ? null : "warning");
    return;
  }
  const { task } = news;
  const name = customerName(state.contacts.get(task.contact_id));
  const queue = queueName(state.catalog, task.queue_id);
  switch (news.kind) {
    case "offer":
      centre.say(i18n._(msg`New request from ${name}, ${queue}`));
      notifyDesktop(desk, outside, {
        tag: offerTag(task.id),
        heading: i18n._(msg`New request: ${name}`),
        body: queue,
        taskId: task.id,
        stays: true,
        accept: i18n._(msg`Accept`),
      });
      break;
    case "offer_gone":
      if (news.how === "expired") note(desk, i18n._(msg`You did not answer a request in ${queue}.`), "warning", null, "warning");
      else note(desk, i18n._(msg`A request in ${queue} was withdrawn.`), "info", null, null);
      break;
    case "outcome": {
      const bad = news.how === "no_answer" || news.how === "taken_over";
      note(desk, outcomeText(news.how, agentName(state.catalog, news.agentId), name), bad ? "warning" : "info", task.id, "outcome");
      break;
    }
    case "message": {
      const inView = !document.hidden && desk.ui.currentTask() === task.id;
      centre.say(i18n._(msg`${name} writes: ${news.message.text.slice(0, 120)}`));
      if (inView) break;
      sound(desk, "message");
      notifyDesktop(desk, outside, { tag: `messages-${task.id}`, heading: name, body: news.message.text.slice(0, 160), taskId: task.id, stays: false });
      break;
    }
    case "dropped":
      note(desk, i18n._(msg`The transfer of ${name} was not accepted; the conversation was dropped.`), "warning", null, "outcome");
      break;
    case "customer_left":
      centre.say(i18n._(msg`${name} has left the conversation`));
      break;
  }
}

function offerTag(taskId: number): string {
  return `offer-${taskId}`;
}

/** What the agent pressed on a desktop notification. */
function answered(desk: Desk, { action, taskId }: Answer): void {
  window.focus();
  if (taskId === null) return;
  const task = desk.state.get()?.tasks.get(taskId);
  if (task !== undefined && action === "accept") void desk.accept(task);
  else if (task !== undefined) desk.ui.openTask(taskId);
  else desk.toasts.error(new ApiError("offer_gone", "", 409, {}));
}

/** Only from the tab that makes the sounds, and only while the agent looks elsewhere. */
function notifyDesktop(desk: Desk, outside: DesktopNotifications, told: Told): void {
  if (document.hidden && isLeader() && desk.preferences.values.get().desktop_notifications) void outside.show(told);
}

function waiting(state: DeskState | null): number {
  if (state === null) return 0;
  const { offered, active } = groupsOf(state);
  return offered.length + active.reduce((sum, row) => sum + row.unread, 0);
}
