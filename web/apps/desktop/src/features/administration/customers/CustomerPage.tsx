import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronLeft, Download, Trash2 } from "lucide-react";
import { useState } from "react";
import { ChannelIcon } from "../../../shared/ChannelIcon.tsx";
import { useDesk, useUser } from "../../../shared/desk.ts";
import { fileSize } from "../../../shared/file-size.ts";
import { mayLook } from "../../../shared/rights.ts";
import { refusalText } from "../forms/errors.ts";
import { useWhen } from "../when.ts";
import { EraseDialog } from "./EraseDialog.tsx";
import type { Erased, Kept, KeptConversation } from "./types.ts";
import admin from "../Admin.module.css";
import classes from "./Customers.module.css";

/** One customer: how much there is, the export, and the erasure. */
export function CustomerPage({ id }: { id: string }) {
  const desk = useDesk();
  const kept = useQuery({
    queryKey: ["admin", "customer", id],
    queryFn: () => desk.api.http.get<Kept>(`/people/${encodeURIComponent(id)}`),
    refetchOnMount: "always",
    gcTime: 0,
    retry: false,
  });
  const [erased, setErased] = useState<Erased | null>(null);
  return (
    <div className={admin.page}>
      <Link to="/admin/$area" params={{ area: "customer-data" }} className={admin.back!}>
        <ChevronLeft size={15} aria-hidden />
        <Trans>Customers’ data</Trans>
      </Link>
      {kept.isError && <p role="alert">{refusalText(kept.error)}</p>}
      {erased !== null && <Result erased={erased} />}
      {erased === null && kept.data !== undefined && <Customer kept={kept.data} onErased={setErased} onChanged={() => void kept.refetch()} />}
    </div>
  );
}

function Customer({ kept, onErased, onChanged }: { kept: Kept; onErased: (erased: Erased) => void; onChanged: () => void }) {
  const { t } = useLingui();
  const desk = useDesk();
  const user = useUser();
  const [erasing, setErasing] = useState(false);
  const erases = user?.rights.includes("people") === true;
  const open = kept.conversations.some((each) => each.open);
  const name = kept.name ?? t`Without a name`;
  return (
    <>
      <header className={admin.head}>
        <div>
          <h2>{name}</h2>
          <p>{t`Customer ${String(kept.id)}`}</p>
        </div>
      </header>
      <div className={classes.parts}>
        <Amounts kept={kept} />
        {kept.conversations.length > 0 && <Conversations kept={kept} />}
        <section className={admin.card} aria-label={t`Hand over`}>
          <h3>
            <Trans>Hand over</Trans>
          </h3>
          <p className={admin.lead}>
            <Trans>Everything that the customer has said and been told, with files and original mails. Agents’ notes are not part of it.</Trans>
          </p>
          {mayLook(user, "addresses") ? (
            <Button component="a" variant="default" className={admin.start!} leftSection={<Download size={16} aria-hidden />} href={desk.api.http.url(`/people/${kept.id}/export`)} download={`person-${kept.id}.zip`}>
              <Trans>Export as a file</Trans>
            </Button>
          ) : (
            <p className={admin.dialogText}>
              <Trans>The export contains addresses that you have no right to see.</Trans>
            </p>
          )}
        </section>
        {erases && (
          <section className={admin.card} aria-label={t`Erase`}>
            <h3>
              <Trans>Erase</Trans>
            </h3>
            <p className={admin.lead}>
              <Trans>Removes what was said, files, notes, addresses and the name. Figures for reports remain. This cannot be undone.</Trans>
            </p>
            {open && (
              <p className={admin.hint}>
                <Trans>A conversation with this customer is open. It has to be ended and wrapped up first.</Trans>
              </p>
            )}
            <Button color="red" variant="light" className={admin.start!} disabled={open} leftSection={<Trash2 size={16} aria-hidden />} onClick={() => setErasing(true)}>
              <Trans>Erase this customer…</Trans>
            </Button>
          </section>
        )}
      </div>
      {erasing && (
        <EraseDialog
          kept={kept}
          onErased={onErased}
          onClose={() => {
            setErasing(false);
            onChanged();
          }}
        />
      )}
    </>
  );
}

