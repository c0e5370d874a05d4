import { ActionIcon, Button } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import type { FloorAgent, FloorTask } from "@rapport/api-client";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useEffect, useState } from "react";
import { ChannelIcon } from "../../shared/ChannelIcon.tsx";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { agentName } from "../../shared/people.ts";
import type { Board } from "./board.ts";
import type { Focus } from "./FloorPage.tsx";
import { WatchPane } from "./WatchPane.tsx";
import classes from "./Floor.module.css";

interface Props {
  focus: Focus;
  name: string;
  agent: FloorAgent | undefined;
  board: Board;
  onClose: () => void;
}

/** The open conversations of a queue or an agent; one of them can be read live. */
export function TasksPane({ focus, name, agent, board, onClose }: Props) {
  const { t } = useLingui();
  const desk = useDesk();
  const client = useQueryClient();
  const [open, setOpen] = useState<FloorTask | null>(null);
  const key = ["floor-tasks", focus.kind, focus.id];
  const tasks = useQuery({
    queryKey: key,
    queryFn: () => desk.api.floorTasks(focus.kind === "queue" ? { queue_id: focus.id } : { agent_id: focus.id }),
  });
  // The counters say when the list has changed; nothing is asked for in between.
  const queue = board.queues.find(({ id }) => focus.kind === "queue" && id === focus.id);
  useEffect(() => {
    void client.invalidateQueries({ queryKey: ["floor-tasks", focus.kind, focus.id] });
  }, [client, focus, queue, agent]);
  if (open !== null) return <WatchPane key={open.task.id} floorTask={open} onBack={() => setOpen(null)} />;
  const items = tasks.data?.items ?? [];
  return (
    <aside className={classes.aside} aria-label={name}>
      <div className={classes.asideHead}>
        <h3>{name}</h3>
        {agent !== undefined && (
          <Button size="xs" variant="default" onClick={() => desk.ui.open({ name: "agent_state", agentId: agent.id })}>
            <Trans>Change state</Trans>
          </Button>
        )}
        <ActionIcon variant="subtle" color="gray" aria-label={t`Close`} onClick={onClose}>
          <X size={18} />
        </ActionIcon>
      </div>
      {tasks.isError && <p className={classes.empty}>{errorText(tasks.error)}</p>}
      {tasks.data !== undefined && items.length === 0 && (
        <p className={classes.empty}>
          <Trans>No open conversations here.</Trans>
        </p>
      )}
      <ul className={classes.tasks}>
        {items.map((item) => (
          <li key={item.task.id}>
            <TaskLine item={item} onOpen={() => setOpen(item)} />
          </li>
        ))}
      </ul>
    </aside>
  );
}

function TaskLine({ item, onOpen }: { item: FloorTask; onOpen: () => void }) {
  const { t } = useLingui();
  const owner = item.task.legs.findLast((leg) => leg.role === "owner" && (leg.state === "active" || leg.state === "offered"));
  const who = useDeskState((state) => (owner === undefined ? null : agentName(state.catalog, owner.agent_id))) ?? null;
  const state = who === null ? (item.task.state === "ended" ? t`Wrap-up` : item.task.state === "asking" ? t`Is being asked` : t`Waiting`) : owner?.state === "offered" ? t`Rings at ${who}` : who;
  return (
    <button type="button" className={classes.task} onClick={onOpen}>
      <ChannelIcon channel={item.task.channel} />
      <span>
        <b>{item.name ?? t`Visitor`}</b>
        <small>{item.text}</small>
      </span>
      <small>{state}</small>
    </button>
  );
}
