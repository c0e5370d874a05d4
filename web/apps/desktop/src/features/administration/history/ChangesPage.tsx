import { Button, NativeSelect } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { ApiError } from "@rapport/api-client";
import { Link } from "@tanstack/react-router";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { useState } from "react";
import { Dialog } from "../../../shared/Dialog.tsx";
import { useDesk, useUser } from "../../../shared/desk.ts";
import { errorText } from "../../../shared/error-text.ts";
import { mayLook } from "../../../shared/rights.ts";
import { areaOfKind, areas } from "../areas.ts";
import { useItems, useKinds } from "../data.ts";
import { DifferenceList } from "../DifferenceList.tsx";
import { refusalText } from "../forms/errors.ts";
import { fieldsOf, words } from "../forms/schema.ts";
import type { Difference } from "../forms/values.ts";
import { InvitationRow, useInvitationEntries } from "./Invitations.tsx";
import { useWhen } from "../when.ts";
import admin from "../Admin.module.css";
import classes from "./Changes.module.css";

/** What the filter calls them; no kind of the configuration has this name. */
const INVITATIONS = "invitations";

interface Thing {
  action: "created" | "replaced" | "deleted";
  kind: string;
  item_id: number;
  name: string;
  exists: boolean;
  fields: Difference[];
  secrets: string[];
  password: boolean;
}

interface Change {
  id: string;
  at: string;
  actor: { id: number; name: string } | null;
  changes: Thing[];
}

/** Who has changed what in the configuration, newest first; each change can be undone. */
export function ChangesPage() {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const [kind, setKind] = useState("");
  const [person, setPerson] = useState("");
  const user = useUser();
  const users = useItems("users");
  const kinds = useKinds();
  const log = useInfiniteQuery({
    enabled: kind !== INVITATIONS,
    queryKey: ["admin", "changes", kind, person],
    queryFn: ({ pageParam }) =>
      desk.api.http.get<{ items: Change[]; next: string | null }>("/config/changes", { cursor: pageParam, kind: kind || undefined, actor_id: person || undefined, limit: 30 }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
  });
  const changes = kind === INVITATIONS ? [] : (log.data?.pages.flatMap(({ items }) => items) ?? []);
  const until = kind === INVITATIONS || log.hasNextPage !== true ? undefined : changes.at(-1)?.at;
  const invited = useInvitationEntries(kind === "" || kind === INVITATIONS, person, until);
  const rows = [...changes, ...invited].sort((a, b) => b.at.localeCompare(a.at));
  const nameOf = (each: string) => {
    const area = areas.find((one) => one.kind === each);
    return each === "settings" ? t`Settings` : area === undefined ? words(each) : i18n._(area.title);
  };
  return (
    <div className={admin.page}>
      <header className={admin.head}>
        <div>
          <h2>
            <Trans>Changes</Trans>
          </h2>
          <p>
            <Trans>Who has changed what. Undoing brings back what was before, as a new version.</Trans>
          </p>
        </div>
      </header>
      <div className={classes.filters}>
        <NativeSelect label={t`What`} value={kind} onChange={(event) => setKind(event.currentTarget.value)} data={[{ value: "", label: t`Everything` }, ...(kinds.data ?? []).map((each) => ({ value: each.kind, label: nameOf(each.kind) })), ...(mayLook(user, "audit") ? [{ value: INVITATIONS, label: t`Invitations` }] : [])]} />
        <NativeSelect label={t`Who`} value={person} onChange={(event) => setPerson(event.currentTarget.value)} data={[{ value: "", label: t`Everybody` }, ...(users.data ?? []).map((user) => ({ value: String(user.id), label: user.name }))]} />
      </div>
      {log.isError && <p role="alert">{errorText(log.error)}</p>}
      {(kind === INVITATIONS || log.data !== undefined) && rows.length === 0 && (
        <p className={admin.empty}>
          <Trans>Nothing has been changed.</Trans>
        </p>
      )}
      <ol className={classes.log} aria-label={t`Changes`}>
        {rows.map((row) => ("kind" in row ? <InvitationRow key={`invitation-${row.id}`} entry={row} /> : <ChangeRow key={row.id} change={row} />))}
      </ol>
      {kind !== INVITATIONS && log.hasNextPage && (
        <Button variant="default" mb="xl" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
          <Trans>Show more</Trans>
        </Button>
      )}
    </div>
  );
}

function ChangeRow({ change }: { change: Change }) {
  const { t } = useLingui();
  const when = useWhen();
  const who = change.actor?.name ?? t`A command on the server`;
  return (
    <li className={classes.change}>
      <header>
        <b>{who}</b>
        <time dateTime={change.at}>{when(change.at)}</time>
        <UndoButton change={change} />
      </header>
      {change.changes.map((thing) => (
        <ThingRow key={`${thing.kind}-${thing.item_id}`} thing={thing} />
      ))}
    </li>
  );
}

function ThingRow({ thing }: { thing: Thing }) {
  const { t, i18n } = useLingui();
  const kinds = useKinds();
  const [open, setOpen] = useState(false);
  const schema = kinds.data?.find(({ kind }) => kind === thing.kind)?.json_schema;
  const area = areas.find(({ kind }) => kind === thing.kind);
  const what = thing.kind === "settings" ? t`Settings` : area === undefined ? words(thing.kind) : i18n._(area.one);
  const verb = { created: t`created`, replaced: t`changed`, deleted: t`deleted` }[thing.action];
  const few = thing.fields.length <= 4;
  return (
    <div className={classes.thing} data-action={thing.action}>
      <p>
        <span className={classes.verb}>{verb}</span> {what}{" "}
        {thing.exists ? (
          <Link to="/admin/$area/$item" params={{ area: areaOfKind(thing.kind), item: String(thing.item_id) }}>
            {thing.name}
          </Link>
        ) : (
          <b>{thing.name}</b>
        )}
      </p>
      {(few || open) && thing.fields.length > 0 && <DifferenceList fields={schema === undefined ? [] : fieldsOf(schema)} changed={thing.fields} only={thing.action === "created" ? "after" : thing.action === "deleted" ? "before" : undefined} />}
      {!few && (
        <Button variant="subtle" size="compact-sm" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? t`Fewer fields` : t`All fields (${thing.fields.length})`}
        </Button>
      )}
      {thing.action === "replaced" && thing.fields.length === 0 && thing.secrets.length === 0 && !thing.password && (
        <p className={classes.quiet}>
          <Trans>Stored again without a difference.</Trans>
        </p>
      )}
      {thing.secrets.length > 0 && <p className={classes.quiet}>{t`Secrets given: ${thing.secrets.join(", ")}`}</p>}
      {thing.password && (
        <p className={classes.quiet}>
          <Trans>A password was given.</Trans>
        </p>
      )}
    </div>
  );
}

