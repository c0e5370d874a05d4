import { Button, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { ContactDetails, FoundContact } from "@rapport/api-client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { DialogProps } from "../../app/registry.ts";
import { Avatar } from "../../shared/Avatar.tsx";
import { Dialog } from "../../shared/Dialog.tsx";
import { useDesk } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { channelName, customerName } from "../../shared/people.ts";
import classes from "./ContactDialog.module.css";

/** Two customers who are one person: found, compared, merged; what was is kept. */
export default function MergeDialog({ dialog, onClose }: DialogProps) {
  const { t } = useLingui();
  const desk = useDesk();
  const id = dialog.contactId ?? 0;
  const into = useQuery({ queryKey: ["contact", id], queryFn: () => desk.api.contact(id), retry: false });
  const [query, setQuery] = useState("");
  const [typed] = useDebouncedValue(query, 180);
  const [chosen, setChosen] = useState<number | null>(null);
  const found = useQuery({
    queryKey: ["search", "contacts", "merge", typed],
    queryFn: ({ signal }) => desk.api.searchContacts(typed, undefined, { signal }),
    enabled: /[\p{L}\p{N}]/u.test(typed),
    retry: false,
  });
  const others = (found.data?.items ?? []).filter((contact) => contact.id !== id).slice(0, 8);
  if (chosen !== null && into.data !== undefined) return <Preview into={into.data} otherId={chosen} onBack={() => setChosen(null)} onClose={onClose} />;
  return (
    <Dialog title={t`Merge with another customer`} onClose={onClose} size={560}>
      <TextInput data-autofocus label={t`Who is the same person?`} placeholder={t`Name, number or address`} maxLength={200} value={query} onChange={(event) => setQuery(event.currentTarget.value)} />
      {found.isError && <p className={classes.error}>{errorText(found.error)}</p>}
      <ul className={classes.list} aria-label={t`Customers`}>
        {others.map((contact) => (
          <Candidate key={contact.id} contact={contact} onChoose={() => setChosen(contact.id)} />
        ))}
      </ul>
      {found.data !== undefined && others.length === 0 && (
        <p className={classes.dim}>
          <Trans>Nobody else found.</Trans>
        </p>
      )}
    </Dialog>
  );
}

function Candidate({ contact, onChoose }: { contact: FoundContact; onChoose: () => void }) {
  const { t } = useLingui();
  const name = customerName(contact);
  return (
    <li>
      <Avatar name={name} size={32} />
      <span className={classes.who}>
        {name}
        <small>{[contact.email, contact.phone, ...contact.channels.map(channelName)].filter(Boolean).join(" · ")}</small>
      </span>
      <Button size="compact-sm" variant="default" aria-label={t`Compare with ${name}`} onClick={onChoose}>
        <Trans>Compare</Trans>
      </Button>
    </li>
  );
}

function Preview({ into, otherId, onBack, onClose }: { into: ContactDetails; otherId: number; onBack: () => void; onClose: () => void }) {
  const { t } = useLingui();
  const desk = useDesk();
  const client = useQueryClient();
  const other = useQuery({ queryKey: ["contact", otherId], queryFn: () => desk.api.contact(otherId), retry: false });
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const merge = async () => {
    setBusy(true);
    try {
      await desk.api.mergeContact(into.contact.id, otherId);
      // The other one has nothing of its own any more: asking for it again would find nobody.
      await client.invalidateQueries({ queryKey: ["contact"], predicate: ({ queryKey }) => queryKey[1] !== otherId });
      onClose();
    } catch (error) {
      setProblem(errorText(error));
      setBusy(false);
    }
  };
  const theirs = other.data;
  const rows =
    theirs === undefined
      ? []
      : [
          { label: t`Name`, mine: into.contact.name, other: theirs.contact.name },
          { label: t`Email`, mine: into.contact.email, other: theirs.contact.email },
          { label: t`Phone`, mine: into.contact.phone, other: theirs.contact.phone },
          ...[...new Set([...Object.keys(into.attributes), ...Object.keys(theirs.attributes)])].map((key) => ({ label: key, mine: into.attributes[key] ?? null, other: theirs.attributes[key] ?? null })),
        ];
  const conversations = theirs?.conversations.length ?? 0;
  return (
    <Dialog
      title={t`Merge with another customer`}
      onClose={onClose}
      size={560}
      footer={
        <>
          <Button variant="default" onClick={onBack}>
            <Trans>Back</Trans>
          </Button>
          <Button data-autofocus loading={busy} disabled={theirs === undefined} onClick={() => void merge()}>
            <Trans>Merge</Trans>
          </Button>
        </>
      }
    >
      {other.isError && <p className={classes.error}>{errorText(other.error)}</p>}
      <dl className={classes.preview}>
        {rows
          .filter((row) => row.mine !== null || row.other !== null)
          .map((row) => (
            <FragmentRow key={row.label} {...row} />
          ))}
      </dl>
      {theirs !== undefined && (
        <p className={classes.dim}>
          <Plural value={conversations} one="# conversation moves here, with its notes and addresses." other="# conversations move here, with their notes and addresses." />{" "}
          <Trans>What stands in bold is kept. You can take this back at any time.</Trans>
        </p>
      )}
      {problem !== null && (
        <p className={classes.error} role="alert">
          {problem}
        </p>
      )}
    </Dialog>
  );
}

function FragmentRow({ label, mine, other }: { label: string; mine: string | null; other: string | null }) {
  const own = mine !== null && mine !== "";
  return (
    <>
      <dt>{label}</dt>
      <dd data-kept={own}>{mine ?? "–"}</dd>
      <dd data-kept={!own && other !== null}>{other ?? "–"}</dd>
    </>
  );
}
