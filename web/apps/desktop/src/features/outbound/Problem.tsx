import { Button } from "@mantine/core";
import { Trans } from "@lingui/react/macro";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import type { Sending } from "./useOutbound.ts";
import classes from "./Outbound.module.css";

/** Why nothing was sent; with the way to the conversation that is open already, if it is the agent's. */
export function Problem({ sending, onClose }: { sending: Sending; onClose: () => void }) {
  const desk = useDesk();
  const { problem, openTask } = sending;
  const mine = useDeskState((state) => openTask !== null && state.tasks.has(openTask)) === true;
  if (problem === null) return null;
  const open = () => {
    if (openTask === null) return;
    onClose();
    desk.ui.openTask(openTask);
  };
  return (
    <div className={classes.problem} role="alert">
      <p>
        {problem} {openTask !== null && !mine && <Trans>A colleague has it, or it waits in a queue.</Trans>}
      </p>
      {mine && (
        <Button size="compact-sm" variant="default" onClick={open}>
          <Trans>Open it</Trans>
        </Button>
      )}
    </div>
  );
}
