"""From decided events to everything a transaction writes: rows, thread lines, log, outbox.

`Recorder` is the only place where domain events become changes, so that state, announcements,
event log and outbox can never disagree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from rapport.application.announcements import announcement_for
from rapport.application.ask_survey import question_for
from rapport.application.configuration.snapshot import Configuration
from rapport.application.facts import agent_facts, facts_of, first_response, measures_of
from rapport.application.ports import Case, Changes, EventRecord
from rapport.application.views import agent_view, contact_view, message_view, task_view
from rapport.domain import events as e
from rapport.domain.agent import Agent
from rapport.domain.evolve import fold
from rapport.domain.message import (
    Announcement,
    Attachment,
    AuthorKind,
    Content,
    Conversation,
    DeliveryStatus,
    Direction,
    Message,
    Purpose,
)
from rapport.domain.task import Leg, LegState, Task

_OUT = Direction.OUTBOUND
_LIVE = (LegState.OFFERED, LegState.ACTIVE)
_CUSTOMER_STATE = (
    e.TaskAccepted,
    e.TaskStarted,
    e.TaskQueued,
    e.TaskRequeued,
    e.TaskEnded,
    e.TaskDropped,
    e.CustomerLeft,
    e.CustomerReturned,
    e.ConferenceJoined,
    e.ConferenceLeft,
    e.TaskTransferred,
    e.TaskReassigned,
    e.TaskTakenOver,
    e.SupervisorJoined,
    e.TaskRead,
)


class Recorder:
    """Collects the changes of one transaction."""

    def __init__(self, configuration: Configuration, ids: Iterator[int], now: datetime) -> None:
        self.configuration = configuration
        self.now = now
        self.changes = Changes()
        self._ids = ids
        self.agents: dict[int, Agent] = {}
        """Agents as this transaction has changed them so far."""

    def apply(self, case: Case, agents: Mapping[int, Agent], events: Sequence[e.Event]) -> Case:
        """Fold decided events into the case and record all that follows from them."""
        if not events:
            return case
        known = {**agents, **self.agents}
        before = case.task
        task, after = fold(before, known, events, self.now)
        case = replace(case, task=task)
        case = self._announce(case, before, events)
        case = replace(case, task=self._mark_left(case, before))
        case = replace(case, conversation=self._remember_owner(case, events))
        case = self._ask_survey(case, events)
        self._record_events(case, before, events)
        changed = {i: a for i, a in after.items() if a != known.get(i)}
        self._record_agents(changed, known, case.task)
        self._keep(case)
        return case

    def say(
        self,
        case: Case,
        *,
        author_kind: AuthorKind,
        author_id: int | None,
        text: str,
        attachments: tuple[Attachment, ...] = (),
        client_id: str | None = None,
        note: bool = False,
        purpose: Purpose | None = None,
        content: Content | None = None,
        hold_s: float = 0,
    ) -> tuple[Case, Message]:
        """Add an agent's or the system's message to the thread, and to the outbox if pushed.

        For `hold_s` seconds it can be taken back there.
        """
        account = self.configuration.accounts[case.task.account_id]
        pushed = account.capabilities.pushed
        message = self._next(
            case,
            direction=Direction.NOTE if note else Direction.OUTBOUND,
            author_kind=author_kind,
            author_id=author_id,
            text=text,
            attachments=attachments,
            client_id=client_id,
            purpose=purpose,
            content=content,
            customer_sees=not note,
            status=None if note else DeliveryStatus.QUEUED if pushed else DeliveryStatus.SENT,
            sent_at=None if note or pushed else self.now,
        )
        if hold_s and pushed and not note:
            self.changes.held[message.id] = hold_s
        case = self._append(case, message, "message.sent")
        if pushed and not note:
            self.changes.jobs.append(message)
        self._keep(case)
        return case, message

    def send_again(self, case: Case, message: Message) -> Message:
        """The same message once more into the outbox, behind what already waits there."""
        message = replace(
            message,
            version=message.version + 1,
            status=DeliveryStatus.QUEUED,
            error_code=None,
            error_message=None,
            external_id=None,
            sent_at=None,
        )
        self.changes.messages.append(message)
        self.changes.jobs.append(message)
        self.changes.events.append(
            EventRecord(
                kind="message.status",
                at=self.now,
                conversation_id=message.conversation_id,
                task_id=message.task_id,
                queue_id=case.task.queue_id,
                audience=message_audience(case.task, message.seq),
                facts={"status": DeliveryStatus.QUEUED.value, "again": True},
                entities={"message": message_view(message)},
            )
        )
        return message

    def agent(self, agent: Agent, before: Agent, by: int | None = None) -> None:
        """Record an agent's state changed outside any task, perhaps by a supervisor's hand."""
        self._record_agents({agent.id: agent}, {agent.id: before}, None, by)

    def notice(
        self, audience: tuple[str, ...], level: str, code: str, params: Mapping[str, Any]
    ) -> None:
        """A message to desktops that is not part of a thread."""
        self.changes.events.append(
            EventRecord(
                kind="notice.sent",
                at=self.now,
                audience=audience,
                entities={"notice": {"level": level, "code": code, "params": dict(params)}},
            )
        )

    # -- thread ---------------------------------------------------------------------------

    def _announce(self, case: Case, before: Task, events: Sequence[e.Event]) -> Case:
        capabilities = self.configuration.accounts[case.task.account_id].capabilities
        for event in events:
            line = announcement_for(event, capabilities)
            if line is not None:
                announcement, customer_sees = line
                message = self._next(
                    case,
                    direction=Direction.ANNOUNCEMENT,
                    author_kind=AuthorKind.SYSTEM,
                    author_id=None,
                    text="",
                    announcement=announcement,
                    customer_sees=customer_sees,
                )
                case = self._append(case, message, "message.announced")
                # Who has left sees the line that says so, not what the customer is told of it.
                case = replace(case, task=self._mark_left(case, before))
                case = self._tell_customer(case, announcement)
            if isinstance(event, e.CustomerReminded | e.TaskEnded):
                case = self._system_text(case, event.text)
            if isinstance(event, e.TaskDropped):
                text = self.configuration.accounts[case.task.account_id].dropped_text
                case = self._system_text(case, text)
        return case

    def _tell_customer(self, case: Case, line: Announcement) -> Case:
        """Who joins and leaves, as messages, where the customer has no page of ours (T6, §2)."""
        account = self.configuration.accounts[case.task.account_id]
        text = {
            "accepted": account.joined_text,
            "joined": account.joined_text,
            "taken_over": account.joined_text,
            "left": account.left_text,
            "removed": account.left_text,
            "ended_by_agent": account.left_text,
        }.get(line.code)
        capabilities = account.capabilities
        if not text or not capabilities.pushed or not capabilities.joined_seen_by_customer:
            return case
        agent_id = dict(line.params).get("agent_id")
        name = self.configuration.name(agent_id if isinstance(agent_id, int) else None)
        heard_at = case.conversation.last_inbound_at
        closes_at = None if not account.window or not heard_at else heard_at + account.window
        if closes_at is not None and self.now >= closes_at:
            return self.line(case, Announcement(code="customer_not_told"))
        return self._system_text(case, text.replace("{agent}", name or ""))

    def line(self, case: Case, announcement: Announcement) -> Case:
        """Add a system line for agents, kept with the case."""
        message = self._next(
            case,
            direction=Direction.ANNOUNCEMENT,
            author_kind=AuthorKind.SYSTEM,
            author_id=None,
            text="",
            announcement=announcement,
            customer_sees=False,
        )
        case = self._append(case, message, "message.announced")
        self._keep(case)
        return case

    def _system_text(self, case: Case, text: str | None) -> Case:
        if not text:
            return case
        return self.say(case, author_kind=AuthorKind.SYSTEM, author_id=None, text=text)[0]

    def _ask_survey(self, case: Case, events: Sequence[e.Event]) -> Case:
        """After whoever wraps up has left the thread: it is not theirs any more."""
        question = question_for(case, events, self.configuration, self.now)
        if question is None:
            return case
        survey, task = question.survey, case.task
        case = replace(case, conversation=replace(case.conversation, survey=survey))
        case, _ = self.say(
            case,
            author_kind=AuthorKind.SYSTEM,
            author_id=None,
            text=question.text,
            content=question.content,
            purpose=Purpose.SURVEY,
        )
        self.changes.surveys.append((task.conversation_id, survey))
        self.changes.events.append(
            EventRecord(
                kind="survey.asked",
                at=self.now,
                conversation_id=task.conversation_id,
                task_id=task.id,
                agent_id=survey.agent_id,
                queue_id=survey.queue_id,
                audience=(),
                facts={"channel": survey.channel},
            )
        )
        return case

    def _next(self, case: Case, **fields: Any) -> Message:
        conversation = case.conversation
        return Message(
            id=next(self._ids),
            conversation_id=conversation.id,
            account_id=conversation.account_id,
            task_id=case.task.id,
            seq=conversation.last_seq + 1,
            inbound_seq=conversation.inbound_seq,
            created_at=self.now,
            **fields,
        )

    def _append(self, case: Case, message: Message, kind: str) -> Case:
        self.changes.messages.append(message)
        facts: dict[str, Any] = {"channel": case.task.channel.value}
        answers = message.author_kind is AuthorKind.AGENT and message.direction is _OUT
        # What can be taken back counts when it has left (`storage/first_answers.py`).
        held = message.id in self.changes.held
        if answers and not held and case.task.answered_at is None:
            facts |= first_response(case.task, self.now)
            case = replace(case, task=replace(case.task, answered_at=self.now))
        if message.direction is Direction.NOTE:
            facts["note"] = True
        self.changes.events.append(
            EventRecord(
                kind=kind,
                at=self.now,
                conversation_id=message.conversation_id,
                task_id=message.task_id,
                agent_id=message.author_id if message.author_kind is AuthorKind.AGENT else None,
                queue_id=case.task.queue_id,
                audience=message_audience(case.task),
                customer=message.customer_sees,
                facts=facts,
                entities={"message": message_view(message)},
            )
        )
        conversation = replace(case.conversation, last_seq=message.seq, last_message_at=self.now)
        announced = message.direction is Direction.ANNOUNCEMENT
        return replace(
            case,
            conversation=conversation,
            last_message=case.last_message if announced else message,
        )

    # -- state ----------------------------------------------------------------------------

    def _mark_left(self, case: Case, before: Task) -> Task:
        """Who has left sees the thread up to here (MECHANISMS §6)."""
        was = {leg.id: leg.state for leg in before.legs}
        gone = {LegState.WRAPPING_UP, LegState.CLOSED}
        seq = case.conversation.last_seq
        legs = tuple(
            replace(leg, left_seq=seq)
            if leg.state in gone and leg.left_seq is None and was.get(leg.id) not in gone
            else leg
            for leg in case.task.legs
        )
        return replace(case.task, legs=legs)

    def _remember_owner(self, case: Case, events: Sequence[e.Event]) -> Conversation:
        accepted = [x.agent_id for x in events if isinstance(x, e.TaskAccepted | e.TaskStarted)]
        if not accepted:
            return case.conversation
        return replace(case.conversation, last_agent_id=accepted[-1])

    def _record_events(self, case: Case, before: Task, events: Sequence[e.Event]) -> None:
        task = case.task
        participants = {leg.agent_id for leg in (*before.open_legs, *task.open_legs)}
        # One who wraps up and takes it again has missed what was said meanwhile.
        newcomers = _live(task) - _live(before)
        # Whoever wraps up sees that it goes on, but no message later than their own part.
        shut_out = wrapping_up(before) - newcomers if newcomers else set()
        audience = (
            *(f"agent.{i}" for i in sorted(participants - shut_out)),
            f"queue.{task.queue_id}",
        )
        last = len(events) - 1
        concerns_customer = any(isinstance(event, _CUSTOMER_STATE) for event in events)
        for place, event in enumerate(events):
            entities: dict[str, Any] | None = None
            if place == last:
                entities = {"task": task_view(task)}
                if newcomers:
                    entities["contact"] = contact_view(case.contact)
                    if case.last_message is not None:
                        entities["message"] = message_view(case.last_message)
            private = event.agent_id if isinstance(event, e.TaskRead) else None
            self.changes.events.append(
                EventRecord(
                    kind=event.kind,
                    at=self.now,
                    conversation_id=task.conversation_id,
                    task_id=task.id,
                    agent_id=getattr(event, "agent_id", None),
                    queue_id=task.queue_id,
                    audience=audience if private is None else (f"agent.{private}",),
                    # The last one carries the task, whatever else it says itself.
                    customer=place == last and concerns_customer,
                    facts={**(facts_of(event) or {}), **self._measures(event, before)},
                    entities=entities,
                )
            )
            if isinstance(event, e.TaskDropped | e.TaskNeedsAttention):
                self.notice(
                    ("supervisors",),
                    "warning",
                    event.kind.replace(".", "_"),
                    {"task_id": task.id, "queue_id": task.queue_id, **(facts_of(event) or {})},
                )

        if shut_out:
            self.changes.events.append(task_changed(task, shut_out, self.now))

    def _measures(self, event: e.Event, before: Task) -> dict[str, Any]:
        queue = self.configuration.queue_specs.get(before.queue_id)
        return measures_of(event, before, self.now, queue.service_level_s if queue else 60)

    def _record_agents(
        self,
        changed: Mapping[int, Agent],
        known: Mapping[int, Agent],
        task: Task | None,
        by: int | None = None,
    ) -> None:
        kind = "agent.state_changed" if task is None else "agent.load_changed"
        for agent in changed.values():
            earlier = self.agents.get(agent.id)
            self.agents[agent.id] = agent
            if earlier is not None:
                self.changes.agents.remove(earlier)
            self.changes.agents.append(agent)
            self.changes.events.append(
                EventRecord(
                    kind=kind,
                    at=self.now,
                    task_id=task.id if task else None,
                    agent_id=agent.id,
                    audience=(f"agent.{agent.id}", "floor"),
                    facts=agent_facts(agent, known.get(agent.id), by),
                    entities={"agent": agent_view(agent)},
                )
            )

    def _keep(self, case: Case) -> None:
        """The newest state of each row is what gets written."""
        self.changes.tasks = [t for t in self.changes.tasks if t.id != case.task.id]
        self.changes.tasks.append(case.task)
        self.changes.conversations = [
            c for c in self.changes.conversations if c.id != case.conversation.id
        ]
        self.changes.conversations.append(case.conversation)


def message_audience(task: Task, changed_seq: int | None = None) -> tuple[str, ...]:
    """Who gets a message: agents for whom it rings and who are in, not those who wrap up.

    Args:
        changed_seq: Where in the thread it is, if it is there already and has changed: those who
            wrap up and have it in their part are told, too.
    """
    if not task.legs:
        return ()
    return tuple(
        f"agent.{leg.agent_id}"
        for leg in task.legs
        if leg.state in _LIVE or (changed_seq is not None and _has(leg, changed_seq))
    )


def task_audience(task: Task) -> tuple[str, ...]:
    """Who gets a task: whoever has an open part in it, and its queue."""
    people = sorted({leg.agent_id for leg in task.open_legs})
    return (*(f"agent.{i}" for i in people), f"queue.{task.queue_id}")


def _live(task: Task) -> set[int]:
    return {leg.agent_id for leg in task.legs if leg.state in _LIVE}


def _has(leg: Leg, seq: int) -> bool:
    wraps_up = leg.state is LegState.WRAPPING_UP
    return wraps_up and (leg.left_seq is None or seq <= leg.left_seq)


def wrapping_up(task: Task) -> set[int]:
    """Agents whose part is over but for the reasons."""
    return {leg.agent_id for leg in task.legs if leg.state is LegState.WRAPPING_UP}


def task_changed(task: Task, agent_ids: set[int], now: datetime) -> EventRecord:
    """The task alone, for those who may not get what an event of the same commit carries."""
    return EventRecord(
        kind="task.changed",
        at=now,
        conversation_id=task.conversation_id,
        task_id=task.id,
        queue_id=task.queue_id,
        audience=tuple(f"agent.{i}" for i in sorted(agent_ids)),
        entities={"task": task_view(task)},
    )
