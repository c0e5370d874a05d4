import { Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import type { Task } from "@rapport/api-client";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Layers } from "lucide-react";
import { useState, type ReactNode } from "react";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { ChannelIcon } from "../../shared/ChannelIcon.tsx";
import { errorText } from "../../shared/error-text.ts";
import { channelName } from "../../shared/people.ts";
import { useStore } from "../../shared/store.ts";
import { clock, secondsSince, useNow } from "../../shared/time.ts";
import classes from "./QueuesPage.module.css";

/** Who waits in which queue; where the queue allows it, the agent takes a request by hand. */
export function QueuesPage() {
  const { t } = useLingui();
  const supervises = useDeskState((state) => state.user.roles.some((role) => role !== "agent")) === true;
  const all = useDeskState((state) => state.catalog.queues) ?? [];
  const queues = all.filter((queue) => queue.self_assign || supervises);
  const [chosen, setChosen] = useState<number | null>(null);
  const current = queues.find((queue) => queue.id === chosen) ?? queues[0];
  return (
    <div className={classes.page}>
      <header>
        <h2>
          <Trans>Queues</Trans>
        </h2>
        <div className={classes.tabs} role="group" aria-label={t`Queues`}>
          {queues.map((queue) => (
            <button key={queue.id} type="button" aria-pressed={queue === current} onClick={() => setChosen(queue.id)}>
              {queue.name}
            </button>
          ))}
        </div>
      </header>
      {current === undefined ? (
        <Empty>
          <Trans>No queue lets you take conversations by hand. They are offered to you.</Trans>
        </Empty>
      ) : (
        <Waiting key={current.id} queueId={current.id} />
      )}
    </div>
  );
}

function Waiting({ queueId }: { queueId: number }) {
  const desk = useDesk();
  const tasks = useInfiniteQuery({
    queryKey: ["queue", queueId],
    queryFn: ({ pageParam }) => desk.api.queueTasks(queueId, pageParam),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: (query) => (query.state.error === null ? 5000 : false),
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
    <ul className={classes.list}>
      {list.map((task) => (
        <WaitingRow key={task.id} task={task} onTaken={() => void tasks.refetch()} />
      ))}
      {tasks.hasNextPage && (
        <Button variant="default" onClick={() => void tasks.fetchNextPage()}>
          <Trans>Show more</Trans>
        </Button>
      )}
    </ul>
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

function WaitingRow({ task, onTaken }: { task: Task; onTaken: () => void }) {
  const { t } = useLingui();
  const desk = useDesk();
  const now = useNow();
  const busy = useStore(desk.busy, (set) => set.has(task.id));
  const take = async () => {
    if (await desk.takeFromQueue(task)) desk.ui.openTask(task.id);
    else onTaken();
  };
  const name = task.variables["name"] ?? channelName(task.channel);
  return (
    <li>
      <ChannelIcon channel={task.channel} />
      <div className={classes.who}>
        <b>{name}</b>
        <span>{t`Priority ${task.priority}`}</span>
      </div>
      <time>{clock(secondsSince(task.queued_at, now))}</time>
      <Button size="xs" variant="light" loading={busy} onClick={() => void take()}>
        <Trans>Take</Trans>
      </Button>
    </li>
  );
}
