import { useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import { UserX } from "lucide-react";
import { memo } from "react";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { ChannelIcon } from "../../shared/ChannelIcon.tsx";
import { agentName, customerName, queueName } from "../../shared/people.ts";
import { useStore } from "../../shared/store.ts";
import { clock, secondsSince, secondsUntil, useNow } from "../../shared/time.ts";
import { announcementText } from "../conversation/announcement-text.ts";
import type { Row } from "./rows.ts";
import classes from "./TaskRow.module.css";

export const TaskRow = memo(function TaskRow({ row, open }: { row: Row; open: boolean }) {
  const { t } = useLingui();
  const { task, leg, contact, unread } = row;
  const name = customerName(contact);
  const desk = useDesk();
  // Fetched when the pointer or the focus comes near, so that opening is immediate.
  const near = () => desk.threads.ensure(task.conversation_id);
  const queue = useDeskState((state) => queueName(state.catalog, task.queue_id));
  return (
    <li>
      <Link to="/tasks/$taskId" params={{ taskId: String(task.id) }} className={classes.row!} onPointerEnter={near} onFocus={near} data-open={open} data-unread={unread > 0}>
        <ChannelIcon channel={task.channel} />
        <span className={classes.name}>{name}</span>
        <Timer row={row} />
        <span className={classes.line}>
          <span className={classes.queue}>{queue}</span>
          <span aria-hidden>·</span>
          <LastLine row={row} />
        </span>
        {task.customer_left_at !== null && leg.state === "active" && <UserX size={15} className={classes.left} aria-label={t`The customer has left`} />}
        {unread > 0 && (
          <span className={classes.badge}>
            {unread > 99 ? "99+" : unread}
            <span className="visually-hidden"> {t`unread`}</span>
          </span>
        )}
      </Link>
    </li>
  );
});

function Timer({ row: { leg } }: { row: Row }) {
  const { t } = useLingui();
  const now = useNow();
  if (leg.state === "wrapping_up" && leg.due_at !== null) {
    const left = clock(secondsUntil(leg.due_at, now));
    return (
      <time className={classes.timer} data-due="true" title={t`Automatic wrap-up`}>
        −{left}
      </time>
    );
  }
  const since = leg.state === "wrapping_up" ? leg.wrap_up_at : leg.accepted_at;
  return <time className={classes.timer}>{clock(secondsSince(since ?? leg.offered_at, now))}</time>;
}

function LastLine({ row: { task, leg, last } }: { row: Row }) {
  const { t } = useLingui();
  const desk = useDesk();
  const typing = useStore(desk.ephemera.typing, (map) => map.get(task.conversation_id)?.kind === "customer");
  const catalog = useDeskState((state) => state.catalog);
  const me = useDeskState((state) => state.me.id);
  if (typing && leg.state === "active") return <span className={classes.typing}>{t`typing…`}</span>;
  if (last === undefined || catalog === undefined) return null;
  const text =
    last.content != null && last.content.deleted_at !== null
      ? t`Deleted by the customer`
      : last.announcement !== null
      ? announcementText(last.announcement, catalog)
      : last.text !== ""
        ? last.text
        : last.attachments.length > 0
          ? t`File`
          : "";
  if (last.direction === "note") return <span className={classes.last}>{t`Note: ${text}`}</span>;
  return (
    <span className={classes.last}>
      {last.author.kind !== "agent" ? text : last.author.id === me ? t`You: ${text}` : `${agentName(catalog, last.author.id)}: ${text}`}
    </span>
  );
}
