import { Button, Select, Switch, Textarea } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import type { ReportSchedule } from "@rapport/api-client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { DialogProps } from "../../app/registry.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { hourName, weekdayName } from "./schedule.ts";
import classes from "./Reports.module.css";

/** When a saved report is sent, from where and to whom. */
export default function ScheduleDialog({ dialog, onClose }: DialogProps) {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const given = dialog.report;
  const saved = given?.saved ?? null;
  const shelf = useQuery({ queryKey: ["saved-reports"], queryFn: () => desk.api.savedReports() });
  const [own, setOwn] = useState<Partial<ReportSchedule>>(saved?.schedule ?? {});
  const [to, setTo] = useState((saved?.schedule?.to ?? []).join("\n"));
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  if (given === undefined || saved === null || shelf.data === undefined) return null;
  const { senders, time_zone } = shelf.data;
  const schedule: ReportSchedule = {
    active: true,
    every: "daily",
    hour: 7,
    time_zone,
    weekdays: [0],
    day: 1,
    account_id: senders[0]?.id ?? 0,
    ...own,
    // The mail speaks as its writer's desktop does.
    language: i18n.locale.startsWith("de") ? "de" : "en",
    to: to.split(/[\s,;]+/).filter((each) => each !== ""),
  };
  const set = (change: Partial<ReportSchedule>) => setOwn({ ...own, ...change });
  const missing = schedule.to.length === 0 || senders.length === 0 || (schedule.every === "weekly" && schedule.weekdays.length === 0);
  const save = async (next: ReportSchedule | null) => {
    setBusy(true);
    setFailure(null);
    try {
      given.onDone(await desk.api.changeReport(saved, { schedule: next }));
      onClose();
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  };
  const toggle = (day: number) =>
    set({ weekdays: schedule.weekdays.includes(day) ? schedule.weekdays.filter((each) => each !== day) : [...schedule.weekdays, day].sort((a, b) => a - b) });
  return (
    <Dialog
      title={t`Send “${saved.name}” by e-mail`}
      onClose={onClose}
      size={520}
      footer={
        <>
          {saved.schedule !== null && (
            <Button variant="default" className={classes.first!} disabled={busy} onClick={() => void save(null)}>
              <Trans>Remove the schedule</Trans>
            </Button>
          )}
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button disabled={missing} loading={busy} onClick={() => void save(schedule)}>
            <Trans>Save</Trans>
          </Button>
        </>
      }
    >
      <div className={classes.stack}>
        {failure !== null && (
          <p className={classes.problem} role="alert">
            {errorText(failure)}
          </p>
        )}
        {senders.length === 0 && (
          <p className={classes.problem}>
            <Trans>There is no e-mail account that can send. An administrator can set one up under “Channels”.</Trans>
          </p>
        )}
        <div className={classes.pair}>
          <Select
            data-autofocus
            allowDeselect={false}
            label={t`How often`}
            data={[
              { value: "daily", label: t`Every day` },
              { value: "weekly", label: t`On days of the week` },
              { value: "monthly", label: t`Once a month` },
            ]}
            value={schedule.every}
            onChange={(value) => set({ every: value as ReportSchedule["every"] })}
          />
          <Select
            allowDeselect={false}
            label={t`At`}
            data={Array.from({ length: 24 }, (_, hour) => ({ value: String(hour), label: hourName(hour, i18n.locale) }))}
            value={String(schedule.hour)}
            onChange={(value) => set({ hour: Number(value) })}
          />
        </div>
        {schedule.every === "weekly" && (
          <div className={classes.days} role="group" aria-label={t`On days of the week`}>
            {[0, 1, 2, 3, 4, 5, 6].map((day) => (
              <button key={day} type="button" aria-pressed={schedule.weekdays.includes(day)} aria-label={weekdayName(day, i18n.locale, "long")} onClick={() => toggle(day)}>
                {weekdayName(day, i18n.locale, "short")}
              </button>
            ))}
          </div>
        )}
        {schedule.every === "monthly" && (
          <Select
            allowDeselect={false}
            label={t`On day`}
            description={t`A shorter month has its last day for it.`}
            data={Array.from({ length: 31 }, (_, day) => String(day + 1))}
            value={String(schedule.day)}
            onChange={(value) => set({ day: Number(value) })}
          />
        )}
        <Select
          searchable
          limit={80}
          allowDeselect={false}
          label={t`Time zone`}
          nothingFoundMessage={t`Nothing found`}
          data={["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")]}
          value={schedule.time_zone}
          onChange={(value) => set({ time_zone: value ?? schedule.time_zone })}
        />
        <Textarea label={t`To`} description={t`E-mail addresses, one in a line.`} autosize minRows={2} maxRows={8} value={to} onChange={(event) => setTo(event.currentTarget.value)} />
        {senders.length > 0 && (
          <Select
            allowDeselect={false}
            label={t`From`}
            data={senders.map(({ id, address }) => ({ value: String(id), label: address }))}
            value={String(schedule.account_id)}
            onChange={(value) => set({ account_id: Number(value) })}
          />
        )}
        <Switch label={t`Switched on`} checked={schedule.active} onChange={(event) => set({ active: event.currentTarget.checked })} />
      </div>
    </Dialog>
  );
}
