import { Button } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { ReportSending, SavedQuestion, SavedReport } from "@rapport/api-client";
import { CalendarClock, Pencil, Send, Trash2, TriangleAlert, Users } from "lucide-react";
import { useDesk } from "../../shared/desk.ts";
import { dayAndTime } from "../../shared/time.ts";
import { failureText } from "./schedule.ts";
import classes from "./Reports.module.css";

interface Props {
  saved: SavedReport;
  asked: SavedQuestion;
  onDone: (saved: SavedReport | null) => void;
}

/** The report that is open: whose it is, when it is sent, how the last sendings went. */
export function SavedReportCard({ saved, asked, onDone }: Props) {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const { owner, next_at: next, schedule } = saved;
  const open = (name: "save_report" | "schedule_report" | "delete_report") => desk.ui.open({ name, report: { saved, asked, onDone } });
  const send = () => desk.run(null, async () => onDone(await desk.api.sendReport(saved.id)));
  const [last] = saved.sendings;
  const recipients = schedule?.to.length ?? 0;
  return (
    <section className={classes.saved} aria-label={t`Saved report`}>
      <div className={classes.facts}>
        {saved.shared && (
          <p>
            <Users size={15} aria-hidden />
            {saved.mine ? <Trans>Shared by you</Trans> : <Trans>Shared by {owner}</Trans>}
          </p>
        )}
        <p>
          <CalendarClock size={15} aria-hidden />
          {next === null ? (
            <Trans>It is not sent.</Trans>
          ) : (
            <span>
              <Trans>Sent next on {dayAndTime(next, i18n.locale)}</Trans> <Plural value={recipients} one="to # address" other="to # addresses" />
            </span>
          )}
        </p>
        {last !== undefined && <LastSending sending={last} />}
      </div>
      {saved.mine && (
        <div className={classes.buttons}>
          <Button size="xs" variant="default" leftSection={<CalendarClock size={14} aria-hidden />} onClick={() => open("schedule_report")}>
            <Trans>Schedule</Trans>
          </Button>
          {schedule !== null && (
            <Button size="xs" variant="default" leftSection={<Send size={14} aria-hidden />} onClick={() => void send()}>
              <Trans>Send now</Trans>
            </Button>
          )}
          <Button size="xs" variant="default" leftSection={<Pencil size={14} aria-hidden />} onClick={() => open("save_report")}>
            <Trans>Name and sharing</Trans>
          </Button>
          <Button size="xs" variant="default" leftSection={<Trash2 size={14} aria-hidden />} onClick={() => open("delete_report")}>
            <Trans>Delete</Trans>
          </Button>
        </div>
      )}
    </section>
  );
}

function LastSending({ sending }: { sending: ReportSending }) {
  const { i18n } = useLingui();
  const { state, refused, doubled } = sending;
  const at = dayAndTime(sending.finished_at ?? sending.planned_at, i18n.locale);
  const failed = failureText(sending);
  const words = typeof failed === "string" ? failed : i18n._(failed);
  const troubled = state === "failed" || (state === "pending" && sending.code !== null);
  const again = sending.next_attempt_at === null ? "" : dayAndTime(sending.next_attempt_at, i18n.locale);
  return (
    <>
      <p data-troubled={troubled || undefined}>
        {troubled ? <TriangleAlert size={15} aria-hidden /> : <Send size={15} aria-hidden />}
        {state === "sent" && <Trans>Last sent on {at}</Trans>}
        {state === "failed" && (
          <Trans>
            Not sent on {at}: {words}
          </Trans>
        )}
        {state === "pending" && sending.code === null && <Trans>Being sent</Trans>}
        {state === "pending" && sending.code !== null && (
          <Trans>
            Not sent yet: {words} Tried again on {again}.
          </Trans>
        )}
      </p>
      {refused.map(({ address, reason }) => (
        <p key={address} data-troubled>
          <TriangleAlert size={15} aria-hidden />
          <Trans>
            {address} did not get it: {reason}
          </Trans>
        </p>
      ))}
      {doubled && (
        <p>
          <TriangleAlert size={15} aria-hidden />
          <Trans>An attempt was cut off, so it was sent again under the same Message-ID. It may have arrived twice.</Trans>
        </p>
      )}
    </>
  );
}
