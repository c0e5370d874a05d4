import { Button, Checkbox, NativeSelect, SegmentedControl, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import type { FoundContact, FoundMessage, SearchFilters, SearchKind } from "@rapport/api-client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Search } from "lucide-react";
import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { Avatar } from "../../shared/Avatar.tsx";
import { ChannelIcon } from "../../shared/ChannelIcon.tsx";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { agentName, channelName, customerName, queueName } from "../../shared/people.ts";
import { longDay, timeOfDay } from "../../shared/time.ts";
import { asked, CHANNELS, kept } from "./asked.ts";
import classes from "./SearchPage.module.css";

/** Everything that was written, as far as the agent may see it: found by words, opened in place. */
export function SearchPage() {
  const { t } = useLingui();
  const [query, setQuery] = useState(kept.query);
  const [kind, setKind] = useState<SearchKind>(kept.kind);
  const [filters, setFilters] = useState<SearchFilters>(kept.filters);
  const [typed] = useDebouncedValue(query, 180);
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    Object.assign(kept, { query, kind, filters });
  }, [query, kind, filters]);

  const keys = (event: KeyboardEvent<HTMLElement>) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    const hits = [...(list.current?.querySelectorAll<HTMLElement>("[data-hit]") ?? [])];
    const at = hits.indexOf(document.activeElement as HTMLElement);
    const next = at + (event.key === "ArrowDown" ? 1 : -1);
    if (event.target instanceof HTMLSelectElement || hits.length === 0) return;
    event.preventDefault();
    if (next < 0) document.getElementById("search-field")?.focus();
    else hits[Math.min(next, hits.length - 1)]?.focus();
  };
  return (
    <div className={classes.page} onKeyDown={keys}>
      <div className={classes.top} role="search">
        <h2 className="visually-hidden">
          <Trans>Search</Trans>
        </h2>
        <TextInput
          id="search-field"
          className={classes.field!}
          size="md"
          autoFocus
          leftSection={<Search size={17} aria-hidden />}
          aria-label={t`Search for words`}
          placeholder={t`Words, names, numbers…`}
          maxLength={200}
          value={query}
          onChange={(event) => setQuery(event.currentTarget.value)}
        />
        <div className={classes.row}>
          <SegmentedControl
            aria-label={t`Search in`}
            value={kind}
            onChange={(value) => setKind(value as SearchKind)}
            data={[
              { value: "messages", label: t`Messages` },
              { value: "conversations", label: t`Conversations` },
              { value: "contacts", label: t`Customers` },
            ]}
          />
          {kind !== "contacts" && <Filters filters={filters} onChange={setFilters} />}
        </div>
      </div>
      <div className={classes.results} ref={list} aria-live="polite">
        {!/[\p{L}\p{N}]/u.test(typed) ? (
          <Note>
            <Trans>Write a word. The last one may be the beginning of one; case and accents don't matter.</Trans>
          </Note>
        ) : kind === "contacts" ? (
          <Contacts query={typed} />
        ) : (
          <Messages query={typed} kind={kind} filters={filters} />
        )}
      </div>
    </div>
  );
}

function Filters({ filters, onChange }: { filters: SearchFilters; onChange: (filters: SearchFilters) => void }) {
  const { t } = useLingui();
  const catalog = useDeskState((state) => state.catalog);
  const set = (name: keyof SearchFilters, value: string) => onChange({ ...filters, [name]: value });
  if (catalog === undefined) return null;
  const named = (all: string, list: readonly { id: number; name: string }[]) => [{ value: "", label: all }, ...list.map(({ id, name }) => ({ value: String(id), label: name }))];
  return (
    <>
      <NativeSelect size="xs" aria-label={t`Channel`} value={filters.channel ?? ""} onChange={(event) => set("channel", event.currentTarget.value)} data={[{ value: "", label: t`All channels` }, ...CHANNELS.map((value) => ({ value, label: channelName(value) }))]} />
      <NativeSelect size="xs" aria-label={t`Queue`} value={filters.queue_id ?? ""} onChange={(event) => set("queue_id", event.currentTarget.value)} data={named(t`All queues`, catalog.queues)} />
      <NativeSelect size="xs" aria-label={t`Agent`} value={filters.agent_id ?? ""} onChange={(event) => set("agent_id", event.currentTarget.value)} data={named(t`All agents`, catalog.agents)} />
      <NativeSelect
        size="xs"
        aria-label={t`Time`}
        value={filters.since ?? ""}
        onChange={(event) => set("since", event.currentTarget.value)}
        data={[{ value: "", label: t`Any time` }, { value: "1", label: t`Last day` }, { value: "7", label: t`Last week` }, { value: "31", label: t`Last month` }, { value: "366", label: t`Last year` }]}
      />
      <NativeSelect
        size="xs"
        aria-label={t`State`}
        value={filters.state ?? ""}
        onChange={(event) => set("state", event.currentTarget.value)}
        data={[{ value: "", label: t`Open and ended` }, { value: "open", label: t`Open` }, { value: "ended", label: t`Ended` }]}
      />
      <Checkbox size="xs" label={t`With a file`} checked={filters.has_files === "true"} onChange={(event) => set("has_files", event.currentTarget.checked ? "true" : "")} />
    </>
  );
}

