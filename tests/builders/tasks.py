"""Tasks in each state, brought there by the events that lead to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from rapport.domain import events as e
from rapport.domain.channel import ChannelType
from rapport.domain.evolve import evolve
from rapport.domain.task import DueFor, EndReason, LegOrigin, LegOutcome, Task, TaskState

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday morning."""
RING = timedelta(seconds=30)


def a_task(**fields: Any) -> TaskBuilder:
    """A WebChat task of queue 1 that arrived now, unless said otherwise."""
    task = Task(
        **{
            "id": 1,
            "version": 1,
            "epoch": 1,
            "state": TaskState.QUEUED,
            "conversation_id": 1,
            "contact_id": 1,
            "account_id": 1,
            "channel": ChannelType.WEBCHAT,
            "queue_id": 1,
            "priority": 5,
            "arrived_at": NOW,
            "queued_at": NOW,
            "waiting_since": NOW,
            "due_at": NOW + timedelta(minutes=10),
            "due_for": DueFor.WAITING,
            **fields,
        }
    )
    return TaskBuilder(task)


@dataclass(frozen=True)
class TaskBuilder:
    """Each method gives a task in that state; `having` plays events before."""

    task: Task

    def having(self, *events: e.Event, now: datetime = NOW) -> TaskBuilder:
        task = self.task
        for event in events:
            task = evolve(task, event, now)
        return TaskBuilder(task)

    def after(self, agent_id: int, *, wrapped_up: bool) -> TaskBuilder:
        """Queued again, after an agent had it and transferred it."""
        task = self.active_with(agent_id)
        leg = task.legs[-1]
        events: list[e.Event] = [
            e.TaskTransferred(leg_id=leg.id, from_agent_id=agent_id, queue_id=task.queue_id),
            _wrap_up(leg.id, agent_id, LegOutcome.TRANSFERRED),
            e.TaskRequeued(
                queue_id=task.queue_id,
                reason="transfer",
                queued_at=NOW,
                due_at=NOW + timedelta(minutes=10),
            ),
        ]
        if wrapped_up:
            events.append(_submitted(leg.id, agent_id))
        return TaskBuilder(task).having(*events)

    def asking(self, *, within: timedelta = timedelta(minutes=2)) -> Task:
        """Before the queue: the entry point's question is open."""
        due_at = self.task.queued_at + within
        return replace(self.task, state=TaskState.ASKING, due_at=due_at, due_for=DueFor.ANSWER)

    def queued(self) -> Task:
        return self.task

    def offered_to(self, agent_id: int, origin: LegOrigin = LegOrigin.ROUTED) -> Task:
        offered = e.TaskOffered(
            leg_id=self._new_leg(), agent_id=agent_id, origin=origin, expires_at=NOW + RING
        )
        return self.having(offered).task

    def active_with(self, agent_id: int, *, parked: bool = False) -> Task:
        task = self.offered_to(agent_id)
        events: list[e.Event] = [e.TaskAccepted(leg_id=task.legs[-1].id, agent_id=agent_id)]
        if parked:
            events.append(e.TaskParked(agent_id=agent_id, until=NOW + timedelta(hours=1)))
        return TaskBuilder(task).having(*events).task

    def in_conference(self, owner: int, invited: int, *, joined: bool = True) -> Task:
        task = self.active_with(owner)
        leg_id = task.legs[-1].id + 1
        events: list[e.Event] = [
            e.ConferenceRequested(leg_id=leg_id, agent_id=invited, expires_at=NOW + RING)
        ]
        if joined:
            events.append(e.ConferenceJoined(leg_id=leg_id, agent_id=invited))
        return TaskBuilder(task).having(*events).task

    def wrapping_up(self, agent_id: int, *, due_in: timedelta | None = None) -> Task:
        """Ended by its agent, who wraps up."""
        task = self.active_with(agent_id)
        wrap_up = _wrap_up(task.legs[-1].id, agent_id, LegOutcome.HANDLED)
        if due_in is not None:
            wrap_up = replace(wrap_up, due_at=NOW + due_in)
        ended = e.TaskEnded(reason=EndReason.HANDLED, by="agent", agent_id=agent_id)
        return TaskBuilder(task).having(ended, wrap_up).task

    def closed_by(self, agent_id: int) -> Task:
        task = self.wrapping_up(agent_id)
        return TaskBuilder(task).having(_submitted(task.legs[-1].id, agent_id)).task

    def _new_leg(self) -> int:
        return max((leg.id for leg in self.task.legs), default=0) + 1


def _wrap_up(leg_id: int, agent_id: int, outcome: LegOutcome) -> e.WrapUpStarted:
    return e.WrapUpStarted(leg_id=leg_id, agent_id=agent_id, outcome=outcome, due_at=None)


def _submitted(leg_id: int, agent_id: int) -> e.WrapUpSubmitted:
    return e.WrapUpSubmitted(leg_id=leg_id, agent_id=agent_id, reason_ids=(1,), by_timer=False)
