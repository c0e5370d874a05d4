import { useLingui } from "@lingui/react/macro";
import type { Message, MessageStatus } from "@rapport/api-client";
import { Check, CheckCheck, CircleAlert, CircleHelp, Clock } from "lucide-react";
import { timeOfDay } from "../../shared/time.ts";
import classes from "./Receipt.module.css";

const icons = { queued: Clock, sent: Check, delivered: CheckCheck, read: CheckCheck, failed: CircleAlert, unknown: CircleHelp };

export function useStatusWord(): (status: MessageStatus) => string {
  const { t } = useLingui();
  return (status) =>
    ({
      queued: t`Sending`,
      sent: t`Sent`,
      delivered: t`Delivered`,
      read: t`Read`,
      failed: t`Not delivered`,
      unknown: t`Not confirmed`,
    })[status];
}

/** The stages that a message has reached, in order, with their times. */
export function stagesOf(message: Message): { status: MessageStatus; at: string }[] {
  const stages: [MessageStatus, string | null][] = [
    ["sent", message.sent_at],
    ["delivered", message.delivered_at],
    ["read", message.read_at],
  ];
  return stages.flatMap(([status, at]) => (at === null ? [] : [{ status, at }]));
}

/** How far a message has come: a sign, a word for screen readers, and each stage's time on hovering. */
export function Receipt({ status, message }: { status: MessageStatus; message?: Message }) {
  const { i18n } = useLingui();
  const word = useStatusWord();
  const Icon = icons[status];
  const stages = message === undefined ? [] : stagesOf(message);
  const lines = stages.map((stage) => `${word(stage.status)} ${timeOfDay(stage.at, i18n.locale)}`);
  const last = stages.at(-1);
  const title = last?.status === status ? lines.join("\n") : [word(status), ...lines].join("\n");
  return (
    <span className={classes.receipt} data-status={status} title={title}>
      <Icon size={15} aria-hidden />
      <span className="visually-hidden">{word(status)}</span>
    </span>
  );
}
