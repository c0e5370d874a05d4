import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { useDesk } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { figureNames, figureText } from "./figures.ts";
import { ReportTable } from "./ReportTable.tsx";
import classes from "./Reports.module.css";

const TILES = ["accepted", "handled", "rona", "speed_of_answer_s", "handle_time_s", "wrap_up_time_s", "sent", "occupancy"];
const COLUMNS = ["accepted", "handled", "sent", "handle_time_s"];

/** An agent's own figures of today. */
export function OwnFiguresPage() {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const report = useQuery({ queryKey: ["own-figures"], queryFn: () => desk.api.ownFigures(), refetchOnMount: "always" });
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <h2>{t`My figures of today`}</h2>
        <Button variant="default" leftSection={<RefreshCw size={16} aria-hidden />} loading={report.isFetching} onClick={() => void report.refetch()}>
          <Trans>Refresh</Trans>
        </Button>
      </header>
      {report.isError && <p className={classes.empty}>{errorText(report.error)}</p>}
      {report.data !== undefined && (
        <>
          <dl className={classes.tiles}>
            {TILES.map((name) => (
              <div key={name}>
                <dt>{i18n._(figureNames[name] ?? { id: name })}</dt>
                <dd>{figureText(name, report.data.total[name], i18n.locale)}</dd>
              </div>
            ))}
          </dl>
          {report.data.rows.length > 0 && <ReportTable report={report.data} columns={COLUMNS} />}
        </>
      )}
    </div>
  );
}
