import { Button, Checkbox, Select } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import type { DialogProps } from "../../app/registry.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { agentName } from "../../shared/people.ts";
import classes from "./Floor.module.css";

/** Changes an agent's state, or signs them out. */
export default function AgentStateDialog({ dialog, onClose }: DialogProps) {
  const { t } = useLingui();
  const desk = useDesk();
  const id = dialog.agentId ?? 0;
  const name = useDeskState((state) => agentName(state.catalog, id)) ?? "";
  const codes = useDeskState((state) => state.catalog.idle_codes) ?? [];
  const [state, setState] = useState("available");
  const [force, setForce] = useState(false);
  const run = async (call: () => Promise<unknown>) => {
    if (await desk.run(null, async () => void (await call()))) onClose();
  };
  const change = () => {
    const idle = state === "available" ? null : Number(state);
    return run(() => desk.api.setAgentState(id, idle === null ? "available" : "idle", idle));
  };
  return (
    <Dialog
      title={t`State of ${name}`}
      onClose={onClose}
      footer={
        <>
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button onClick={() => void change()}>
            <Trans>Change state</Trans>
          </Button>
        </>
      }
    >
      <div className={classes.stack}>
        <Select
          allowDeselect={false}
          label={t`State`}
          data={[{ value: "available", label: t`Available` }, ...codes.map((code) => ({ value: String(code.id), label: code.name }))]}
          value={state}
          onChange={(value) => setState(value ?? "available")}
        />
        <Checkbox label={t`Sign out even with open conversations`} description={t`What rings goes back to its queue; open conversations follow their queue's rule.`} checked={force} onChange={(event) => setForce(event.currentTarget.checked)} />
        <div className={classes.buttons}>
          <Button variant="light" color="red" onClick={() => void run(() => desk.api.signAgentOut(id, force))}>
            {t`Sign ${name} out`}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
