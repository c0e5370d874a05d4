import { useLingui } from "@lingui/react/macro";
import type { FloorQueue } from "@rapport/api-client";
import { memo } from "react";
import { percent } from "../../shared/numbers.ts";
import { clock, secondsSince, useNow } from "../../shared/time.ts";
import classes from "./Floor.module.css";

interface Props {
  queues: readonly FloorQueue[];
  chosen: number | null;
  onChoose: (id: number) => void;
}

export function QueueTable({ queues, chosen, onChoose }: Props) {
  const { t } = useLingui();
  return (
    <div className={classes.queues} tabIndex={0} role="region" aria-label={t`Queues`}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t`Queue`}</th>
            <th scope="col">{t`Waiting`}</th>
            <th scope="col">{t`Longest wait`}</th>
            <th scope="col">{t`Available`}</th>
            <th scope="col">{t`Service level today`}</th>
            <th scope="col" data-wide>{t`Offered today`}</th>
            <th scope="col" data-wide>{t`Handled today`}</th>
            <th scope="col" data-wide>{t`Abandoned today`}</th>
          </tr>
        </thead>
        <tbody>
          {queues.map((queue) => (
            <QueueRow key={queue.id} queue={queue} chosen={queue.id === chosen} onChoose={onChoose} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const QueueRow = memo(function QueueRow({ queue, chosen, onChoose }: { queue: FloorQueue; chosen: boolean; onChoose: (id: number) => void }) {
  const { i18n } = useLingui();
  return (
    <tr>
      <td>
        <button type="button" className={classes.link} aria-pressed={chosen} onClick={() => onChoose(queue.id)}>
          {queue.name}
        </button>
      </td>
      <td>{queue.waiting}</td>
      <td>{queue.waiting_since === null ? "–" : <Wait since={queue.waiting_since} level={queue.service_level_s} />}</td>
      <td>{queue.available_agents}</td>
      <td>{percent(queue.today.service_level, i18n.locale)}</td>
      <td data-wide>{queue.today.offered}</td>
      <td data-wide>{queue.today.handled}</td>
      <td data-wide>{queue.today.abandoned}</td>
    </tr>
  );
});

/** Amber from half of the promised time on, red beyond it; the words say so too. */
function Wait({ since, level }: { since: string; level: number }) {
  const { t } = useLingui();
  const seconds = secondsSince(since, useNow());
  const state = seconds > level ? "over" : seconds * 2 > level ? "near" : "fine";
  return (
    <span className={classes.wait} data-level={state}>
      {clock(seconds)}
      {state === "over" && <span className="visually-hidden"> {t`longer than the service level`}</span>}
    </span>
  );
}
