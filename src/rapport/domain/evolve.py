"""The only way to new state: applies events to a task and the load they cause to its agents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from rapport.domain import events as e
from rapport.domain.agent import Agent, rona
from rapport.domain.task import (
    DueFor,
    EndReason,
    Leg,
    LegOrigin,
    LegOutcome,
    LegRole,
    LegState,
    Task,
    TaskState,
)

E = TypeVar("E", bound=e.Event)
Apply = Callable[[Task, Any, datetime], Task]
_APPLY: dict[type[e.Event], Apply] = {}


def fold(
    task: Task, agents: Mapping[int, Agent], events: Iterable[e.Event], now: datetime
) -> tuple[Task, dict[int, Agent]]:
    """Apply events in order; agents not in the mapping must not be affected."""
    known = dict(agents)
    for event in events:
        before = {leg.id: leg for leg in task.legs}
        task = evolve(task, event, now)
        for leg in task.legs:
            was = before.get(leg.id)
            change = leg.uses_capacity - (was is not None and was.uses_capacity)
            if change:
                known[leg.agent_id] = known[leg.agent_id].with_leg(task.kind, change, now)
        if isinstance(event, e.AgentMissedOffer):
            known[event.agent_id] = rona(
                known[event.agent_id], task.kind, per_channel=event.per_channel, now=now
            )
    return task, known


def evolve(task: Task, event: e.Event, now: datetime) -> Task:
    """The task after one event; `version` counts it, `epoch` if it is a transition."""
    apply = _APPLY.get(type(event))
    changed = apply(task, event, now) if apply else task
    return replace(changed, version=task.version + 1, epoch=task.epoch + event.transition)


def _applies(kind: type[E]) -> Callable[[Callable[[Task, E, datetime], Task]], Apply]:
    def register(apply: Callable[[Task, E, datetime], Task]) -> Apply:
        _APPLY[kind] = apply
        return apply

    return register


def _with_leg(task: Task, leg_id: int, **changes: object) -> Task:
    return replace(
        task,
        legs=tuple(
            replace(leg, **changes) if leg.id == leg_id else leg  # type: ignore[arg-type]
            for leg in task.legs
        ),
    )


def _close(task: Task, leg_id: int, outcome: LegOutcome, now: datetime) -> Task:
    return _with_leg(
        task,
        leg_id,
        state=LegState.CLOSED,
        outcome=outcome,
        closed_at=now,
        due_at=None,
        parked=False,
    )


@_applies(e.TaskOffered)
def _offered(task: Task, event: e.TaskOffered, now: datetime) -> Task:
    leg = Leg(
        id=event.leg_id,
        agent_id=event.agent_id,
        queue_id=task.queue_id,
        role=LegRole.OWNER,
        origin=event.origin,
        state=LegState.OFFERED,
        offered_at=now,
        due_at=event.expires_at,
    )
    return replace(task, state=TaskState.OFFERED, due_at=None, due_for=None, legs=(*task.legs, leg))


@_applies(e.ConferenceRequested)
def _requested(task: Task, event: e.ConferenceRequested, now: datetime) -> Task:
    leg = Leg(
        id=event.leg_id,
        agent_id=event.agent_id,
        queue_id=task.queue_id,
        role=LegRole.INVITED,
        origin=LegOrigin.CONFERENCE,
        state=LegState.OFFERED,
        offered_at=now,
        due_at=event.expires_at,
    )
    return replace(task, legs=(*task.legs, leg))


@_applies(e.TaskAccepted)
def _accepted(task: Task, event: e.TaskAccepted, now: datetime) -> Task:
    task = _with_leg(task, event.leg_id, state=LegState.ACTIVE, accepted_at=now, due_at=None)
    return replace(
        task,
        state=TaskState.ACTIVE,
        accepted_at=task.accepted_at or now,
        due_at=None,
        due_for=None,
        silence_stage=0,
    )


@_applies(e.TaskStarted)
def _started(task: Task, event: e.TaskStarted, now: datetime) -> Task:
    leg = Leg(
        id=event.leg_id,
        agent_id=event.agent_id,
        queue_id=task.queue_id,
        role=LegRole.OWNER,
        origin=LegOrigin.OUTBOUND,
        state=LegState.ACTIVE,
        offered_at=now,
        accepted_at=now,
    )
    # Nobody waits for a first answer: it is the agent who begins.
    return replace(
        task,
        state=TaskState.ACTIVE,
        accepted_at=now,
        answered_at=now,
        due_at=None,
        due_for=None,
        legs=(*task.legs, leg),
    )


@_applies(e.ConferenceJoined)
def _joined(task: Task, event: e.ConferenceJoined, now: datetime) -> Task:
    return _with_leg(task, event.leg_id, state=LegState.ACTIVE, accepted_at=now, due_at=None)


@_applies(e.OfferExpired)
def _expired(task: Task, event: e.OfferExpired, now: datetime) -> Task:
    return _close(task, event.leg_id, LegOutcome.EXPIRED, now)


@_applies(e.OfferWithdrawn)
def _withdrawn(task: Task, event: e.OfferWithdrawn, now: datetime) -> Task:
    return _close(task, event.leg_id, LegOutcome.WITHDRAWN, now)


@_applies(e.ConferenceCancelled)
def _cancelled(task: Task, event: e.ConferenceCancelled, now: datetime) -> Task:
    return _close(task, event.leg_id, LegOutcome.WITHDRAWN, now)


@_applies(e.TaskRequeued)
def _requeued(task: Task, event: e.TaskRequeued, now: datetime) -> Task:
    for leg in task.open_legs:
        if leg.state is LegState.ACTIVE:
            task = _close(task, leg.id, LegOutcome.REQUEUED, now)
    return replace(
        task,
        state=TaskState.QUEUED,
        queue_id=event.queue_id,
        queued_at=event.queued_at,
        waiting_since=event.waiting_since or event.queued_at,
        overflowed_from=event.overflowed_from,
        preferred_agent_id=event.preferred_agent_id,
        due_at=event.due_at,
        due_for=DueFor.WAITING,
        parked_until=None,
        stage=event.stage,
        silence_stage=0,
    )


@_applies(e.MenuAsked)
def _asked_again(task: Task, event: e.MenuAsked, _: datetime) -> Task:
    return replace(task, silence_stage=event.repeats, due_at=event.due_at, due_for=DueFor.ANSWER)


@_applies(e.TaskQueued)
def _queued(task: Task, event: e.TaskQueued, now: datetime) -> Task:
    return replace(
        task,
        state=TaskState.QUEUED,
        queue_id=event.queue_id,
        priority=event.priority,
        skills=event.skills,
        queued_at=now,
        waiting_since=now,
        preferred_agent_id=event.preferred_agent_id,
        variables=tuple({**dict(task.variables), **dict(event.values)}.items()),
        due_at=event.due_at,
        due_for=DueFor.WAITING,
        silence_stage=0,
    )


@_applies(e.TaskDropped)
def _dropped(task: Task, _: e.TaskDropped, now: datetime) -> Task:
    return replace(
        task,
        state=TaskState.ENDED,
        end_reason=EndReason.DROPPED,
        ended_at=now,
        due_at=None,
        due_for=None,
    )


@_applies(e.TaskEnded)
def _ended(task: Task, event: e.TaskEnded, now: datetime) -> Task:
    return replace(
        task,
        state=TaskState.ENDED,
        end_reason=event.reason,
        ended_at=now,
        due_at=None,
        due_for=None,
        parked_until=None,
    )


@_applies(e.WrapUpStarted)
def _wrap_up(task: Task, event: e.WrapUpStarted, now: datetime) -> Task:
    return _with_leg(
        task,
        event.leg_id,
        state=LegState.WRAPPING_UP,
        outcome=event.outcome,
        wrap_up_at=now,
        due_at=event.due_at,
        parked=False,
    )


@_applies(e.WrapUpSubmitted)
def _submitted(task: Task, event: e.WrapUpSubmitted, now: datetime) -> Task:
    return _with_leg(
        task,
        event.leg_id,
        state=LegState.CLOSED,
        closed_at=now,
        due_at=None,
        reason_ids=event.reason_ids,
    )


@_applies(e.WrapUpTimerCancelled)
def _timer_cancelled(task: Task, event: e.WrapUpTimerCancelled, _: datetime) -> Task:
    return _with_leg(task, event.leg_id, due_at=None)


@_applies(e.TaskParked)
def _parked(task: Task, event: e.TaskParked, _: datetime) -> Task:
    owner = task.owner
    assert owner is not None  # noqa: S101 - decided so
    task = _with_leg(task, owner.id, parked=True)
    return replace(task, parked_until=event.until, due_at=event.until, due_for=DueFor.PARKING)


@_applies(e.TaskResumed)
def _resumed(task: Task, _: e.TaskResumed, __: datetime) -> Task:
    owner = task.owner
    assert owner is not None  # noqa: S101 - decided so
    return replace(
        _with_leg(task, owner.id, parked=False),
        parked_until=None,
        due_at=None,
        due_for=None,
        silence_stage=0,
    )


@_applies(e.TaskRead)
def _read(task: Task, event: e.TaskRead, _: datetime) -> Task:
    return _with_leg(task, event.leg_id, read_seq=event.seq, read_inbound_seq=event.inbound_seq)


@_applies(e.CustomerLeft)
def _customer_left(task: Task, _: e.CustomerLeft, now: datetime) -> Task:
    if task.due_for is DueFor.SILENCE:
        task = replace(task, due_at=None, due_for=None)
    return replace(task, customer_left_at=now)


@_applies(e.CustomerReturned)
def _customer_returned(task: Task, _: e.CustomerReturned, __: datetime) -> Task:
    return replace(task, customer_left_at=None)


@_applies(e.TaskWidened)
def _widened(task: Task, event: e.TaskWidened, _: datetime) -> Task:
    return replace(task, stage=event.stage, preferred_agent_id=None, due_at=event.due_at)


@_applies(e.CustomerReminded)
def _reminded(task: Task, event: e.CustomerReminded, _: datetime) -> Task:
    return replace(
        task,
        silence_stage=event.stage,
        due_at=event.due_at,
        due_for=DueFor.SILENCE if event.due_at else None,
    )


@_applies(e.DeadlineSet)
def _deadline_set(task: Task, event: e.DeadlineSet, _: datetime) -> Task:
    return replace(task, due_at=event.due_at, due_for=event.due_for, silence_stage=event.reminded)


@_applies(e.VariablesSet)
def _variables_set(task: Task, event: e.VariablesSet, _: datetime) -> Task:
    return _with_variables(task, event.values, f"workflow:{event.workflow_id}")


@_applies(e.VariablesEdited)
def _variables_edited(task: Task, event: e.VariablesEdited, _: datetime) -> Task:
    return _with_variables(task, event.values, f"agent:{event.agent_id}")


def _with_variables(task: Task, values: tuple[tuple[str, str], ...], source: str) -> Task:
    """Emptied ones are gone."""
    held = {**dict(task.variables), **dict(values)}
    sources = {**dict(task.variable_sources), **{name: source for name, _ in values}}
    return replace(
        task,
        variables=tuple((name, value) for name, value in held.items() if value != ""),
        variable_sources=tuple((name, by) for name, by in sources.items() if held.get(name)),
    )


@_applies(e.TaskNeedsAttention)
def _needs_attention(task: Task, event: e.TaskNeedsAttention, _: datetime) -> Task:
    return replace(task, due_at=event.due_at)


@_applies(e.TaskTransferred)
def _transferred(task: Task, event: e.TaskTransferred, now: datetime) -> Task:  # noqa: ARG001
    return replace(task, preferred_agent_id=None, parked_until=None)


@_applies(e.SupervisorJoined)
def _supervisor_joined(task: Task, event: e.SupervisorJoined, now: datetime) -> Task:
    return replace(task, legs=(*task.legs, _active_leg(task, event, LegRole.INVITED, now)))


@_applies(e.TaskTakenOver)
def _taken_over(task: Task, event: e.TaskTakenOver, now: datetime) -> Task:
    task = _without_parked_owner(task, now)
    if task.leg(event.leg_id) is not None:
        task = _with_leg(task, event.leg_id, role=LegRole.OWNER)
    else:
        task = replace(task, legs=(*task.legs, _active_leg(task, event, LegRole.OWNER, now)))
    return replace(
        task, parked_until=None, preferred_agent_id=None, due_at=None, due_for=None, silence_stage=0
    )


@_applies(e.TaskReassigned)
def _reassigned(task: Task, _: e.TaskReassigned, now: datetime) -> Task:
    return replace(_without_parked_owner(task, now), preferred_agent_id=None, parked_until=None)


@_applies(e.TaskPrioritised)
def _prioritised(task: Task, event: e.TaskPrioritised, _: datetime) -> Task:
    return replace(task, priority=event.priority)


def _active_leg(
    task: Task, event: e.SupervisorJoined | e.TaskTakenOver, role: LegRole, now: datetime
) -> Leg:
    return Leg(
        id=event.leg_id,
        agent_id=event.agent_id,
        queue_id=task.queue_id,
        role=role,
        origin=LegOrigin.SUPERVISOR,
        state=LegState.ACTIVE,
        offered_at=now,
        accepted_at=now,
    )


def _without_parked_owner(task: Task, now: datetime) -> Task:
    """Whoever had put it aside has no wrap-up: that would need the room they gave up."""
    owner = task.owner
    if owner is None or not owner.parked:
        return task
    return _close(task, owner.id, LegOutcome.TRANSFERRED, now)