function UndoButton({ change }: { change: Change }) {
  const { t } = useLingui();
  const desk = useDesk();
  const client = useQueryClient();
  const [waiting, setWaiting] = useState(false);
  const [refused, setRefused] = useState<unknown>(null);
  const [done, setDone] = useState(false);
  const undo = async (overLater: boolean) => {
    setWaiting(true);
    setRefused(null);
    try {
      await desk.api.http.post(`/config/changes/${change.id}/undo`, { over_later: overLater });
      setDone(true);
      await client.invalidateQueries({ queryKey: ["admin"] });
    } catch (error) {
      setRefused(error);
    } finally {
      setWaiting(false);
    }
  };
  const name = change.changes.map((thing) => thing.name).join(", ");
  const again = refused instanceof ApiError && refused.code === "changed_since" && refused.details["gone"] !== true;
  return (
    <>
      <span role="status" className={classes.quiet}>
        {done ? t`Undone.` : ""}
      </span>
      <Button variant="default" size="compact-sm" loading={waiting} leftSection={<Undo2 size={14} aria-hidden />} aria-label={t`Undo: ${name}`} onClick={() => void undo(false)}>
        <Trans>Undo</Trans>
      </Button>
      {refused !== null && (
        <Dialog
          title={again ? t`Changed again since then` : t`This can't be undone`}
          onClose={() => setRefused(null)}
          footer={
            again ? (
              <>
                <Button variant="default" onClick={() => setRefused(null)} data-autofocus>
                  <Trans>Keep it as it is</Trans>
                </Button>
                <Button loading={waiting} onClick={() => void undo(true)}>
                  <Trans>Undo all the same</Trans>
                </Button>
              </>
            ) : (
              <Button onClick={() => setRefused(null)} data-autofocus>
                <Trans>Close</Trans>
              </Button>
            )
          }
        >
          {again ? (
            <Trans>Undoing this would take the later changes of the same thing back too.</Trans>
          ) : (
            <p className={admin.dialogText}>{refusalText(refused)}</p>
          )}
        </Dialog>
      )}
    </>
  );
}
