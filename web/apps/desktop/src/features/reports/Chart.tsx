import { useLingui } from "@lingui/react/macro";
import classes from "./Reports.module.css";

export interface Bar {
  label: string;
  value: number | null;
  text: string;
}

interface Props {
  title: string;
  bars: readonly Bar[];
  /** Moments stand side by side; names lie below each other. */
  over: "time" | "names";
}

const MOST_NAMES = 12;

/** Bars of one figure; the table beside it says the same in numbers. */
export function Chart({ title, bars, over }: Props) {
  const most = Math.max(...bars.map(({ value }) => value ?? 0), 0);
  return (
    <figure className={`${classes.card} ${classes.chart}`}>
      <figcaption>{title}</figcaption>
      {over === "time" ? <Columns title={title} bars={bars} most={most} /> : <Lines title={title} bars={bars} most={most} />}
    </figure>
  );
}

function Columns({ title, bars, most }: { title: string; bars: readonly Bar[]; most: number }) {
  const { t } = useLingui();
  const width = Math.min(80, 1000 / Math.max(1, bars.length));
  const gap = Math.min(8, width * 0.2);
  return (
    <>
      <svg viewBox="0 0 1000 180" preserveAspectRatio="none" role="img" aria-label={t`Chart of ${title}`}>
        {bars.map(({ label, value, text }, index) => {
          const height = most === 0 ? 0 : (176 * (value ?? 0)) / most;
          return (
            <rect key={label} x={index * width + gap / 2} y={180 - height} width={width - gap} height={height} rx="2">
              <title>{`${label}: ${text}`}</title>
            </rect>
          );
        })}
      </svg>
      <div className={classes.axis} style={{ width: `${(width * bars.length) / 10}%` }} aria-hidden>
        <span>{bars[0]?.label}</span>
        {bars.length > 12 && <span>{bars.at(-1)?.label}</span>}
      </div>
    </>
  );
}

function Lines({ title, bars, most }: { title: string; bars: readonly Bar[]; most: number }) {
  const { t } = useLingui();
  const shown = [...bars].sort((a, b) => (b.value ?? 0) - (a.value ?? 0)).slice(0, MOST_NAMES);
  return (
    <div className={classes.lines} role="img" aria-label={t`Chart of ${title}`}>
      {shown.map(({ label, value, text }) => (
        <div key={label}>
          <span>{label}</span>
          <svg viewBox="0 0 1000 14" preserveAspectRatio="none">
            <rect width={most === 0 ? 0 : (1000 * (value ?? 0)) / most} height="14" rx="3" />
          </svg>
          <b>{text}</b>
        </div>
      ))}
    </div>
  );
}
