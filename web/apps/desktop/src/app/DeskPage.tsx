import { Trans } from "@lingui/react/macro";
import { myLeg } from "@rapport/event-store";
import { MessagesSquare } from "lucide-react";
import { useEffect, useRef } from "react";
import { groupsOf } from "../features/task-list/rows.ts";
import { OfferCard } from "../features/offers/OfferCard.tsx";
import { useDesk, useDeskState, useTask } from "../shared/desk.ts";
import { later } from "../shared/later.tsx";
import { useOpenTaskId } from "../shared/open-task.ts";
import { useStore } from "../shared/store.ts";
import classes from "./DeskPage.module.css";

const Conversation = later(() => import("../features/conversation/Conversation.tsx"));

/** The open conversation, or a calm empty desk. */
export function DeskPage() {
  const desk = useDesk();
  const openId = useOpenTaskId();
  const task = useTask(openId);
  const leg = useDeskState((state) => (task === undefined ? undefined : myLeg(task, state.me.id)));
  const held = leg !== undefined && leg.state !== "offered";
  const was = useRef<number | null>(null);

  // Fetched while the agent looks at the list, so that the first conversation opens at once.
  useEffect(() => void Conversation.preload(), []);

  // When the open conversation is gone, the next one that needs the agent takes its place.
  useEffect(() => {
    if (held) {
      was.current = openId;
    } else if (openId !== null && was.current === openId && task === undefined) {
      was.current = null;
      const state = desk.state.get();
      const groups = state === null ? null : groupsOf(state);
      const next = groups?.active[0] ?? groups?.wrapUp[0];
      if (next === undefined) desk.ui.navigate("/");
      else desk.ui.openTask(next.task.id);
    }
  }, [desk, held, openId, task]);

  const accepting = useStore(desk.busy, (set) => openId !== null && set.has(openId));
  const row = useDeskState((state) => groupsOf(state).offered.find((each) => each.task.id === openId));
  if (row !== undefined) return <div className={classes.offer}>{!accepting && <OfferCard row={row} />}</div>;
  if (task === undefined || leg === undefined) return <Empty />;
  return <Conversation key={task.id} task={task} leg={leg} />;
}

function Empty() {
  const any = useDeskState((state) => state.tasks.size > 0);
  return (
    <div className={classes.empty}>
      <MessagesSquare size={36} strokeWidth={1.4} aria-hidden />
      <h2>{any === true ? <Trans>Choose a conversation</Trans> : <Trans>No conversations</Trans>}</h2>
      <p>
        {any === true ? (
          <Trans>Pick one from the list, or press Ctrl K.</Trans>
        ) : (
          <Trans>Requests that you accept open here.</Trans>
        )}
      </p>
    </div>
  );
}
