import { ActionIcon, Button, TextInput } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { ApiError, type ContactDetails } from "@rapport/api-client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import type { DialogProps } from "../../app/registry.ts";
import { Dialog } from "../../shared/Dialog.tsx";
import { ChannelIcon } from "../../shared/ChannelIcon.tsx";
import { useDesk } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { customerName } from "../../shared/people.ts";
import { shortDate } from "../../shared/time.ts";
import classes from "./ContactDialog.module.css";

interface Form {
  name: string;
  email: string;
  phone: string;
  own: { key: string; value: string }[];
}

/** A customer, to look at and to change: fields, conversations, and the way to merge. */
export default function ContactDialog({ dialog, onClose }: DialogProps) {
  const { t } = useLingui();
  const desk = useDesk();
  const id = dialog.contactId ?? 0;
  const details = useQuery({ queryKey: ["contact", id], queryFn: () => desk.api.contact(id), staleTime: 0, retry: false });
  const name = customerName(details.data?.contact);
  return details.data === undefined ? (
    <Dialog title={t`Customer`} onClose={onClose} size={560}>
      {details.isError && <p className={classes.error}>{errorText(details.error)}</p>}
    </Dialog>
  ) : (
    <Loaded key={details.data.contact.id} details={details.data} name={name} onClose={onClose} />
  );
}

function Loaded({ details, name, onClose }: { details: ContactDetails; name: string; onClose: () => void }) {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const client = useQueryClient();
  const [form, setForm] = useState<Form>(() => formOf(details));
  const [before] = useState(details.contact);
  const [version, setVersion] = useState(details.contact.version);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  // What the agent has not touched follows what others write.
  useEffect(() => {
    if (details.contact.version > version && problem === null && same(form, formOf({ ...details, contact: before }))) {
      setForm(formOf(details));
      setVersion(details.contact.version);
    }
  }, [before, details, form, problem, version]);
  const set = (patch: Partial<Form>) => (setForm({ ...form, ...patch }), setProblem(null));
  const setOwn = (at: number, patch: Partial<Form["own"][number]>) => set({ own: form.own.map((each, n) => (n === at ? { ...each, ...patch } : each)) });

  const save = async () => {
    setBusy(true);
    try {
      const attributes = Object.fromEntries(form.own.filter(({ key, value }) => key.trim() !== "" && value.trim() !== "").map(({ key, value }) => [key.trim(), value.trim()]));
      await desk.api.editContact({ ...details.contact, version }, { name: form.name, email: form.email, phone: form.phone, attributes });
      await client.invalidateQueries({ queryKey: ["contact", details.contact.id] });
      onClose();
    } catch (error) {
      if (error instanceof ApiError && error.code === "stale_version") {
        // The next try overwrites with open eyes: what is shown behind is fetched anew.
        const fresh = await client.fetchQuery({ queryKey: ["contact", details.contact.id], queryFn: () => desk.api.contact(details.contact.id) });
        setVersion(fresh.contact.version);
        setProblem(t`Somebody changed this customer meanwhile. Look at it, then save again to keep yours.`);
      } else setProblem(errorText(error));
      setBusy(false);
    }
  };
  return (
    <Dialog
      title={name}
      onClose={onClose}
      size={560}
      footer={
        <>
          <Button variant="default" onClick={() => desk.ui.open({ name: "merge", contactId: details.contact.id })}>
            <Trans>Merge with another…</Trans>
          </Button>
          <Button loading={busy} onClick={() => void save()}>
            <Trans>Save</Trans>
          </Button>
        </>
      }
    >
      <form className={classes.fields} onSubmit={(event) => (event.preventDefault(), void save())}>
        <TextInput data-autofocus label={t`Name`} maxLength={200} value={form.name} onChange={(event) => set({ name: event.currentTarget.value })} />
        <TextInput label={t`Email`} type="email" maxLength={200} value={form.email} onChange={(event) => set({ email: event.currentTarget.value })} />
        <TextInput label={t`Phone`} type="tel" maxLength={200} value={form.phone} onChange={(event) => set({ phone: event.currentTarget.value })} />
        {form.own.map(({ key, value }, at) => (
          <div key={at} className={classes.own}>
            <TextInput aria-label={t`Field ${at + 1}`} placeholder={t`Field`} maxLength={40} value={key} onChange={(event) => setOwn(at, { key: event.currentTarget.value })} />
            <TextInput aria-label={t`Value ${at + 1}`} placeholder={t`Value`} maxLength={200} value={value} onChange={(event) => setOwn(at, { value: event.currentTarget.value })} />
            <ActionIcon variant="subtle" color="gray" size={36} aria-label={t`Remove field ${at + 1}`} onClick={() => set({ own: form.own.filter((_, n) => n !== at) })}>
              <Trash2 size={16} />
            </ActionIcon>
          </div>
        ))}
        <Button type="button" variant="subtle" size="compact-sm" leftSection={<Plus size={15} />} style={{ alignSelf: "flex-start" }} disabled={form.own.length >= 30} onClick={() => set({ own: [...form.own, { key: "", value: "" }] })}>
          <Trans>Add a field</Trans>
        </Button>
        {problem !== null && (
          <p className={classes.error} role="alert">
            {problem}
          </p>
        )}
        <button type="submit" hidden />
      </form>
      {details.conversations.length > 0 && (
        <>
          <h3 className={classes.h}>
            <Trans>Conversations</Trans>
          </h3>
          <ul className={classes.list}>
            {details.conversations.slice(0, 10).map((conversation) => (
              <li key={conversation.id}>
                <ChannelIcon channel={conversation.channel} size={15} />
                <span className={classes.who}>
                  {conversation.last_text ?? ""}
                  <small>
                    {shortDate(conversation.last_message_at ?? conversation.started_at, i18n.locale)}
                    {" · "}
                    <Plural value={conversation.tasks} one="# contact" other="# contacts" />
                  </small>
                </span>
                <Button size="compact-sm" variant="default" onClick={() => desk.ui.open({ name: "reading", reading: { conversationId: conversation.id, title: name } })}>
                  <Trans>Read</Trans>
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
    </Dialog>
  );
}

function formOf({ contact, attributes }: ContactDetails): Form {
  return {
    name: contact.name ?? "",
    email: contact.email ?? "",
    phone: contact.phone ?? "",
    own: Object.entries(attributes).map(([key, value]) => ({ key, value })),
  };
}

function same(a: Form, b: Form): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
