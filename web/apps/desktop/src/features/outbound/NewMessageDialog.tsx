import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Trans, useLingui } from "@lingui/react/macro";
import type { Contact, FirstMessage, FirstWords } from "@rapport/api-client";
import { useQuery } from "@tanstack/react-query";
import { Send } from "lucide-react";
import { useState } from "react";
import type { DialogProps } from "../../app/registry.ts";
import { Avatar } from "../../shared/Avatar.tsx";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { channelName, customerName, queueName } from "../../shared/people.ts";
import { useObstacle } from "../queues/useObstacle.ts";
import { Problem } from "./Problem.tsx";
import { useOutboundChoices, useSending } from "./useOutbound.ts";
import { TemplateChooser } from "../templates/TemplateChooser.tsx";
import { BackButton } from "./BackButton.tsx";
import { FirstWordsField } from "./FirstWordsField.tsx";
import { useFirstWords } from "./useFirstWords.ts";
import { TemplateWords } from "./Words.tsx";
import classes from "./Outbound.module.css";

/** A first message: from which account, to whom, what. It is sent by Send and by nothing else. */
export default function NewMessageDialog({ onClose }: DialogProps) {
  const { t } = useLingui();
  const choices = useOutboundChoices();
  const catalog = useDeskState((state) => state.catalog);
  const [accountId, setAccountId] = useState<number | null>(null);
  const [contact, setContact] = useState<Contact | null>(null);
  const [address, setAddress] = useState("");
  const [subject, setSubject] = useState("");
  const [form, setForm] = useState<FirstWords | null>(null);
  const choice = choices?.find((each) => each.account_id === accountId) ?? choices?.[0];
  const account = catalog?.accounts.find(({ id }) => id === choice?.account_id);
  const channel = account?.channel ?? "email";
  const obstacle = useObstacle(channel);
  const first = useFirstWords(account, { contactId: contact?.id });
  const [choosing, setChoosing] = useState(false);
  const template = account?.capabilities.approved_templates === true;
  const words = template ? form : first.words;
  const complete = (contact !== null || address.trim() !== "") && (channel !== "email" || subject.trim() !== "");
  const message: FirstMessage | null =
    account === undefined || words === null || !complete
      ? null
      : {
          ...words,
          account_id: account.id,
          subject: channel === "email" ? subject.trim() : "",
          ...(contact === null ? { address: address.trim() } : { contact_id: contact.id }),
        };
  const sending = useSending(JSON.stringify(message), onClose);
  const send = () => {
    if (!template && first.open !== null) first.templates.show();
    else if (message !== null) void sending.send((desk, key) => desk.api.writeFirst(message, key));
  };
  if (catalog === undefined || choices === undefined) return null;
  const queue = choice === undefined ? "" : queueName(catalog, choice.queue_id);
  return (
    <Dialog
      title={t`New message`}
      onClose={choosing ? () => setChoosing(false) : onClose}
      size={choosing ? 860 : 640}
      padded={!choosing}
      footer={choosing ? <BackButton onBack={() => setChoosing(false)} /> : (
        <>
          <Button variant="default" onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button leftSection={<Send size={15} aria-hidden />} loading={sending.busy} disabled={message === null || obstacle !== null} onClick={send}>
            <Trans>Send</Trans>
          </Button>
        </>
      )}
    >
      {choosing && <TemplateChooser source={first.source} onChoose={(id) => (setChoosing(false), first.templates.load(id))} height={360} />}
      {choices.length === 0 ? (
        <p className={classes.lead}>
          <Trans>None of your queues allows writing to customers first.</Trans>
        </p>
      ) : (
        <div className={classes.fields} hidden={choosing}>
          <NativeSelect
            label={t`From`}
            description={choice === undefined ? null : t`For the queue ${queue}`}
            value={String(choice?.account_id ?? "")}
            onChange={(event) => {
              setAccountId(Number(event.currentTarget.value));
              setForm(null);
            }}
            data={choices.map(({ account_id }) => {
              const found = catalog.accounts.find(({ id }) => id === account_id);
              return { value: String(account_id), label: found === undefined ? String(account_id) : `${channelName(found.channel)} · ${found.name}` };
            })}
          />
          {contact === null ? (
            <Whom mail={channel === "email"} value={address} onChange={setAddress} onChoose={setContact} />
          ) : (
            <Chosen contact={contact} onClear={() => setContact(null)} />
          )}
          {channel === "email" && <TextInput label={t`Subject`} required maxLength={900} value={subject} onChange={(event) => setSubject(event.currentTarget.value)} />}
          {template && account !== undefined ? <TemplateWords key={account.id} accountId={account.id} onChange={setForm} /> : account !== undefined && <FirstWordsField account={account} first={first} onTemplates={() => setChoosing(true)} />}
          {obstacle !== null && <p className={classes.lead}>{obstacle}</p>}
          <Problem sending={sending} onClose={onClose} />
        </div>
      )}
    </Dialog>
  );
}

interface WhomProps {
  mail: boolean;
  value: string;
  onChange: (value: string) => void;
  onChoose: (contact: Contact) => void;
}

/** An address to type, with the customers that are found by it. */
function Whom({ mail, value, onChange, onChoose }: WhomProps) {
  const { t } = useLingui();
  const desk = useDesk();
  const [typed] = useDebouncedValue(value.trim(), 180);
  const found = useQuery({
    queryKey: ["search", "contacts", "outbound", typed],
    queryFn: ({ signal }) => desk.api.searchContacts(typed, undefined, { signal }),
    enabled: /[\p{L}\p{N}]/u.test(typed),
    retry: false,
  });
  const contacts = value.trim() === "" ? [] : (found.data?.items ?? []).slice(0, 6);
  return (
    <>
      <TextInput
        label={t`To`}
        required
        data-autofocus
        maxLength={200}
        autoComplete="off"
        placeholder={mail ? t`Customer's name, or an email address` : t`Customer's name, or a number such as +49 30 1234567`}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {contacts.length > 0 && (
        <ul className={classes.found} aria-label={t`Customers`}>
          {contacts.map((contact) => (
            <li key={contact.id}>
              <button type="button" onClick={() => onChoose(contact)}>
                <Who contact={contact} />
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Chosen({ contact, onClear }: { contact: Contact; onClear: () => void }) {
  const { t } = useLingui();
  return (
    <div className={classes.chosen} role="group" aria-label={t`To`}>
      <Who contact={contact} />
      <Button size="compact-sm" variant="default" data-autofocus onClick={onClear}>
        <Trans>Change</Trans>
      </Button>
    </div>
  );
}

function Who({ contact }: { contact: Contact }) {
  const name = customerName(contact);
  return (
    <>
      <Avatar name={name} size={30} />
      <span className={classes.who}>
        {name}
        <small>{[contact.email, contact.phone].filter(Boolean).join(" · ")}</small>
      </span>
    </>
  );
}
