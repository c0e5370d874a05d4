import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useState } from "react";
import type { DialogProps } from "../../app/registry.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk } from "../../shared/desk.ts";

/** Asks before a saved report goes, with its schedule. */
export default function DeleteReportDialog({ dialog, onClose }: DialogProps) {
  const { t } = useLingui();
  const desk = useDesk();
  const [busy, setBusy] = useState(false);
  const given = dialog.report;
  const saved = given?.saved ?? null;
  if (given === undefined || saved === null) return null;
  const { name } = saved;
  const remove = async () => {
    setBusy(true);
    const gone = await desk.run(null, () => desk.api.deleteReport(saved.id));
    setBusy(false);
    if (!gone) return;
    given.onDone(null);
    onClose();
  };
  return (
    <Dialog
      title={t`Delete “${name}”?`}
      onClose={onClose}
      footer={
        <>
          <Button variant="default" onClick={onClose} data-autofocus>
            <Trans>Keep</Trans>
          </Button>
          <Button color="red" loading={busy} onClick={() => void remove()}>
            <Trans>Delete</Trans>
          </Button>
        </>
      }
    >
      {saved.schedule === null ? <Trans>Nobody can open it any more.</Trans> : <Trans>Nobody can open it any more, and it is sent no more.</Trans>}
    </Dialog>
  );
}