function Messages({ query, kind, filters }: { query: string; kind: "messages" | "conversations"; filters: SearchFilters }) {
  const desk = useDesk();
  const narrowed = useMemo(() => asked(filters, Date.now()), [filters]);
  const found = useInfiniteQuery({
    queryKey: ["search", kind, query, narrowed],
    queryFn: ({ pageParam, signal }) => desk.api.search(query, kind, narrowed, pageParam, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
    staleTime: 5_000,
    retry: false,
  });
  const hits = found.data?.pages.flatMap((page) => page.items);
  return (
    <Found error={found.error} empty={hits?.length === 0 && !found.hasNextPage} more={found.hasNextPage ? () => void found.fetchNextPage() : null}>
      {hits?.map((hit) => <MessageHit key={hit.message_id} hit={hit} />)}
    </Found>
  );
}

function Contacts({ query }: { query: string }) {
  const desk = useDesk();
  const found = useInfiniteQuery({
    queryKey: ["search", "contacts", query],
    queryFn: ({ pageParam, signal }) => desk.api.searchContacts(query, pageParam, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
    staleTime: 5_000,
    retry: false,
  });
  const hits = found.data?.pages.flatMap((page) => page.items);
  return (
    <Found error={found.error} empty={hits?.length === 0} more={found.hasNextPage ? () => void found.fetchNextPage() : null}>
      {hits?.map((contact) => <ContactHit key={contact.id} contact={contact} />)}
    </Found>
  );
}

function Found({ error, empty, more, children }: { error: unknown; empty: boolean; more: (() => void) | null; children: ReactNode }) {
  if (error !== null) return <Note>{errorText(error)}</Note>;
  if (empty) {
    return (
      <Note>
        <Trans>Nothing found. Fewer words or filters find more.</Trans>
      </Note>
    );
  }
  return (
    <>
      <ul className={classes.list}>{children}</ul>
      {more !== null && (
        <Button mt={14} variant="default" onClick={more}>
          <Trans>Show more</Trans>
        </Button>
      )}
    </>
  );
}

function MessageHit({ hit }: { hit: FoundMessage }) {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const catalog = useDeskState((state) => state.catalog);
  const name = customerName(hit.contact);
  const author = hit.author.kind === "agent" && catalog !== undefined ? agentName(catalog, hit.author.id) : null;
  const open = () => {
    if (hit.my_task_id === null) {
      desk.ui.open({ name: "reading", reading: { conversationId: hit.conversation_id, seq: hit.seq, title: name } });
    } else {
      desk.ui.openTask(hit.my_task_id);
      desk.ui.jump.set({ conversationId: hit.conversation_id, seq: hit.seq });
    }
  };
  return (
    <li>
      <button type="button" className={classes.hit} data-hit onClick={open}>
        {hit.channel !== null && <ChannelIcon channel={hit.channel} />}
        <div className={classes.body}>
          <div className={classes.head}>
            <b>{name}</b>
            <span>
              {[
                hit.queue_id === null || catalog === undefined ? null : queueName(catalog, hit.queue_id),
                author,
                hit.direction === "note" ? t`Internal note` : null,
                hit.my_task_id !== null ? t`Yours, open` : hit.state === "ended" ? t`Ended` : null,
              ]
                .filter((part) => part !== null)
                .join(" · ")}
            </span>
            {hit.found !== undefined && (
              <span>
                <Plural value={hit.found} one="# message" other="# messages" />
              </span>
            )}
            <time dateTime={hit.at}>
              {longDay(hit.at, i18n.locale)} {timeOfDay(hit.at, i18n.locale)}
            </time>
          </div>
          <p className={classes.text}>{hit.excerpt.map(({ text, found }, index) => (found ? <mark key={index}>{text}</mark> : <span key={index}>{text}</span>))}</p>
        </div>
      </button>
    </li>
  );
}

function ContactHit({ contact }: { contact: FoundContact }) {
  const desk = useDesk();
  const name = customerName(contact);
  return (
    <li>
      <button type="button" className={classes.hit} data-hit onClick={() => desk.ui.open({ name: "contact", contactId: contact.id })}>
        <Avatar name={name} size={34} />
        <div className={classes.body}>
          <div className={classes.head}>
            <b>{name}</b>
            <span>{contact.channels.map(channelName).join(" · ")}</span>
            <span>
              <Plural value={contact.conversations} one="# conversation" other="# conversations" />
            </span>
          </div>
          <p className={classes.text}>{[contact.email, contact.phone].filter(Boolean).join(" · ")}</p>
        </div>
      </button>
    </li>
  );
}

function Note({ children }: { children: ReactNode }) {
  return (
    <div className={classes.note}>
      <Search size={32} strokeWidth={1.4} aria-hidden />
      <p>{children}</p>
    </div>
  );
}
