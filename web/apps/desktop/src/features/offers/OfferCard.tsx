import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { ChannelIcon } from "../../shared/ChannelIcon.tsx";
import { accountOf, capabilitiesOf, customerName, queueName, sourceName } from "../../shared/people.ts";
import { useStore } from "../../shared/store.ts";
import { clock, secondsSince, useNow } from "../../shared/time.ts";
import type { ReactNode } from "react";
import type { Row } from "../task-list/rows.ts";
import classes from "./OfferCard.module.css";

/** A request that waits for Accept, with the fields that its channel shows and a timer. */
export function OfferCard({ row }: { row: Row }) {
  const { t } = useLingui();
  const desk = useDesk();
  const { task, contact, leg } = row;
  const busy = useStore(desk.busy, (set) => set.has(task.id));
  const catalog = useDeskState((state) => state.catalog);
  if (catalog === undefined) return null;
  const fields = capabilitiesOf(catalog, task).popover_fields;
  const name = customerName(contact);
  const shows = (field: (typeof fields)[number]) => fields.includes(field);
  const details = [
    shows("email") ? contact?.email : null,
    shows("phone") ? contact?.phone : null,
    shows("source") ? sourceName(accountOf(catalog, task)) : null,
  ].filter((text): text is string => typeof text === "string" && text !== "" && text !== name);
  return (
    <article className={classes.card} aria-label={t`Request from ${name}`}>
      <ChannelIcon channel={task.channel} />
      <div className={classes.who}>
        <b>{name}</b>
        <span className={classes.queue}>
          {shows("queue") ? queueName(catalog, task.queue_id) : ""}
          {leg.origin === "transfer" && <em>{t`Transfer`}</em>}
          {leg.origin === "conference" && <em>{t`Conference`}</em>}
        </span>
      </div>
      <OfferTimer row={row} />
      {details.length > 0 && <div className={classes.details}>{breakable(details.join(" · "))}</div>}
      <Button className={classes.accept!} size="sm" fullWidth loading={busy} onClick={() => void desk.accept(task)}>
        <Trans>Accept</Trans>
      </Button>
    </article>
  );
}

/** A long address goes to the next line behind its @, not by its last letter. */
function breakable(text: string): ReactNode[] {
  return text.split("@").flatMap((part, index) => (index === 0 ? [part] : ["@", <wbr key={index} />, part]));
}

const RADIUS = 17;
const ROUND = 2 * Math.PI * RADIUS;

/** The time elapsed since the request came, in a ring that empties until it expires. */
function OfferTimer({ row: { leg } }: { row: Row }) {
  const now = useNow();
  const elapsed = secondsSince(leg.offered_at, now);
  const whole = leg.due_at === null ? 0 : (Date.parse(leg.due_at) - Date.parse(leg.offered_at)) / 1000;
  const left = whole > 0 ? Math.max(0, 1 - elapsed / whole) : 1;
  return (
    <span className={classes.timer} data-urgent={left < 0.34}>
      <svg width={40} height={40} viewBox="0 0 40 40" aria-hidden>
        <circle cx={20} cy={20} r={RADIUS} className={classes.track} />
        <circle cx={20} cy={20} r={RADIUS} className={classes.rest} strokeDasharray={`${left * ROUND} ${ROUND}`} />
      </svg>
      <time>{clock(elapsed)}</time>
    </span>
  );
}
