import { Button, Select, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { ApiError, newKey, type Task, type WorkflowInput, type WorkflowItem } from "@rapport/api-client";
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, Zap } from "lucide-react";
import { useRef, useState } from "react";
import type { DialogProps } from "../../app/registry.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk, useTask } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { SearchList } from "../../shared/SearchList.tsx";
import classes from "./Workflow.module.css";

/** Choose a workflow, fill in what it asks for, trigger it. */
export default function WorkflowDialog({ dialog, onClose }: DialogProps) {
  const { t } = useLingui();
  const desk = useDesk();
  const task = useTask(dialog.taskId ?? null);
  const [chosen, setChosen] = useState<WorkflowItem | null>(null);
  const list = useQuery({ queryKey: ["workflows", task?.id], queryFn: () => desk.api.workflows(task?.id ?? 0), enabled: task !== undefined });
  if (task === undefined) return null;
  const items = list.data?.items ?? [];
  if (chosen !== null) return <Inputs key={chosen.id} task={task} workflow={chosen} onBack={() => setChosen(null)} onClose={onClose} />;
  return (
    <Dialog title={t`Trigger a workflow`} padded={false} onClose={onClose}>
      {list.isError && <p className={classes.error} role="alert">{errorText(list.error)}</p>}
      <SearchList
        label={t`Workflows`}
        placeholder={t`Search workflows`}
        options={items.map(({ id, name }) => ({ id: String(id), label: name, icon: <Zap size={16} aria-hidden /> }))}
        onChoose={(id) => setChosen(items.find((item) => String(item.id) === id) ?? null)}
        empty={list.isPending ? t`Loading…` : t`There are no workflows for this conversation.`}
      />
    </Dialog>
  );
}

interface Props {
  task: Task;
  workflow: WorkflowItem;
  onBack: () => void;
  onClose: () => void;
}

function Inputs({ task, workflow, onBack, onClose }: Props) {
  const { t } = useLingui();
  const desk = useDesk();
  // One key per opening: pressing twice is triggering once.
  const key = useRef(newKey());
  const [values, setValues] = useState<Record<string, string>>({});
  const [faults, setFaults] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const missing = workflow.inputs.some(({ name, required }) => required && (values[name] ?? "").trim() === "");
  const trigger = async () => {
    if (missing || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      const { run } = await desk.api.runWorkflow(task.id, workflow.id, values, key.current);
      desk.ui.noteRun(run.id, true);
      onClose();
    } catch (error) {
      // Another try may ask for something else, which is another command, unless no answer came.
      if (!(error instanceof ApiError && error.unanswered)) key.current = newKey();
      const named = fieldFaults(error);
      setFaults(named);
      if (Object.keys(named).length === 0) setProblem(errorText(error));
      setBusy(false);
    }
  };
  const change = (name: string, value: string) => {
    setValues((before) => ({ ...before, [name]: value }));
    setFaults({});
  };
  return (
    <Dialog
      title={workflow.name}
      onClose={onClose}
      footer={
        <>
          <Button variant="default" leftSection={<ArrowLeft size={15} aria-hidden />} onClick={onBack}>
            <Trans>Back</Trans>
          </Button>
          <Button disabled={missing} loading={busy} leftSection={<Zap size={15} aria-hidden />} onClick={() => void trigger()} data-autofocus={workflow.inputs.length === 0 || undefined}>
            <Trans>Trigger</Trans>
          </Button>
        </>
      }
    >
      {problem !== null && <p className={classes.error} role="alert">{problem}</p>}
      {workflow.inputs.length === 0 && (
        <p className={classes.hint}>
          <Trans>This workflow asks for nothing.</Trans>
        </p>
      )}
      <form
        className={classes.inputs}
        onSubmit={(event) => {
          event.preventDefault();
          void trigger();
        }}
      >
        {workflow.inputs.map((input, index) => (
          <Input key={input.name} input={input} first={index === 0} value={values[input.name] ?? ""} fault={faults[input.name] === undefined ? null : t`This is not what it may be.`} onChange={(value) => change(input.name, value)} />
        ))}
        <button type="submit" hidden />
      </form>
    </Dialog>
  );
}

interface InputProps {
  input: WorkflowInput;
  first: boolean;
  value: string;
  fault: string | null;
  onChange: (value: string) => void;
}

function Input({ input, first, value, fault, onChange }: InputProps) {
  const common = { label: input.label, required: input.required, error: fault, "data-autofocus": first || undefined };
  if (input.kind === "select") {
    return <Select {...common} data={input.options} value={value === "" ? null : value} clearable={!input.required} onChange={(chosen) => onChange(chosen ?? "")} />;
  }
  return (
    <TextInput
      {...common}
      type={input.kind === "date" ? "date" : "text"}
      {...(input.kind === "number" ? { inputMode: "decimal" as const } : {})}
      maxLength={1000}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** The server's words about inputs, by their names. */
function fieldFaults(error: unknown): Record<string, string> {
  const fields = error instanceof ApiError ? error.details["fields"] : undefined;
  if (!Array.isArray(fields)) return {};
  return Object.fromEntries((fields as { path: string; message: string }[]).map(({ path, message }) => [path.replace(/^inputs\./, ""), message]));
}
