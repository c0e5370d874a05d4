import { Button, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import type { ApprovedTemplate, Task } from "@rapport/api-client";
import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, FileCheck } from "lucide-react";
import { useState } from "react";
import type { DialogProps } from "../../app/registry.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk, useTask } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { SearchList } from "../../shared/SearchList.tsx";
import { StyledText } from "../../shared/StyledText.tsx";
import { emptyValues, fieldNames, fieldsOf, filledTemplate, preview, type Values } from "./filled.ts";
import classes from "./ApprovedTemplateDialog.module.css";

/** Choose a form that the provider has approved, fill its fields, see it, send it. */
export default function ApprovedTemplateDialog({ dialog, onClose }: DialogProps) {
  const desk = useDesk();
  const task = useTask(dialog.taskId ?? null);
  const [chosen, setChosen] = useState<ApprovedTemplate | null>(null);
  const accountId = task?.account_id ?? 0;
  const templates = useQuery({
    queryKey: ["approved-templates", accountId],
    queryFn: () => desk.api.templates(accountId),
    enabled: task !== undefined,
  });
  if (task === undefined) return null;
  const only = templates.data?.items.length === 1 ? (templates.data.items[0] ?? null) : null;
  const template = chosen ?? (only?.status.toUpperCase() === "APPROVED" ? only : null);
  if (template !== null) {
    return <Fields key={`${template.name}-${template.language}`} task={task} template={template} onBack={only === null ? () => setChosen(null) : null} onClose={onClose} />;
  }
  return <Choice items={templates.data?.items ?? []} loading={templates.isPending} error={templates.isError ? errorText(templates.error) : null} onChoose={setChosen} onClose={onClose} />;
}

interface ChoiceProps {
  items: readonly ApprovedTemplate[];
  loading: boolean;
  error: string | null;
  onChoose: (template: ApprovedTemplate) => void;
  onClose: () => void;
}

function Choice({ items, loading, error, onChoose, onClose }: ChoiceProps) {
  const { t } = useLingui();
  const idOf = (each: ApprovedTemplate) => `${each.name}/${each.language}`;
  return (
    <Dialog title={t`Send an approved template`} padded={false} onClose={onClose}>
      {error !== null && <p className={classes.error} role="alert">{error}</p>}
      <SearchList
        label={t`Approved templates`}
        placeholder={t`Search templates`}
        options={items.map((each) => ({
          id: idOf(each),
          label: each.name.replaceAll("_", " "),
          icon: <FileCheck size={17} aria-hidden />,
          detail: each.language,
          blocked: each.status.toUpperCase() === "APPROVED" ? null : t`Not approved`,
        }))}
        onChoose={(id) => {
          const found = items.find((each) => idOf(each) === id);
          if (found !== undefined) onChoose(found);
        }}
        empty={loading ? t`Loading…` : t`There is no approved template for this account.`}
      />
    </Dialog>
  );
}

interface FieldsProps {
  task: Task;
  template: ApprovedTemplate;
  onBack: (() => void) | null;
  onClose: () => void;
}

function Fields({ task, template, onBack, onClose }: FieldsProps) {
  const { t } = useLingui();
  const desk = useDesk();
  const [values, setValues] = useState<Values>(() => emptyValues(template));
  const filled = filledTemplate(template, values);
  const counts = fieldsOf(template);
  const text = preview(template, values);
  const parts = [
    { part: "header" as const, names: fieldNames(template.header, counts.header), label: (name: string) => t`Heading: ${name}` },
    { part: "body" as const, names: fieldNames(template.body, counts.body), label: (name: string) => t`Field ${name}` },
    { part: "buttons" as const, names: fieldNames(null, counts.buttons), label: (name: string) => t`Button ${name}` },
  ];
  const first = parts.find(({ names }) => names.length > 0)?.part;
  const send = () => {
    if (filled === null) return;
    desk.outbox.add({ taskId: task.id, conversationId: task.conversation_id, text, attachments: [], template: filled });
    onClose();
  };
  return (
    <Dialog
      title={template.name.replaceAll("_", " ")}
      onClose={onClose}
      footer={
        <>
          {onBack !== null && (
            <Button variant="default" leftSection={<ArrowLeft size={15} aria-hidden />} onClick={onBack}>
              <Trans>Back</Trans>
            </Button>
          )}
          <Button disabled={filled === null} onClick={send} data-autofocus={first === undefined || undefined}>
            <Trans>Send</Trans>
          </Button>
        </>
      }
    >
      <form
        className={classes.fields}
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        {parts.flatMap(({ part, names, label }) =>
          names.map((name, index) => (
            <TextInput
              key={`${part}-${name}`}
              label={label(name)}
              required
              maxLength={1024}
              data-autofocus={(part === first && index === 0) || undefined}
              value={values[part][index] ?? ""}
              onChange={(event) => {
                const typed = event.currentTarget.value;
                setValues((before) => ({ ...before, [part]: before[part].map((old, at) => (at === index ? typed : old)) }));
              }}
            />
          )),
        )}
        <button type="submit" hidden />
      </form>
      <section className={classes.preview} aria-label={t`Preview`}>
        <StyledText rich={{ text, marks: [] }} />
      </section>
      {filled === null && (
        <p className={classes.hint}>
          <Trans>Fill in every field to send it.</Trans>
        </p>
      )}
    </Dialog>
  );
}
