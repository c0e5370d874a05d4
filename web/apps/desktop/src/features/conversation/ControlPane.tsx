import { ActionIcon, Button } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import type { Leg, Task } from "@rapport/api-client";
import { Link } from "@tanstack/react-router";
import { ArrowLeft, ChevronDown, ChevronUp, ClipboardCheck, DoorOpen, Forward, MailOpen, MessageCircleQuestion, PanelRight, Pause, PhoneOff, Play, UserMinus, UsersRound, X, Zap, type LucideIcon } from "lucide-react";
import { useDesk, useDeskState } from "../../shared/desk.ts";
import { ChannelIcon } from "../../shared/ChannelIcon.tsx";
import { accountOf, agentName, capabilitiesOf, customerName, queueName, sourceName } from "../../shared/people.ts";
import { useStore } from "../../shared/store.ts";
import { clock, secondsSince, shortDate, useNow } from "../../shared/time.ts";
import { conferenceOf } from "../conference/phase.ts";
import { useCustomerPanel } from "../customer-panel/useCustomerPanel.ts";
import { taskActions, type TaskActionId } from "./actions.ts";
import { Tip } from "../../shared/Tip.tsx";
import classes from "./ControlPane.module.css";

const icons: Record<TaskActionId, LucideIcon> = {
  ask_to_end: MessageCircleQuestion,
  transfer: Forward,
  conference: UsersRound,
  cancel_conference: X,
  remove: UserMinus,
  end_conference: PhoneOff,
  exit: DoorOpen,
  end: X,
  park: Pause,
  resume: Play,
  wrap_up: ClipboardCheck,
  original: MailOpen,
  workflow: Zap,
};

/** Who this is, how the conversation stands, and what can be done with it. */
export function ControlPane({ task, leg }: { task: Task; leg: Leg }) {
  const { t } = useLingui();
  const desk = useDesk();
  const folded = useStore(desk.ui.state, (ui) => ui.paneFolded);
  const side = useCustomerPanel();
  const name = useDeskState((state) => customerName(state.contacts.get(task.contact_id)));
  return (
    <section className={classes.pane} aria-label={t`Interaction control`}>
      <div className={classes.top}>
        <Link to="/" className={classes.back!} aria-label={t`Back to the task list`}>
          <ArrowLeft size={19} />
        </Link>
        <ChannelIcon channel={task.channel} size={17} />
        <div className={classes.who}>
          <h2>{name}</h2>
          <PaneState task={task} leg={leg} />
        </div>
        <Actions task={task} leg={leg} />
        <Tip label={folded ? t`Show details` : t`Hide details`}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={34}
            aria-expanded={!folded}
            aria-label={t`Details`}
            onClick={() => desk.ui.set({ paneFolded: !folded })}
          >
            {folded ? <ChevronDown size={18} /> : <ChevronUp size={18} />}
          </ActionIcon>
        </Tip>
        <Tip label={side.open ? t`Hide the customer` : t`Show the customer`}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={34}
            aria-expanded={side.open}
            id="customer-panel-toggle"
            aria-label={t`Customer panel`}
            onClick={side.toggle}
          >
            <PanelRight size={18} />
          </ActionIcon>
        </Tip>
      </div>
      {!folded && <Fields task={task} leg={leg} />}
    </section>
  );
}

function PaneState({ task, leg }: { task: Task; leg: Leg }) {
  const { t } = useLingui();
  const now = useNow();
  const conference = conferenceOf(task);
  const partner = useDeskState((state) => (conference === null ? "" : agentName(state.catalog, conference.invited.agent_id)));
  const label =
    leg.state === "wrapping_up"
      ? t`Wrap-up`
      : conference?.phase === "requested"
        ? t`Conference Requested`
        : conference?.phase === "running"
          ? t`Conference`
          : task.parked_until !== null
            ? t`Parked`
            : t`Connected`;
  const since = leg.state === "wrapping_up" ? leg.wrap_up_at : leg.accepted_at;
  return (
    <div className={classes.state}>
      <span className={classes.label} data-conference={conference !== null} data-wrap={leg.state === "wrapping_up"}>
        {label}
      </span>
      {leg.state !== "wrapping_up" && partner !== "" && <span>{partner}</span>}
      <time>{clock(secondsSince(since ?? leg.offered_at, now))}</time>
      {task.customer_left_at !== null && leg.state === "active" && <span className={classes.left}>{t`Customer has left`}</span>}
    </div>
  );
}

function Actions({ task, leg }: { task: Task; leg: Leg }) {
  const { i18n } = useLingui();
  const desk = useDesk();
  const busy = useStore(desk.busy, (set) => set.has(task.id));
  const state = useStore(desk.state, (value) => value);
  const actions = state === null ? [] : taskActions(state, task, leg);
  return (
    <div className={classes.actions}>
      {actions.map((action) => {
        const Icon = icons[action.id];
        const label = i18n._(action.label);
        return (
          <Button
            key={action.id}
            className={classes.action!}
            data-minor={action.id === "park" || action.id === "original" || action.id === "ask_to_end" || action.id === "workflow" || undefined}
            data-workflow={action.id === "workflow" || undefined}
            size="xs"
            h={34}
            variant={action.tone === "plain" ? "default" : action.tone === "main" ? "filled" : "light"}
            color={action.tone === "danger" ? "red" : "blue"}
            leftSection={<Icon size={16} aria-hidden />}
            title={label}
            disabled={busy}
            onClick={() => action.run(desk)}
          >
            <span className={classes.actionText}>{label}</span>
          </Button>
        );
      })}
    </div>
  );
}

function Fields({ task, leg }: { task: Task; leg: Leg }) {
  const { t, i18n } = useLingui();
  const state = useDesk().state.get();
  const contact = useDeskState((s) => s.contacts.get(task.contact_id));
  if (state === null) return null;
  const { catalog } = state;
  const texts: Record<string, [string, string | null | undefined]> = {
    queue: [t`Queue`, queueName(catalog, task.queue_id)],
    email: [t`Email`, contact?.email],
    phone: [t`Phone`, contact?.phone],
    source: [t`Source`, sourceName(accountOf(catalog, task))],
    agent: [t`Agent`, agentName(catalog, task.legs.findLast((each) => each.role === "owner")?.agent_id ?? leg.agent_id)],
    date: [t`Date`, shortDate(task.queued_at, i18n.locale)],
  };
  const shown = capabilitiesOf(catalog, task).pane_fields.flatMap((field) => {
    const [label, value] = texts[field] ?? ["", null];
    return value === null || value === undefined ? [] : [{ label, value }];
  });
  return (
    <dl className={classes.fields}>
      {shown.map(({ label, value }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