function Amounts({ kept }: { kept: Kept }) {
  const { t, i18n } = useLingui();
  const when = useWhen();
  const { counts } = kept;
  const size = counts.bytes > 0 ? ` (${fileSize(counts.bytes, i18n.locale)})` : "";
  const number = (value: number) => value.toLocaleString(i18n.locale);
  const rows: [string, string][] = [
    [t`Conversations`, number(counts.conversations)],
    [t`Messages`, number(counts.messages)],
    [t`Files`, number(counts.files) + size],
    [t`Original mails`, number(counts.mails)],
    [t`Workflows run`, number(counts.workflows)],
    [t`Agents’ notes`, number(counts.notes)],
    [t`Known since`, when(kept.created_at)],
  ];
  if (kept.email !== null) rows.push([t`E-mail address`, kept.email]);
  if (kept.phone !== null) rows.push([t`Phone`, kept.phone]);
  return (
    <section className={admin.card} aria-label={t`What is kept`}>
      <h3>
        <Trans>What is kept</Trans>
      </h3>
      <dl className={classes.amounts}>
        {rows.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        {kept.identities.length > 0 && (
          <div>
            <dt>{t`Known on channels as`}</dt>
            <dd>
              {kept.identities.map((each) => (
                <code key={each}>{each}</code>
              ))}
            </dd>
          </div>
        )}
      </dl>
    </section>
  );
}

function Conversations({ kept }: { kept: Kept }) {
  const { t } = useLingui();
  const more = kept.counts.conversations - kept.conversations.length;
  return (
    <section className={admin.card} aria-label={t`Conversations`}>
      <h3>
        <Trans>Conversations</Trans>
      </h3>
      <ul className={classes.conversations}>
        {kept.conversations.map((each) => (
          <ConversationRow key={each.id} conversation={each} />
        ))}
      </ul>
      {more > 0 && <p className={admin.lead}>{t`Older ones that are not listed here: ${more}`}</p>}
    </section>
  );
}

function ConversationRow({ conversation }: { conversation: KeptConversation }) {
  const { t } = useLingui();
  const when = useWhen();
  const { channel, account, messages, first_at, last_at, open } = conversation;
  const from = when(first_at);
  const to = when(last_at);
  return (
    <li>
      {channel !== "" && <ChannelIcon channel={channel} />}
      <span className={admin.what}>
        <b>{account}</b>
        <span>{[from === "" || from === to ? to : `${from} – ${to}`, t`messages: ${messages}`].filter(Boolean).join(" · ")}</span>
      </span>
      {open && <span className={classes.open}>{t`Open`}</span>}
    </li>
  );
}

function Result({ erased }: { erased: Erased }) {
  const { t } = useLingui();
  const user = useUser();
  const { messages, conversations, files, inputs } = erased;
  return (
    <section className={admin.card} aria-label={t`Erased`}>
      <h2 tabIndex={-1} ref={(heading) => heading?.focus()} className={classes.done}>
        <Trans>The customer is erased</Trans>
      </h2>
      <p role="status" className={admin.dialogText}>
        {t`Erased: messages ${messages}, conversations ${conversations}, files ${files}, raw inputs ${inputs}.`}
      </p>
      <p className={admin.lead}>
        <Trans>Backups made before still contain the data until they run out; so does what the provider keeps.</Trans>
      </p>
      {mayLook(user, "audit") && (
        <p className={classes.more}>
          <Link to="/admin/$area" params={{ area: "audit" }}>
            <Trans>The audit log tells who did this and when.</Trans>
          </Link>
        </p>
      )}
    </section>
  );
}
