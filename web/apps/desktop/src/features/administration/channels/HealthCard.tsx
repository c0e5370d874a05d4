import { Trans, useLingui } from "@lingui/react/macro";
import { useWhen } from "../when.ts";
import { HealthBadge } from "./HealthBadge.tsx";
import { useHealth } from "./health.ts";
import admin from "../Admin.module.css";
import classes from "./Channels.module.css";

/** How the account fares: last heard, last sent, last error, last probe. */
export function HealthCard({ accountId }: { accountId: number }) {
  const { t } = useLingui();
  const when = useWhen();
  const health = useHealth(accountId);
  if (health === undefined) return null;
  const error = health.last_error;
  const rows: [string, string][] = [
    [t`Last message from a customer`, when(health.last_inbound_at) || t`none yet`],
    [t`Last message sent`, when(health.last_sent_at) || t`none yet`],
    [t`Last error`, error == null ? t`none` : `${when(error.at)}: ${error.message} (${error.code})`],
    [t`Last asked the provider`, when(health.probed_at) || t`not yet`],
  ];
  if ((health.refused ?? 0) > 0) rows.push([t`Refused, because not signed as it should be`, String(health.refused)]);
  return (
    <section className={admin.card} aria-label={t`Health`}>
      <h3 className={classes.healthHead}>
        <Trans>Health</Trans> <HealthBadge accountId={accountId} />
      </h3>
      {health.state === "broken" && health.message != null && <p className={admin.problem}>{health.message}</p>}
      <dl className={classes.health}>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
