import { useLingui } from "@lingui/react/macro";
import type { Report } from "@rapport/api-client";
import { channelName } from "../../shared/people.ts";
import { figureNames, figureText, groupNames, momentText } from "./figures.ts";
import classes from "./Reports.module.css";

interface Props {
  report: Report;
  columns: readonly string[];
  drawn?: string;
  onDraw?: (column: string) => void;
}

export function ReportTable({ report, columns, drawn, onDraw }: Props) {
  const { t, i18n } = useLingui();
  const label = useRowLabel(report);
  return (
    <div className={classes.card} tabIndex={0} role="region" aria-label={t`Figures`}>
      <table>
        <thead>
          <tr>
            <th scope="col">{i18n._(groupNames[report.by])}</th>
            {columns.map((column) => {
              const name = i18n._(figureNames[column] ?? { id: column });
              return (
                <th key={column} scope="col">
                  {onDraw === undefined ? (
                    name
                  ) : (
                    <button type="button" className={classes.pick} aria-pressed={column === drawn} onClick={() => onDraw(column)}>
                      {name}
                    </button>
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {report.rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">{label(row)}</th>
              {columns.map((column) => (
                <td key={column}>{figureText(column, row.figures[column], i18n.locale)}</td>
              ))}
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t`Total`}</th>
            {columns.map((column) => (
              <td key={column}>{figureText(column, report.total[column], i18n.locale)}</td>
            ))}
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

export function useRowLabel(report: Report): (row: Report["rows"][number]) => string {
  const { t, i18n } = useLingui();
  return ({ key, name }) => {
    if (report.by === "day" || report.by === "hour" || report.by === "quarter") return momentText(key, report, i18n.locale);
    if (report.by === "channel") return key === "" ? t`None` : channelName(key as Parameters<typeof channelName>[0]);
    return name !== "" ? name : key === "0" ? t`None` : t`Deleted (${key})`;
  };
}
