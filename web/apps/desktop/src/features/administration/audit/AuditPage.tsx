import { Button, NativeSelect, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { Download, Search } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useDesk } from "../../../shared/desk.ts";
import { errorText } from "../../../shared/error-text.ts";
import { useWhen } from "../when.ts";
import { kinds } from "./kinds.ts";
import classes from "../Admin.module.css";

interface Person {
  id: number;
  name: string;
}
interface Entry {
  id: number;
  at: string;
  kind: string;
  actor: Person | null;
  subject: Person | null;
  address: string | null;
  facts: Record<string, unknown>;
}
interface Page {
  items: Entry[];
  next: string | null;
}

/** What was done with accounts and customers’ data: searched, narrowed down by kind, and taken away as a table. */
export function AuditPage() {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const when = useWhen();
  const [text, setText] = useState("");
  const [kind, setKind] = useState("");
  const q = useDeferredValue(text.trim());
  const asked = { q: q || undefined, kind: kind || undefined };
  const log = useInfiniteQuery({
    queryKey: ["admin", "audit", asked],
    queryFn: ({ pageParam }) => desk.api.http.get<Page>("/audit", { ...asked, cursor: pageParam ?? undefined }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    placeholderData: keepPreviousData,
  });
  const entries = log.data?.pages.flatMap(({ items }) => items) ?? [];
  const wanted = Object.entries(asked).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  const titleOf = (one: string) => (kinds[one] === undefined ? one : i18n._(kinds[one]));
  return (
    <div className={classes.page}>
      <header className={classes.head}>
        <div>
          <h2>
            <Trans>Audit log</Trans>
          </h2>
          <p>
            <Trans>What was done with accounts and customers’ data, by whom and from where. Changes of the configuration have their own page.</Trans>
          </p>
        </div>
        <Button component="a" variant="default" leftSection={<Download size={16} aria-hidden />} href={desk.api.http.url(`/audit/export.csv?${new URLSearchParams(wanted)}`)} download>
          <Trans>As CSV</Trans>
        </Button>
      </header>
      <div className={classes.filters}>
        <TextInput
          aria-label={t`Search`}
          placeholder={t`Name, address, token …`}
          leftSection={<Search size={16} aria-hidden />}
          maxLength={200}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        <NativeSelect
          aria-label={t`What was done`}
          value={kind}
          onChange={(event) => setKind(event.currentTarget.value)}
          data={[{ value: "", label: t`Everything` }, ...Object.keys(kinds).map((value) => ({ value, label: titleOf(value) }))]}
        />
      </div>
      {log.isError && <p role="alert">{errorText(log.error)}</p>}
      {log.data !== undefined && entries.length === 0 && (
        <p className={classes.empty}>
          <Trans>Nothing found.</Trans>
        </p>
      )}
      <ul className={classes.list} aria-label={t`Audit log`}>
        {entries.map((entry) => (
          <li key={entry.id} className={classes.rowLink}>
            <span className={classes.what}>
              <b>
                {titleOf(entry.kind)}
                {about(entry)}
              </b>
              <span>{[who(entry, t`on the server`), entry.address, when(entry.at)].filter(Boolean).join(" · ")}</span>
            </span>
          </li>
        ))}
      </ul>
      {log.hasNextPage && (
        <Button variant="default" loading={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()}>
          <Trans>Show more</Trans>
        </Button>
      )}
    </div>
  );
}

/** What it was done to, where that is no account. */
function about({ facts }: Entry): string {
  if (typeof facts["name"] === "string") return `: ${facts["name"]}`;
  return typeof facts["contact_id"] === "number" ? `: ${facts["contact_id"]}` : "";
}

/** Who did it, and to whose account where that is another's. */
function who({ actor, subject }: Entry, server: string): string {
  const by = actor === null ? server : actor.name;
  return subject === null || subject.id === actor?.id ? by : `${by} › ${subject.name}`;
}
