import { useLingui } from "@lingui/react/macro";
import type { MessageStatus } from "@rapport/api-client";
import { Check, CheckCheck, CircleAlert, CircleHelp, Clock } from "lucide-react";
import classes from "./Receipt.module.css";

const icons = { queued: Clock, sent: Check, delivered: CheckCheck, read: CheckCheck, failed: CircleAlert, unknown: CircleHelp };

export function Receipt({ status }: { status: MessageStatus }) {
  const { t } = useLingui();
  const Icon = icons[status];
  const label = {
    queued: t`Sending`,
    sent: t`Sent`,
    delivered: t`Delivered`,
    read: t`Read`,
    failed: t`Not delivered`,
    unknown: t`Not confirmed`,
  }[status];
  return (
    <span className={classes.receipt} data-status={status} title={label}>
      <Icon size={15} aria-hidden />
      <span className="visually-hidden">{label}</span>
    </span>
  );
}
