import { Button, Select } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import type { ReportBy, ReportPeriod, SavedQuestion, SavedReport } from "@rapport/api-client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Bookmark, Download } from "lucide-react";
import { useState } from "react";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { useMayLook } from "../../shared/rights.ts";
import { ForSupervisors } from "../floor/ForSupervisors.tsx";
import { Chart } from "./Chart.tsx";
import { daysOf, figureNames, figureText, groupNames, periodNames, presets } from "./figures.ts";
import { ReportTable, useRowLabel } from "./ReportTable.tsx";
import { SavedReportCard } from "./SavedReportCard.tsx";
import classes from "./Reports.module.css";
import type { Report, ReportQuestion } from "@rapport/api-client";

export function ReportsPage() {
  return useMayLook("reports") ? <AllReports /> : <ForSupervisors />;
}

/** Choose a report, a period and a grouping, or a saved report; chart and table show the same answer. */
function AllReports() {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const held = useDeskState((state) => state.catalog.queues);
  // Who has no desk has no stream that brings the catalogue.
  const fetched = useQuery({ queryKey: ["catalog"], queryFn: () => desk.api.catalog(), enabled: held === undefined });
  const queues = held ?? fetched.data?.queues ?? [];
  const [presetId, setPreset] = useState("conversations");
  const preset = presets.find(({ id }) => id === presetId) ?? presets[0]!;
  const [period, setPeriod] = useState<ReportPeriod>("today");
  const [wanted, setBy] = useState<ReportBy>("queue");
  const [queue, setQueue] = useState<string | null>(null);
  const [openId, setOpen] = useState<number | null>(null);
  const shelf = useQuery({ queryKey: ["saved-reports"], queryFn: () => desk.api.savedReports(), refetchOnMount: "always" });
  const by = preset.by.includes(wanted) ? wanted : (preset.by[0] ?? "day");
  const question: ReportQuestion = { ...daysOf(period, new Date()), by, queue_id: queue === null ? undefined : Number(queue) };
  const report = useQuery({ queryKey: ["report", question], queryFn: () => desk.api.report(question), placeholderData: keepPreviousData });
  const items = shelf.data?.items ?? [];
  const saved = items.find(({ id }) => id === openId) ?? null;
  const asked: SavedQuestion = { kind: preset.id, columns: preset.columns, by, period, queue_id: queue === null ? null : Number(queue) };
  const show = (id: number | null) => {
    setOpen(id);
    const chosen = items.find((each) => each.id === id);
    if (chosen === undefined) return;
    setPreset(chosen.report.kind);
    setPeriod(chosen.report.period);
    setBy(chosen.report.by);
    setQueue(chosen.report.queue_id === null ? null : String(chosen.report.queue_id));
  };
  const done = (next: SavedReport | null) => {
    setOpen(next?.id ?? null);
    void shelf.refetch();
  };
  const changed = saved !== null && !sameQuestion(saved.report, asked);
  const saveChanges = () => saved !== null && void desk.run(null, async () => done(await desk.api.changeReport(saved, { report: asked })));
  const labelled = ({ id, name }: SavedReport) => ({ value: String(id), label: name });
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <h2>{saved?.name ?? t`Reports`}</h2>
        <div className={classes.buttons}>
          {changed && saved.mine && (
            <Button leftSection={<Bookmark size={16} aria-hidden />} onClick={saveChanges}>
              <Trans>Save changes</Trans>
            </Button>
          )}
          <Button variant="default" leftSection={<Bookmark size={16} aria-hidden />} onClick={() => desk.ui.open({ name: "save_report", report: { saved: null, asked, onDone: done } })}>
            {saved === null ? <Trans>Save</Trans> : <Trans>Save a copy</Trans>}
          </Button>
          <Button component="a" variant="default" href={desk.api.reportCsvUrl(question)} download leftSection={<Download size={16} aria-hidden />}>
            <Trans>Download CSV</Trans>
          </Button>
        </div>
      </header>
      <div className={classes.controls}>
        {items.length > 0 && (
          <Select
            w={220}
            clearable
            searchable
            label={t`Saved report`}
            placeholder={t`None`}
            nothingFoundMessage={t`Nothing found`}
            data={[
              { group: t`Mine`, items: items.filter(({ mine }) => mine).map(labelled) },
              { group: t`Shared by others`, items: items.filter(({ mine }) => !mine).map(labelled) },
            ]}
            value={openId === null ? null : String(openId)}
            onChange={(value) => show(value === null ? null : Number(value))}
          />
        )}
        <Select w={220} allowDeselect={false} label={t`Report`} data={presets.map(({ id, title }) => ({ value: id, label: i18n._(title) }))} value={preset.id} onChange={(value) => setPreset(value ?? preset.id)} />
        <Select
          w={150}
          allowDeselect={false}
          label={t`Period`}
          data={Object.entries(periodNames).map(([value, name]) => ({ value, label: i18n._(name) }))}
          value={period}
          onChange={(value) => setPeriod(value as ReportPeriod)}
        />
        <Select w={170} allowDeselect={false} label={t`Grouped by`} data={preset.by.map((each) => ({ value: each, label: i18n._(groupNames[each]) }))} value={by} onChange={(value) => setBy(value as ReportBy)} />
        <Select w={170} clearable label={t`Queue`} placeholder={t`All queues`} data={queues.map(({ id, name }) => ({ value: String(id), label: name }))} value={queue} onChange={setQueue} />
      </div>
      {saved !== null && <SavedReportCard saved={saved} asked={asked} onDone={done} />}
      {report.isError && <p className={classes.empty}>{errorText(report.error)}</p>}
      {report.data !== undefined && <Answer key={preset.id} report={report.data} columns={preset.columns} />}
    </div>
  );
}

function sameQuestion(one: SavedQuestion, other: SavedQuestion): boolean {
  return one.kind === other.kind && one.by === other.by && one.period === other.period && one.queue_id === other.queue_id;
}

function Answer({ report, columns }: { report: Report; columns: readonly string[] }) {
  const { i18n } = useLingui();
  const [drawn, setDrawn] = useState(columns[0] ?? "arrived");
  const label = useRowLabel(report);
  // Rows in which none of these figures counted anything would only fill the page.
  const rows = report.rows.filter(({ figures }) => columns.some((column) => (figures[column] ?? 0) !== 0));
  if (rows.length === 0) {
    return (
      <p className={classes.empty}>
        <Trans>Nothing was counted in this period.</Trans>
      </p>
    );
  }
  const shown = { ...report, rows };
  return (
    <>
      <Chart
        over={["day", "hour", "quarter"].includes(report.by) ? "time" : "names"}
        title={i18n._(figureNames[drawn] ?? { id: drawn })}
        bars={rows.map((row) => ({ label: label(row), value: row.figures[drawn] ?? null, text: figureText(drawn, row.figures[drawn], i18n.locale) }))}
      />
      <ReportTable report={shown} columns={columns} drawn={drawn} onDraw={setDrawn} />
    </>
  );
}
