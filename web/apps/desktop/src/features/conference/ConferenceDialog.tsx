import { useLingui } from "@lingui/react/macro";
import type { DialogProps } from "../../app/registry.ts";
import { useDesk, useDeskState, useTask } from "../../shared/desk.ts";
import { capabilitiesOf } from "../../shared/people.ts";
import { TargetDialog, type TargetTab } from "../transfer/TargetDialog.tsx";

export default function ConferenceDialog({ dialog, onClose }: DialogProps) {
  const { t } = useLingui();
  const desk = useDesk();
  const task = useTask(dialog.taskId ?? null);
  const allowed = useDeskState((state) => (task === undefined ? [] : capabilitiesOf(state.catalog, task).conference_with));
  if (task === undefined || allowed === undefined) return null;
  const tabs: TargetTab[] = (["agent", "queue"] as const).filter((kind) => allowed.includes(kind));
  return (
    <TargetDialog
      title={t`Conference Request`}
      action={t`Conference`}
      kind="conference"
      task={task}
      tabs={tabs}
      onClose={onClose}
      onChoose={async (target) => {
        if (await desk.conference(task, target)) onClose();
      }}
    />
  );
}
