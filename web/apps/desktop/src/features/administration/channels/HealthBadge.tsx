import { useLingui } from "@lingui/react/macro";
import { useHealth } from "./health.ts";
import classes from "./Channels.module.css";

/** How an account fares, in a word with a colour. */
export function HealthBadge({ accountId }: { accountId: number }) {
  const { t } = useLingui();
  const health = useHealth(accountId);
  if (health === undefined) return null;
  const words: Record<string, string> = { ok: t`Works`, broken: t`Broken`, degraded: t`Troubled`, unknown: t`Not heard of yet`, connecting: t`Connecting` };
  const state = health.active ? health.state : "off";
  return (
    <span className={classes.badge} data-state={state}>
      {health.active ? (words[health.state] ?? health.state) : t`Switched off`}
    </span>
  );
}
