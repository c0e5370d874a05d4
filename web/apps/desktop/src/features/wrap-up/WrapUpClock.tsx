import { useLingui } from "@lingui/react/macro";
import type { Leg } from "@rapport/api-client";
import { clock, secondsSince, secondsUntil, useNow } from "../../shared/time.ts";
import classes from "./WrapUpBar.module.css";

/** How long the wrap-up takes, or how long until it is submitted automatically. */
export function WrapUpClock({ leg }: { leg: Leg }) {
  const { t } = useLingui();
  const now = useNow();
  const spent = clock(secondsSince(leg.wrap_up_at ?? leg.offered_at, now));
  if (leg.due_at === null) return <span className={classes.clock}>{t`Wrap-up: ${spent}`}</span>;
  const left = clock(secondsUntil(leg.due_at, now));
  return (
    <span className={classes.clock} data-due="true">
      {t`Wrap-up: ${spent}, submitted automatically in ${left}`}
    </span>
  );
}
