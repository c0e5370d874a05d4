import { i18n } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import type { DeskState } from "@rapport/event-store";
import type { Desk } from "../../shared/desk.ts";
import { customerName, queueName } from "../../shared/people.ts";
import { groupsOf } from "../task-list/rows.ts";
import { centre } from "./centre.ts";
import { isLeader, stand } from "./leader.ts";
import { newsOf, type News } from "./news.ts";
import { noticeText } from "./notice-text.ts";
import { play } from "./sound.ts";

const OFFER_REPEAT_MS = 4000;

/** Connects what happens with sounds, the title, desktop notifications and the notification centre. */
export function startNotifications(desk: Desk): void {
  stand();
  desk.onCommit((events, before, after) => {
    for (const news of newsOf(events, before, after)) tell(desk, news, after);
  });
  desk.state.subscribe(() => {
    const state = desk.state.get();
    document.title = title(state);
    ring(desk, state !== null && groupsOf(state).offered.length > 0);
  });
  desk.session.subscribe(() => {
    if (desk.session.get() === "signed_out") centre.clear();
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

function sound(desk: Desk, kind: "offer" | "message"): void {
  const { silent, volume } = desk.preferences.values.get().sound;
  if (!silent && isLeader()) play(kind, volume);
}

function tell(desk: Desk, news: News, state: DeskState): void {
  if (news.kind === "notice") {
    const text = noticeText(news.notice, state.catalog);
    centre.add(text, news.notice.level);
    centre.say(text);
    return;
  }
  const { task } = news;
  const name = customerName(state.contacts.get(task.contact_id));
  const queue = queueName(state.catalog, task.queue_id);
  switch (news.kind) {
    case "offer":
      centre.say(i18n._(msg`New request from ${name}, ${queue}`));
      notifyDesktop(desk, i18n._(msg`New request: ${name}`), queue, () => void desk.accept(task));
      break;
    case "offer_gone":
      if (news.how === "expired") centre.add(i18n._(msg`You did not answer a request in ${queue}.`), "warning");
      else centre.add(i18n._(msg`A request in ${queue} was withdrawn.`), "info");
      break;
    case "message": {
      const inView = !document.hidden && desk.ui.currentTask() === task.id;
      centre.say(i18n._(msg`${name} writes: ${news.message.text.slice(0, 120)}`));
      if (inView) break;
      sound(desk, "message");
      notifyDesktop(desk, name, news.message.text.slice(0, 160), () => desk.ui.openTask(task.id));
      break;
    }
    case "dropped": {
      const text = i18n._(msg`The transfer of ${name} was not accepted; the conversation was dropped.`);
      centre.add(text, "warning");
      centre.say(text);
      break;
    }
    case "customer_left":
      centre.say(i18n._(msg`${name} has left the conversation`));
      break;
  }
}

/** Only from the tab that makes the sounds, and only while the agent looks elsewhere. */
function notifyDesktop(desk: Desk, heading: string, body: string, onClick: () => void): void {
  if (!document.hidden || !isLeader() || !desk.preferences.values.get().desktop_notifications) return;
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  const notification = new Notification(heading, { body, icon: "/static/desktop/icon.svg" });
  notification.onclick = () => {
    window.focus();
    notification.close();
    onClick();
  };
}

function title(state: DeskState | null): string {
  if (state === null) return "Rapport";
  const { offered, active } = groupsOf(state);
  const count = offered.length + active.reduce((sum, row) => sum + row.unread, 0);
  return count === 0 ? "Rapport" : `(${count}) Rapport`;
}
