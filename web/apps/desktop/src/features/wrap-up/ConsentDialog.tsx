import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import type { DialogProps } from "../../app/registry.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk, useTask } from "../../shared/desk.ts";
import { endAgreed } from "../conversation/actions.ts";

/** On channels where the customer must agree before the conversation is ended. */
export default function ConsentDialog({ dialog, onClose }: DialogProps) {
  const { t } = useLingui();
  const desk = useDesk();
  const task = useTask(dialog.taskId ?? null);
  if (task === undefined) return null;
  const end = () => {
    onClose();
    void endAgreed(desk, task);
  };
  return (
    <Dialog
      title={t`End this conversation?`}
      onClose={onClose}
      footer={
        <>
          <Button variant="default" onClick={onClose}>
            <Trans>Go back</Trans>
          </Button>
          <Button data-autofocus color="red" onClick={end}>
            <Trans>The customer agrees: End</Trans>
          </Button>
        </>
      }
    >
      <Trans>Has the customer agreed that the conversation can end?</Trans>
    </Dialog>
  );
}
