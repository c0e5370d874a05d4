import { Button, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import type { Task } from "@rapport/api-client";
import { useState, type FormEvent } from "react";
import type { DialogProps } from "../../app/registry.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk, useDeskState, useTask, useUser } from "../../shared/desk.ts";
import { editableNames, label, sourceText } from "./variables.ts";

/** Corrects what is known of the request. A value that somebody else has changed is shown, not lost. */
export default function VariablesDialog({ dialog, onClose }: DialogProps) {
  const task = useTask(dialog.taskId ?? null);
  return task === undefined ? null : <VariablesForm key={task.id} task={task} onClose={onClose} />;
}

function VariablesForm({ task, onClose }: { task: Task; onClose: () => void }) {
  const { t } = useLingui();
  const desk = useDesk();
  const catalog = useDeskState((state) => state.catalog);
  const user = useUser();
  const [seen, setSeen] = useState(task.variables);
  const [typed, setTyped] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  if (catalog === undefined) return null;
  const names = editableNames(task, catalog, user);
  const changes = names.flatMap((name) => {
    const value = typed[name]?.trim();
    const was = seen[name] ?? "";
    return value === undefined || value === was ? [] : [{ name, was, value }];
  });
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    const done = changes.length === 0 || (await desk.editVariables(task, changes));
    setBusy(false);
    if (done) onClose();
    // Refused: the next attempt is on top of what is there now, which stands below each field.
    else setSeen(desk.state.get()?.tasks.get(task.id)?.variables ?? seen);
  };
  return (
      <Dialog
        title={t`Details of the request`}
        onClose={onClose}
        footer={
          <>
            <Button variant="default" onClick={onClose}>
              <Trans>Cancel</Trans>
            </Button>
            <Button type="submit" form="variables-form" loading={busy}>
              <Trans>Save</Trans>
            </Button>
          </>
        }
      >
        <form id="variables-form" onSubmit={(event) => void save(event)}>
          {names.map((name, index) => {
            const now = task.variables[name] ?? "";
            const source = now === "" ? t`not known yet` : sourceText(task.variable_sources[name], catalog);
            const changed = now !== (seen[name] ?? "");
            return (
              <TextInput
                key={name}
                mb={14}
                label={label(name)}
                description={changed ? t`Changed meanwhile to: ${now}` : source}
                maxLength={1000}
                data-autofocus={index === 0 ? true : undefined}
                value={typed[name] ?? seen[name] ?? ""}
                onChange={({ currentTarget: { value } }) => setTyped((held) => ({ ...held, [name]: value }))}
              />
            );
          })}
        </form>
      </Dialog>
  );
}
