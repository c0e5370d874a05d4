import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "@tanstack/react-router";
import type { ChannelType } from "@rapport/api-client";
import { CircleCheck, CircleDashed } from "lucide-react";
import { ChannelIcon } from "../../shared/ChannelIcon.tsx";
import { HealthBadge } from "./channels/HealthBadge.tsx";
import { useItems } from "./data.ts";
import type { Item } from "./types.ts";
import classes from "./Admin.module.css";

interface Step {
  id: string;
  title: string;
  help: string;
  area: string;
  done: boolean;
}

/** What an installation needs before the first conversation can be handled, and what is missing. */
export function OverviewPage() {
  const { t } = useLingui();
  const teams = useItems("teams").data;
  const queues = useItems("queues").data;
  const reasons = useItems("reasons").data;
  const accounts = useItems("accounts").data;
  const entries = useItems("entry_points").data;
  const users = useItems("users").data;
  const roles = useItems("roles").data;
  const loaded = [teams, queues, reasons, accounts, entries, users].every((items) => items !== undefined);
  const connected = new Set(entries?.map(({ spec }) => spec["account"]));
  const active = accounts?.filter(({ spec }) => spec["active"] !== false) ?? [];
  const steps: Step[] = [
    { id: "team", title: t`A team`, help: t`Agents who work together.`, area: "teams", done: some(teams) },
    { id: "queue", title: t`A queue`, help: t`Where conversations wait, and whom they are offered to.`, area: "queues", done: some(queues) },
    { id: "reasons", title: t`Wrap-up reasons`, help: t`How conversations end, such as Solved or Question answered.`, area: "reasons", done: some(reasons) },
    { id: "channel", title: t`A channel that leads to the queue`, help: t`A website, mailbox, number or page.`, area: "channels", done: active.some(({ id }) => connected.has(id)) },
    { id: "agent", title: t`An agent`, help: t`Somebody who answers, invited by a link.`, area: "users", done: users?.some(({ spec }) => answers(spec, roles) && spec["active"] !== false) === true },
  ];
  const missing = steps.filter(({ done }) => !done).length;
  const lost = active.filter(({ id }) => !connected.has(id));
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <div>
          <h2>
            <Trans>Administration</Trans>
          </h2>
          {loaded && <p>{missing === 0 ? t`Everything is there to handle conversations.` : t`Steps to the first conversation that are still open: ${missing}`}</p>}
        </div>
      </header>
      {loaded && (
        <ol className={classes.steps} aria-label={t`First steps`}>
          {steps.map((step) => (
            <li key={step.id} data-done={step.done}>
              {step.done ? <CircleCheck size={20} role="img" aria-label={t`Done`} /> : <CircleDashed size={20} role="img" aria-label={t`Missing`} />}
              <div>
                <b>{step.title}</b>
                <span>{step.help}</span>
              </div>
              {step.done ? (
                <Link to="/admin/$area" params={{ area: step.area }} aria-label={t`Show: ${step.title}`}>
                  <Trans>Show</Trans>
                </Link>
              ) : (
                <Link to="/admin/$area/$item" params={{ area: step.area, item: "new" }} aria-label={t`Set up: ${step.title}`}>
                  <Trans>Set up</Trans>
                </Link>
              )}
            </li>
          ))}
        </ol>
      )}
      {loaded && active.length > 0 && (
        <>
          <h3 className={classes.second} id="channels-now">
            <Trans>Channels</Trans>
          </h3>
          <ul className={classes.list} aria-labelledby="channels-now">
            {active.map((account) => (
              <li key={account.id}>
                <Link to="/admin/$area/$item" params={{ area: "channels", item: String(account.id) }} className={classes.rowLink!}>
                  <ChannelIcon channel={account.spec["channel"] as ChannelType} />
                  <span className={classes.what}>
                    <b>{account.name}</b>
                  </span>
                  <HealthBadge accountId={account.id} />
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
      {loaded && lost.length > 0 && missing === 0 && (
        <p className={classes.hint}>
          <Trans>Without an entry point, so nobody gets their contacts:</Trans> {lost.map(({ name }) => name).join(", ")}
        </p>
      )}
    </div>
  );
}

function some(items: readonly Item[] | undefined): boolean {
  return items !== undefined && items.length > 0;
}

/** Whether a user has a role with a desk. */
function answers(spec: Item["spec"], roles: readonly Item[] | undefined): boolean {
  const list = (value: unknown) => (Array.isArray(value) ? value : []);
  const own = list(spec["custom_roles"]).flatMap((id) => list(roles?.find((role) => role.id === id)?.spec["rights"]));
  return list(spec["roles"]).includes("agent") || own.includes("desk");
}
