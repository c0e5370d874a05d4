import { CircleAlert, CircleCheck, CircleMinus, CirclePower } from "lucide-react";
import { useLingui } from "@lingui/react/macro";
import type { AgentStatus } from "@rapport/api-client";
import classes from "./StateDot.module.css";

const icons = { available: CircleCheck, idle: CircleMinus, rona: CircleAlert, offline: CirclePower };

/** The coloured icon of an agent state; shape and label say the same as the colour. */
export function StateDot({ status, size = 16 }: { status: AgentStatus; size?: number }) {
  const Icon = icons[status];
  const label = useStatusLabel()(status);
  return <Icon className={classes.dot} data-status={status} size={size} role="img" aria-label={label} />;
}

export function useStatusLabel(): (status: AgentStatus) => string {
  const { t } = useLingui();
  return (status) =>
    ({ available: t`Available`, idle: t`Idle`, rona: t`RONA`, offline: t`Offline` })[status];
}
