import { Button, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import type { DialogProps } from "../../app/registry.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk, useTask } from "../../shared/desk.ts";
import { exactTime, timeOfDay } from "../../shared/time.ts";
import { localValue, parkingTimes } from "./times.ts";
import classes from "./ParkDialog.module.css";

/** Put a conversation aside until a time, or until the customer writes again. */
export default function ParkDialog({ dialog, onClose }: DialogProps) {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const task = useTask(dialog.taskId ?? null);
  const [now] = useState(() => new Date());
  const [own, setOwn] = useState("");
  if (task === undefined) return null;
  const park = (until: Date) => {
    onClose();
    void desk.park(task, until);
  };
  const chosen = own === "" ? null : new Date(own);
  const past = chosen !== null && chosen.getTime() <= Date.now();
  const names = { quarter: t`In 15 minutes`, hour: t`In an hour`, four_hours: t`In four hours`, tomorrow: t`Tomorrow` };
  return (
    <Dialog
      title={t`Park this conversation`}
      onClose={onClose}
      footer={
        <>
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button disabled={chosen === null || past} onClick={() => chosen !== null && park(chosen)}>
            <Trans>Park</Trans>
          </Button>
        </>
      }
    >
      <p className={classes.lead}>
        <Trans>It comes back at that time, or as soon as the customer writes.</Trans>
      </p>
      <div className={classes.choices}>
        {parkingTimes(now).map(({ id, at }, index) => (
          <Button key={id} variant="default" h={52} data-autofocus={index === 0 || undefined} onClick={() => park(at)}>
            <span className={classes.choice}>
              {names[id]}
              <small>{timeOfDay(at.toISOString(), i18n.locale)}</small>
            </span>
          </Button>
        ))}
      </div>
      <TextInput
        type="datetime-local"
        label={t`Another time`}
        min={localValue(now)}
        value={own}
        error={past ? t`This time is in the past.` : null}
        description={chosen === null || past ? null : exactTime(chosen.toISOString(), i18n.locale)}
        onChange={(event) => setOwn(event.currentTarget.value)}
      />
    </Dialog>
  );
}
