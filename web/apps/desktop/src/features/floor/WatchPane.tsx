import { ActionIcon, Button, Select, Textarea } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import type { FloorTask, Message, Task } from "@rapport/api-client";
import { mergeMessages } from "@rapport/event-store";
import { ChevronLeft } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { errorText } from "../../shared/error-text.ts";
import { agentName, capabilitiesOf } from "../../shared/people.ts";
import { useStore } from "../../shared/store.ts";
import { timeOfDay } from "../../shared/time.ts";
import { announcementText } from "../conversation/announcement-text.ts";
import { MessageBody } from "../conversation/MessageBody.tsx";
import classes from "./Floor.module.css";

/** Another's conversation, live and read-only; the supervisor whispers, joins, takes over, hands on. */
export function WatchPane({ floorTask, onBack }: { floorTask: FloorTask; onBack: () => void }) {
  const { t } = useLingui();
  const { task, messages, error, took } = useWatched(floorTask.task);
  const name = floorTask.name ?? t`Visitor`;
  const owner = task.legs.find((leg) => leg.role === "owner" && leg.state === "active");
  const who = useDeskState((state) => (owner === undefined ? null : agentName(state.catalog, owner.agent_id))) ?? null;
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const box = end.current;
    if (box !== null) box.scrollTop = box.scrollHeight;
  }, [messages.length]);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const under = task.state === "ended" ? t`Ended` : task.state === "asking" ? t`Is being asked` : who === null ? t`Waiting` : t`With ${who}`;
  return (
    <aside className={classes.aside} aria-label={t`Conversation with ${name}`} onKeyDown={(event) => event.key === "Escape" && onBack()}>
      <div className={classes.asideHead}>
        <ActionIcon variant="subtle" color="gray" aria-label={t`Back`} onClick={onBack}>
          <ChevronLeft size={18} />
        </ActionIcon>
        <h3 ref={heading} tabIndex={-1}>
          {name}
          <small>{under}</small>
        </h3>
      </div>
      <Actions task={task} took={took} />
      <div ref={end} className={classes.thread} role="log" aria-label={t`Messages`} tabIndex={0}>
        {error !== null && <p className={classes.empty}>{errorText(error)}</p>}
        {messages.map((message) => (
          <Line key={message.id} message={message} customer={name} />
        ))}
      </div>
      {owner !== undefined && <Whisper task={task} />}
    </aside>
  );
}

/** The conversation's messages and task, as long as it is shown. */
function useWatched(given: Task) {
  const desk = useDesk();
  const [task, setTask] = useState(given);
  const [messages, setMessages] = useState<readonly Message[]>([]);
  const [error, setError] = useState<unknown>(null);
  const { id, conversation_id } = given;
  useEffect(() => {
    let gone = false;
    const took = (next: Task) => setTask((held) => (next.version > held.version ? next : held));
    const read = async () => {
      try {
        const [page, watched] = await Promise.all([desk.api.messages(conversation_id, { limit: 100 }), desk.api.watch(id)]);
        if (gone) return;
        setMessages((held) => mergeMessages(held, page.items));
        took(watched.task);
      } catch (reason) {
        if (!gone) setError(reason);
      }
    };
    desk.connection.look("watch", conversation_id);
    const stopCommits = desk.onCommit((events) => {
      const news = events.flatMap(({ message }) => (message?.conversation_id === conversation_id ? [message] : []));
      if (news.length > 0) setMessages((held) => mergeMessages(held, news));
      for (const event of events) if (event.task?.id === id) took(event.task);
    });
    const stopState = desk.connection.state.subscribe(() => {
      if (desk.connection.state.get() === "live") void read();
    });
    void read();
    return () => {
      gone = true;
      stopCommits();
      stopState();
      desk.connection.look("watch", null, false);
    };
  }, [desk, id, conversation_id]);
  return { task, messages, error, took: (next: Task) => setTask((held) => (next.version > held.version ? next : held)) };
}

