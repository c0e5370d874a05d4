import { Button } from "@mantine/core";
import { Trans } from "@lingui/react/macro";
import type { Leg, Task } from "@rapport/api-client";
import { ClipboardCheck } from "lucide-react";
import { useDesk } from "../../shared/desk.ts";
import { WrapUpClock } from "./WrapUpClock.tsx";
import classes from "./WrapUpBar.module.css";

/** Stands where the composer was, once the conversation is over for this agent. */
export function WrapUpBar({ task, leg }: { task: Task; leg: Leg }) {
  const desk = useDesk();
  return (
    <section className={classes.bar}>
      <ClipboardCheck size={20} aria-hidden />
      <div className={classes.text}>
        <b>
          <Trans>This conversation is over for you.</Trans>
        </b>
        <WrapUpClock leg={leg} />
      </div>
      <Button onClick={() => desk.ui.open({ name: "wrap_up", taskId: task.id })}>
        <Trans>Wrap up</Trans>
      </Button>
    </section>
  );
}
