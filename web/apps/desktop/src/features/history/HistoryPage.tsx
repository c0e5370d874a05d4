import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { Trans, useLingui } from "@lingui/react/macro";
import type { HandledPart } from "@rapport/api-client";
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { History, Search } from "lucide-react";
import { useEffect, useState } from "react";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { ChannelIcon } from "../../shared/ChannelIcon.tsx";
import { errorText } from "../../shared/error-text.ts";
import { channelName, customerName, queueName } from "../../shared/people.ts";
import { clock, longDay, timeOfDay } from "../../shared/time.ts";
import { CHANNELS } from "../search/asked.ts";
import { ended } from "./ended.ts";
import classes from "./HistoryPage.module.css";

/** The agent's own conversations of the last 24 hours, to look up and to read again. */
export function HistoryPage() {
  const { t } = useLingui();
  const desk = useDesk();
  const client = useQueryClient();
  const [words, setWords] = useState("");
  const [channel, setChannel] = useState("");
  const [typed] = useDebouncedValue(words.trim(), 180);
  const parts = useInfiniteQuery({
    queryKey: ["history", typed, channel],
    queryFn: ({ pageParam, signal }) => desk.api.history({ q: typed || undefined, channel: channel || undefined }, pageParam, { signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    placeholderData: (before) => before,
    staleTime: 0,
    retry: false,
  });
  // A part that has just ended, or got its reasons, belongs here at once.
  useEffect(
    () =>
      desk.onCommit((events) => {
        if (events.some(({ task }) => task !== undefined)) void client.invalidateQueries({ queryKey: ["history"] });
      }),
    [client, desk],
  );
  const list = parts.data?.pages.flatMap((page) => page.items);
  const narrowed = typed !== "" || channel !== "";
  return (
    <div className={classes.page}>
      <header className={classes.top}>
        <h2>
          <Trans>My last day</Trans>
        </h2>
        <p>
          <Trans>Conversations that you have handled in the last 24 hours.</Trans>
        </p>
        <div className={classes.filters} role="search">
          <TextInput
            size="sm"
            leftSection={<Search size={15} aria-hidden />}
            aria-label={t`Customer or queue`}
            placeholder={t`Customer or queue`}
            maxLength={100}
            value={words}
            onChange={(event) => setWords(event.currentTarget.value)}
          />
          <NativeSelect
            size="sm"
            aria-label={t`Channel`}
            value={channel}
            onChange={(event) => setChannel(event.currentTarget.value)}
            data={[{ value: "", label: t`All channels` }, ...CHANNELS.map((value) => ({ value, label: channelName(value) }))]}
          />
        </div>
      </header>
      <div className={classes.results} aria-live="polite">
        {parts.isError && <p className={classes.note}>{errorText(parts.error)}</p>}
        {list?.length === 0 && (
          <div className={classes.note}>
            <History size={32} strokeWidth={1.4} aria-hidden />
            <p>{narrowed ? t`None of your conversations of the last day is like that.` : t`Nothing yet. What you have handled is listed here for a day.`}</p>
          </div>
        )}
        {list !== undefined && list.length > 0 && (
          <ul className={classes.list}>
            {list.map((part) => (
              <PartRow key={part.id} part={part} />
            ))}
          </ul>
        )}
        {parts.hasNextPage && (
          <Button mt={14} variant="default" loading={parts.isFetchingNextPage} onClick={() => void parts.fetchNextPage()}>
            <Trans>Show more</Trans>
          </Button>
        )}
      </div>
    </div>
  );
}

function PartRow({ part }: { part: HandledPart }) {
  const { t, i18n } = useLingui();
  const desk = useDesk();
  const catalog = useDeskState((state) => state.catalog);
  const held = useDeskState((state) => [...state.tasks.values()].find((task) => task.conversation_id === part.conversation_id)?.id) ?? null;
  if (catalog === undefined) return null;
  const name = customerName(part.contact);
  const reasons = part.reason_ids.map((id) => catalog.reasons.find((reason) => reason.id === id)?.name ?? t`Removed reason`);
  const open = () => {
    if (held !== null) desk.ui.openTask(held);
    else desk.ui.open({ name: "reading", reading: { conversationId: part.conversation_id, title: name } });
  };
  const times = `${timeOfDay(part.accepted_at, i18n.locale)}–${timeOfDay(part.ended_at, i18n.locale)}`;
  return (
    <li>
      <button type="button" className={classes.part} onClick={open}>
        <ChannelIcon channel={part.channel} />
        <div className={classes.who}>
          <b>{name}</b>
          <span>
            {queueName(catalog, part.queue_id)}
            {part.role === "invited" && ` · ${t`Conference`}`}
            {held !== null && ` · ${t`Yours, open`}`}
          </span>
        </div>
        <div className={classes.how}>
          <b>{ended(part)}</b>
          <span>{part.handle_s === null ? t`Still to be wrapped up` : reasons.length > 0 ? reasons.join(", ") : t`No reason`}</span>
        </div>
        <div className={classes.when}>
          <time dateTime={part.ended_at}>
            {longDay(part.ended_at, i18n.locale)}, {times}
          </time>
          {part.rating !== null && <span>{t`Rated ${part.rating} of 5`}</span>}
          {part.handle_s !== null && <span>{t`Handle time ${clock(part.handle_s)}`}</span>}
        </div>
      </button>
    </li>
  );
}