function Actions({ task, took }: { task: Task; took: (task: Task) => void }) {
  const { t } = useLingui();
  const desk = useDesk();
  const busy = useStore(desk.busy, (set) => set.has(task.id));
  const me = useDeskState((state) => state.me.id);
  const conference = useDeskState((state) => capabilitiesOf(state.catalog, task).conference_with.length > 0) === true;
  const mine = task.legs.find((leg) => leg.agent_id === me && leg.state === "active");
  const active = task.state === "active";
  if (task.state === "ended") return null;
  const enter = async (verb: "join" | "take-over") => {
    if (await desk.steer(task, verb)) desk.ui.openTask(task.id);
  };
  const change = (verb: "requeue" | "prioritise", body: object = {}) =>
    void desk.run(task.id, async () => took((await desk.api.steer(task, verb, body)).task));
  return (
    <div className={classes.actions}>
      {active && conference && mine === undefined && (
        <Button size="xs" variant="light" disabled={busy} onClick={() => void enter("join")}>
          <Trans>Join</Trans>
        </Button>
      )}
      {active && mine?.role !== "owner" && (
        <Button size="xs" variant="light" disabled={busy} onClick={() => void enter("take-over")}>
          <Trans>Take over</Trans>
        </Button>
      )}
      <Button size="xs" variant="default" disabled={busy} onClick={() => desk.ui.open({ name: "reassign", steered: task })}>
        <Trans>Reassign</Trans>
      </Button>
      {task.state !== "queued" && (
        <Button size="xs" variant="default" disabled={busy} onClick={() => change("requeue")}>
          <Trans>Back to the queue</Trans>
        </Button>
      )}
      <Select
        size="xs"
        w={112}
        allowDeselect={false}
        aria-label={t`Priority`}
        data={[1, 2, 3, 4, 5, 6, 7, 8, 9].map((level) => ({ value: String(level), label: t`Priority ${level}` }))}
        value={String(task.priority)}
        onChange={(value) => change("prioritise", { priority: Number(value) })}
      />
    </div>
  );
}

function Line({ message, customer }: { message: Message; customer: string }) {
  const { t, i18n } = useLingui();
  const catalog = useDeskState((state) => state.catalog);
  if (catalog === undefined) return null;
  const time = timeOfDay(message.created_at, i18n.locale);
  if (message.direction === "announcement") {
    return (
      <div className={classes.event}>
        {message.announcement === null ? message.text : announcementText(message.announcement, catalog)} · {time}
      </div>
    );
  }
  const author = message.direction === "inbound" ? customer : message.author.kind === "system" ? t`Automatic message` : agentName(catalog, message.author.id);
  const kind = message.purpose === "whisper" ? t`Whisper` : message.direction === "note" ? t`Internal note` : null;
  return (
    <div className={classes.line} data-direction={message.direction}>
      <MessageBody conversationId={message.conversation_id} text={message.text} attachments={message.attachments} content={message.content} />
      <small>{[author, kind, time].filter(Boolean).join(" · ")}</small>
    </div>
  );
}

function Whisper({ task }: { task: Task }) {
  const { t } = useLingui();
  const desk = useDesk();
  const [text, setText] = useState("");
  const busy = useStore(desk.busy, (set) => set.has(task.id));
  const send = async () => {
    if (text.trim() === "") return;
    if (await desk.run(task.id, async () => void (await desk.api.whisper(task.id, text)))) setText("");
  };
  return (
    <div className={classes.whisper}>
      <Textarea
        autosize
        maxRows={4}
        aria-label={t`Whisper to the agent`}
        placeholder={t`Whisper to the agent; the customer never sees it`}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey) return;
          event.preventDefault();
          void send();
        }}
      />
      <Button disabled={text.trim() === ""} loading={busy} onClick={() => void send()}>
        <Trans>Whisper</Trans>
      </Button>
    </div>
  );
}
