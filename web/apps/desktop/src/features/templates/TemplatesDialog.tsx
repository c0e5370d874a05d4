import { useLingui } from "@lingui/react/macro";
import { useMemo } from "react";
import type { DialogProps } from "../../app/registry.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk } from "../../shared/desk.ts";
import { templatesOfTask } from "./source.ts";
import { TemplateChooser } from "./TemplateChooser.tsx";

/** The templates of a conversation; the one that is chosen goes into the open message field. */
export default function TemplatesDialog({ dialog, onClose }: DialogProps) {
  const { t } = useLingui();
  const desk = useDesk();
  const taskId = dialog.taskId ?? 0;
  const source = useMemo(() => templatesOfTask(desk, taskId), [desk, taskId]);
  const choose = (templateId: number) => {
    const load = desk.ui.templateLoader;
    onClose();
    load?.(templateId);
  };
  return (
    <Dialog title={t`Templates`} size={860} padded={false} onClose={onClose}>
      <TemplateChooser source={source} onChoose={choose} />
    </Dialog>
  );
}
