import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { Dialog } from "../../shared/Dialog.tsx";

/** Before what was written is lost. */
export function LeaveDialog({ onStay, onLeave }: { onStay: () => void; onLeave: () => void }) {
  const { t } = useLingui();
  return (
    <Dialog
      title={t`Leave without saving?`}
      onClose={onStay}
      footer={
        <>
          <Button variant="default" onClick={onLeave}>
            <Trans>Leave</Trans>
          </Button>
          <Button onClick={onStay} data-autofocus>
            <Trans>Stay</Trans>
          </Button>
        </>
      }
    >
      <Trans>What you have changed on this page is not saved yet.</Trans>
    </Dialog>
  );
}
