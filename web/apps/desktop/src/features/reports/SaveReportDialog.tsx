import { Button, Checkbox, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import type { DialogProps } from "../../app/registry.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import classes from "./Reports.module.css";

/** Name a report and say who sees it: a new one, or one's own. */
export default function SaveReportDialog({ dialog, onClose }: DialogProps) {
  const { t } = useLingui();
  const desk = useDesk();
  const given = dialog.report;
  const saved = given?.saved ?? null;
  const [name, setName] = useState(saved?.name ?? "");
  const [shared, setShared] = useState(saved?.shared ?? false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  if (given === undefined) return null;
  const save = async () => {
    setBusy(true);
    setFailure(null);
    try {
      const done = saved === null ? desk.api.saveReport({ name, shared, report: given.asked, schedule: null }) : desk.api.changeReport(saved, { name, shared });
      given.onDone(await done);
      onClose();
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={saved === null ? t`Save this report` : t`Name and sharing`}
      onClose={onClose}
      footer={
        <>
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button type="submit" form="save-report" disabled={name.trim() === ""} loading={busy}>
            <Trans>Save</Trans>
          </Button>
        </>
      }
    >
      <form
        id="save-report"
        className={classes.stack}
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        {failure !== null && (
          <p className={classes.problem} role="alert">
            {errorText(failure)}
          </p>
        )}
        <TextInput data-autofocus label={t`Name`} maxLength={80} value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <Checkbox
          label={t`Shared with all who see reports`}
          description={t`Others can open it and save a copy; only you can change it.`}
          checked={shared}
          onChange={(event) => setShared(event.currentTarget.checked)}
        />
      </form>
    </Dialog>
  );
}
