import { useLingui } from "@lingui/react/macro";
import type { Task } from "@rapport/api-client";
import { lazy, memo } from "react";
import { useDeskState } from "../../shared/desk.ts";
import { dayKey, longDay, timeOfDay } from "../../shared/time.ts";
import { WorkflowState } from "../workflows/WorkflowState.tsx";
import { announcementText } from "./announcement-text.ts";
import { MessageBubble } from "./MessageBubble.tsx";
import { OutgoingBubble } from "./OutgoingBubble.tsx";
import type { ThreadRow } from "./thread-rows.ts";
import classes from "./ThreadRowView.module.css";

/** Mails come with code of their own, which chats do without; one part, so that a thread waits for it once. */
const MailEntry = lazy(() => import("../mail/MailEntry.tsx"));

export const Row = memo(
  function Row({ row, task }: { row: ThreadRow; task: Task }) {
    switch (row.kind) {
      case "day":
        return <Day at={row.at} />;
      case "new":
        return <NewDivider />;
      case "announcement":
        return <Announcement row={row} task={task} />;
      case "message":
        if (task.channel === "email" && row.message.direction !== "note") return <MailEntry row={row} task={task} />;
        return <MessageBubble message={row.message} task={task} last={row.last} />;
      case "outgoing":
        if (row.item.mail !== undefined) return <MailEntry row={row} task={task} />;
        return <OutgoingBubble item={row.item} />;
    }
  },
  (before, after) => before.row.key === after.row.key && sameContent(before.row, after.row) && before.task.id === after.task.id,
);

function sameContent(a: ThreadRow, b: ThreadRow): boolean {
  if (a.kind === "message" && b.kind === "message") return a.message === b.message && a.last === b.last;
  if (a.kind === "outgoing" && b.kind === "outgoing") return a.item === b.item;
  if (a.kind === "announcement" && b.kind === "announcement") return a.message === b.message;
  return a.kind === b.kind;
}

function Day({ at }: { at: string }) {
  const { t, i18n } = useLingui();
  const now = Date.now();
  const today = dayKey(new Date(now).toISOString());
  const yesterday = dayKey(new Date(now - 86_400_000).toISOString());
  const key = dayKey(at);
  const text = key === today ? t`Today` : key === yesterday ? t`Yesterday` : longDay(at, i18n.locale);
  return (
    <div className={classes.day} role="separator" aria-label={text}>
      <span>{text}</span>
    </div>
  );
}

function NewDivider() {
  const { t } = useLingui();
  return (
    <div className={classes.new} role="separator" aria-label={t`New`}>
      <span>{t`New`}</span>
    </div>
  );
}

function Announcement({ row, task }: { row: Extract<ThreadRow, { kind: "announcement" }>; task: Task }) {
  const { i18n } = useLingui();
  const catalog = useDeskState((state) => state.catalog);
  const { announcement, created_at, text } = row.message;
  if (catalog === undefined) return null;
  return (
    <div className={classes.announcement}>
      {announcement === null ? text : announcementText(announcement, catalog)}
      {announcement?.params["run_id"] !== undefined && <WorkflowState message={row.message} task={task} />}
      <time dateTime={created_at}>{timeOfDay(created_at, i18n.locale)}</time>
    </div>
  );
}
