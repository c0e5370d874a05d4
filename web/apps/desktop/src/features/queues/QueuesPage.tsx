import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import type { WaitingQueue, WaitingTask } from "@rapport/api-client";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Layers } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { ChannelIcon } from "../../shared/ChannelIcon.tsx";
import { errorText } from "../../shared/error-text.ts";
import { customerName } from "../../shared/people.ts";
import { clock, secondsSince, useNow } from "../../shared/time.ts";
import { TakeButton } from "./TakeButton.tsx";
import classes from "./QueuesPage.module.css";

const FRESH_MS = 5000;

/** Who waits in which queue; a conversation is read first, and taken by hand where the queue allows it. */
export function QueuesPage() {
  const { t } = useLingui();
  const desk = useDesk();
  const [chosen, setChosen] = useState<number | null>(null);
  const queues = useQuery({
    queryKey: ["queues"],
    queryFn: () => desk.api.queues(),
    refetchInterval: (query) => (query.state.error === null ? FRESH_MS : false),
  });
  const ready = useDeskState((state) => state.me.status === "available" && state.me.pending === null) === true;
  const items = queues.data?.items;
  const current = items?.find((queue) => queue.id === chosen) ?? items?.find((queue) => queue.waiting > 0) ?? items?.[0];
  return (
    <div className={classes.page}>
      <header>
        <h2>
          <Trans>Queues</Trans>
        </h2>
        {items !== undefined && items.length > 0 && (
          <div className={classes.tabs} role="group" aria-label={t`Queues`}>
            {items.map((queue) => (
              <button key={queue.id} type="button" aria-pressed={queue === current} aria-label={t`${queue.name}, ${queue.waiting} waiting`} onClick={() => setChosen(queue.id)}>
                {queue.name}
                <span>{queue.waiting}</span>
              </button>
            ))}
          </div>
        )}
      </header>
      {queues.isError && <p className={classes.empty}>{errorText(queues.error)}</p>}
      {!ready && current?.takes === true && current.waiting > 0 && (
        <p className={classes.hint}>
          <Trans>Become Available to take conversations. You can read them now.</Trans>
        </p>
      )}
      {items !== undefined && current === undefined && (
        <Empty>
          <Trans>No queue lets you take conversations by hand. They are offered to you.</Trans>
        </Empty>
      )}
      {current !== undefined && <Waiting key={current.id} queue={current} />}
    </div>
  );
}

function Waiting({ queue }: { queue: WaitingQueue }) {
  const desk = useDesk();
  const tasks = useInfiniteQuery({
    queryKey: ["queues", queue.id],
    queryFn: ({ pageParam }) => desk.api.queueTasks(queue.id, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: (query) => (query.state.error === null ? FRESH_MS : false),
  });
  if (tasks.isError) return <p className={classes.empty}>{errorText(tasks.error)}</p>;
  if (tasks.data === undefined) return null;
  const list = tasks.data.pages.flatMap((page) => page.items);
  if (list.length === 0) {
    return (
      <Empty>
        <Trans>Nobody is waiting in this queue.</Trans>
      </Empty>
    );
  }
  return (
    <>
      <ul className={classes.list}>
        {list.map((item) => (
          <WaitingRow key={item.task.id} item={item} takes={queue.takes} />
        ))}
      </ul>
      {tasks.hasNextPage && (
        <Button mt={14} variant="default" onClick={() => void tasks.fetchNextPage()}>
          <Trans>Show more</Trans>
        </Button>
      )}
    </>
  );
}

function Empty({ children }: { children: ReactNode }) {
  return (
    <div className={classes.empty}>
      <Layers size={32} strokeWidth={1.4} aria-hidden />
      <p>{children}</p>
    </div>
  );
}

function WaitingRow({ item, takes }: { item: WaitingTask; takes: boolean }) {
  const { t } = useLingui();
  const desk = useDesk();
  const now = useNow();
  const { task, contact, text } = item;
  const name = customerName(contact);
  const read = () => desk.ui.open({ name: "reading", reading: { conversationId: task.conversation_id, title: name }, waiting: { task, takes } });
  return (
    <li>
      <button type="button" className={classes.read} aria-label={t`Read ${name}`} onClick={read}>
        <ChannelIcon channel={task.channel} />
        <span className={classes.who}>
          <b>{name}</b>
          <span>{text === "" ? t`No message yet` : text}</span>
        </span>
        <span className={classes.rank}>{t`Priority ${task.priority}`}</span>
        <time>{clock(secondsSince(task.queued_at, now))}</time>
      </button>
      {takes && <TakeButton task={task} size="xs" label={t`Assign ${name} to me`} />}
    </li>
  );
}
