import { useLingui } from "@lingui/react/macro";
import type { DialogProps } from "../../app/registry.ts";
import { useDesk, useDeskState, useTask } from "../../shared/desk.ts";
import { capabilitiesOf } from "../../shared/people.ts";
import { openWrapUp } from "../conversation/actions.ts";
import { TargetDialog, type TargetTab } from "./TargetDialog.tsx";

export default function TransferDialog({ dialog, onClose }: DialogProps) {
  const { t } = useLingui();
  const desk = useDesk();
  const task = useTask(dialog.taskId ?? null);
  const allowed = useDeskState((state) => (task === undefined ? [] : capabilitiesOf(state.catalog, task).transfer_to));
  if (task === undefined || allowed === undefined) return null;
  const tabs: TargetTab[] = [];
  if (allowed.includes("queue")) tabs.push("queue");
  if (allowed.includes("agent") || allowed.includes("supervisor")) tabs.push("agent");
  return (
    <TargetDialog
      title={t`Transfer Request`}
      action={t`Transfer`}
      kind="transfer"
      task={task}
      tabs={tabs}
      onClose={onClose}
      onChoose={async (target) => {
        if (!(await desk.transfer(task, target))) return;
        onClose();
        openWrapUp(desk, task.id);
      }}
    />
  );
}
