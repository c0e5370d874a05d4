import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import type { Task } from "@rapport/api-client";
import { CircleSlash, FileCheck, TimerOff } from "lucide-react";
import { useDesk } from "../../shared/desk.ts";
import { exactTime } from "../../shared/time.ts";
import type { Barrier } from "./useReach.ts";
import classes from "./Composer.module.css";

/** Why nothing can be written now, and what can be done instead. */
export function BarrierBanner({ task, barrier, closesAt, templates }: { task: Task; barrier: Barrier; closesAt: string | null; templates: boolean }) {
  const { i18n } = useLingui();
  const desk = useDesk();
  if (barrier === null) return null;
  const closed = closesAt === null ? null : exactTime(closesAt, i18n.locale);
  return (
    <div className={classes.barrier} role="status">
      {barrier === "opted_out" ? <CircleSlash size={18} aria-hidden /> : <TimerOff size={18} aria-hidden />}
      <span>
        {barrier === "opted_out" ? (
          <Trans>The customer has opted out of messages. They can opt in again by writing START.</Trans>
        ) : templates ? (
          <Trans>The customer last wrote too long ago for a free message. Send an approved template, or wait until they write.</Trans>
        ) : (
          <Trans>The customer last wrote too long ago: this channel takes no message until they write again.</Trans>
        )}
        {barrier === "window_closed" && closed !== null && (
          <small>
            <Trans>The window closed at {closed}.</Trans>
          </small>
        )}
      </span>
      {barrier === "window_closed" && templates && (
        <Button size="xs" leftSection={<FileCheck size={15} aria-hidden />} onClick={() => desk.ui.open({ name: "approved_template", taskId: task.id })}>
          <Trans>Send an approved template</Trans>
        </Button>
      )}
    </div>
  );
}
