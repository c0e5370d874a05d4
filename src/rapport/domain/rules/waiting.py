"""What time does to a task: widening, overflow, silence, parking, an agent who has gone.

DOMAIN T9, T10, T11. `PassDeadline` is the timer's command; which rule applies follows from the
state and the policies, so that a deadline that has become stale does nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from rapport.domain import commands as c
from rapport.domain import events as e
from rapport.domain.agent import AgentStatus
from rapport.domain.deadlines import (
    closing_after,
    due,
    queued_deadline,
    silence_deadline,
    stage_at,
)
from rapport.domain.errors import Invalid, Refused
from rapport.domain.policy import GonePolicy, HoursClose
from rapport.domain.rules.asking import queue_up
from rapport.domain.rules.wrapping_up import wrap_up_of
from rapport.domain.situation import Situation
from rapport.domain.task import DueFor, EndReason, Leg, LegOutcome, LegState, TaskState

LONGEST_PARKING = timedelta(days=30)


def pass_deadline(s: Situation, _: c.PassDeadline) -> list[e.Event]:
    """Do what is due now; nothing if it is not."""
    if not due(s.task, s.now):
        return []
    if s.task.state is TaskState.ASKING:
        return [queue_up(s, "time")]
    if s.task.state is TaskState.QUEUED:
        return _waited(s)
    match s.task.due_for:
        case DueFor.PARKING:
            return _wake(s)
        case DueFor.GRACE:
            return _owner_stayed_away(s)
        case _:
            return _silent(s)


def park(s: Situation, command: c.ParkTask) -> list[e.Event]:
    """Put aside until a time in the future, or the customer's next message."""
    if command.until <= s.now:
        raise Invalid.field("until", "Choose a time in the future.", code="until_in_past")
    if command.until > s.now + LONGEST_PARKING:
        raise Invalid.field("until", "At most 30 days ahead.", code="until_too_late")
    if s.task.customer_left_at is not None:
        raise Refused("customer_left", "The customer has left: end the conversation.")
    return [e.TaskParked(agent_id=command.agent_id, until=command.until)]


def resume(s: Situation, command: c.ResumeTask) -> list[e.Event]:
    """Take a parked task up again; needs room for it, and someone who is there."""
    agent = s.agent(command.agent_id)
    if agent.status is AgentStatus.OFFLINE:
        raise Refused("agent_offline", "Sign in first.")
    if not agent.has_room(s.task.kind):
        raise Refused("agent_at_capacity", "You have no room for another conversation.")
    return _taken_up(s, command.agent_id)


def owner_gone(s: Situation, command: c.NoteOwnerGone) -> list[e.Event]:
    """Start the grace time of a task whose owner's desktop has gone."""
    owner = s.task.owner
    if owner is None or owner.agent_id != command.agent_id or owner.parked:
        return []
    due_at = s.now + s.queue.gone_grace
    return [e.DeadlineSet(due_at=due_at, due_for=DueFor.GRACE, reminded=s.task.silence_stage)]


def owner_back(s: Situation, command: c.NoteOwnerBack) -> list[e.Event]:
    """End it; the owner is responsible again, and a silent customer's time goes on (T11)."""
    owner = s.task.owner
    if owner is None or owner.agent_id != command.agent_id or owner.parked:
        return []
    if s.task.due_for is not DueFor.GRACE:
        return []
    return silence_goes_on(s, s.unanswered_since) or [e.DeadlineSet(due_at=None)]


def silence_goes_on(s: Situation, since: datetime | None) -> list[e.Event]:
    """A silent customer's timer, whoever is responsible by now (T11); nothing if nobody is silent.

    They are reminded as often as is left of "up to three reminders"; a timer that runs is kept.

    Args:
        since: From when a wait counts whose timer does not run.
    """
    reminded = s.task.silence_stage
    if since is None or s.task.customer_left_at is not None:
        return []
    runs = s.task.due_for is DueFor.SILENCE
    deadline = s.task.due_at if runs else silence_deadline(s.silence, reminded, since)
    if deadline is None and not reminded:
        return []
    due_for = DueFor.SILENCE if deadline else None
    return [e.DeadlineSet(due_at=deadline, due_for=due_for, reminded=reminded)]


def silence_after_parking(s: Situation) -> list[e.Event]:
    """The same for a parked task: nothing was expected of the customer until this moment."""
    return silence_goes_on(s, None if s.unanswered_since is None else s.now)


def agent_spoke(s: Situation, _: c.NoteAgentSpoke) -> list[e.Event]:
    """The customer's silence counts from now, unless they have left."""
    if s.task.customer_left_at is not None or s.task.due_for in {DueFor.PARKING, DueFor.GRACE}:
        return []
    deadline = silence_deadline(s.silence, 0, s.now)
    if deadline is None and s.task.due_for is not DueFor.SILENCE:
        return []
    return [e.DeadlineSet(due_at=deadline, due_for=DueFor.SILENCE if deadline else None)]


def taken_back(s: Situation, _: c.NoteTakenBack) -> list[e.Event]:
    """Nobody is reminded of a question, or given up for it, that was never put."""
    return [e.DeadlineSet(due_at=None)] if s.task.due_for is DueFor.SILENCE else []


def customer_spoke(s: Situation, _: c.NoteCustomerSpoke) -> list[e.Event]:
    """Back from leaving or parking; nobody is silent. Touches no agent: ingest runs it."""
    task = s.task
    events: list[e.Event] = [e.CustomerReturned()] if task.customer_left_at is not None else []
    match task.due_for:
        case DueFor.PARKING:
            # The timer wakes it at once, with the agent's row locked.
            return [*events, e.DeadlineSet(due_at=s.now, due_for=DueFor.PARKING)]
        case DueFor.SILENCE:
            return [*events, e.DeadlineSet(due_at=None)]
        case _:
            return events


def overflow(s: Situation, command: c.OverflowTask) -> list[e.Event]:
    """Move to the overflow queue; once there, its own rules hold."""
    if s.task.queue_id != command.queue_id:
        return []
    target = s.queue.overflow
    return _overflow_to(s, target.queue_id) if target is not None and target.length else []


def hours_closed(s: Situation) -> list[e.Event]:
    """The queue's hours have closed over a waiting task; nothing where it waits on."""
    match s.queue.when_hours_close:
        case HoursClose.CLOSE:
            text = s.queue.closed_text or s.account.closed_text
            return [e.TaskEnded(reason=EndReason.CLOSED, by="system", text=text)]
        case HoursClose.OVERFLOW if s.queue.overflow is not None:
            return _overflow_to(s, s.queue.overflow.queue_id)
        case _:
            return []


def _waited(s: Situation) -> list[e.Event]:
    task, queue = s.task, s.queue
    waited = s.now - task.queued_at
    if queue.time_out is not None and s.now - task.waiting_since >= queue.time_out:
        return [e.TaskEnded(reason=EndReason.TIMED_OUT, by="system")]
    closing = closing_after(queue, task.queued_at)
    if closing is not None and closing <= s.now and (events := hours_closed(s)):
        return events
    overflow = queue.overflow
    if overflow is not None and overflow.after is not None and waited >= overflow.after:
        moved = _overflow_to(s, overflow.queue_id)
        if moved:
            return moved
    stage = stage_at(queue, waited)
    deadline = queued_deadline(
        queue,
        task.queued_at,
        stage=stage,
        now=s.now,
        since=task.waiting_since,
        overflows=task.may_overflow,
    )
    if stage > task.stage or task.preferred_agent_id is not None:
        return [e.TaskWidened(stage=stage, due_at=deadline)]
    return [e.TaskNeedsAttention(reason="waiting_long", due_at=deadline)]


def _overflow_to(s: Situation, queue_id: int) -> list[e.Event]:
    """Once per queue and wait, and never to a queue in which its time would be over already."""
    task, target = s.task, s.queues.get(queue_id)
    if target is None or target.id == task.queue_id or not task.may_overflow:
        return []
    if target.time_out is not None and s.now - task.waiting_since >= target.time_out:
        return []
    left = (*task.overflowed_from, task.queue_id)
    due_at = queued_deadline(
        target,
        s.now,
        stage=0,
        now=s.now,
        since=task.waiting_since,
        overflows=target.id not in left,
    )
    return [
        e.TaskRequeued(
            queue_id=target.id,
            reason="overflow",
            queued_at=s.now,
            waiting_since=task.waiting_since,
            overflowed_from=left,
            due_at=due_at,
        )
    ]


def _wake(s: Situation) -> list[e.Event]:
    owner = s.task.owner
    assert owner is not None  # noqa: S101 - a parked task has one
    agent = s.agent(owner.agent_id)
    if agent.status is not AgentStatus.OFFLINE and agent.has_room(s.task.kind):
        return _taken_up(s, agent.id)
    return [*_without_invited(s), _requeue_from(s, owner, "parking_over")]


def _taken_up(s: Situation, agent_id: int) -> list[e.Event]:
    return [e.TaskResumed(agent_id=agent_id), *silence_after_parking(s)]


def _owner_stayed_away(s: Situation) -> list[e.Event]:
    owner = s.task.owner
    if owner is None or s.agent(owner.agent_id).status is not AgentStatus.OFFLINE:
        return silence_goes_on(s, s.unanswered_since) or [e.DeadlineSet(due_at=None)]
    if s.queue.gone is GonePolicy.REQUEUE:
        return [*_without_invited(s), _requeue_from(s, owner, "agent_gone")]
    return [e.TaskNeedsAttention(reason="agent_gone", due_at=s.now + s.queue.gone_grace)]


def _without_invited(s: Situation) -> list[e.Event]:
    """Nobody is in beside the owner once it waits again: a request is withdrawn, others wrap up."""
    invited = s.task.invited
    if invited is None:
        return []
    if invited.state is LegState.OFFERED:
        return [e.ConferenceCancelled(leg_id=invited.id, agent_id=invited.agent_id)]
    return [
        e.ConferenceLeft(leg_id=invited.id, agent_id=invited.agent_id, removed=True),
        wrap_up_of(s, invited, LegOutcome.REMOVED),
    ]


def _requeue_from(s: Situation, owner: Leg, reason: str) -> e.TaskRequeued:
    """First in line: it keeps the time of its arrival.

    Its agent, if there, is asked first, for as long as the queue waits for a last agent.
    """
    wait = s.queue.last_agent_wait
    present = s.agent(owner.agent_id).status is not AgentStatus.OFFLINE
    preferred = owner.agent_id if present and wait else None
    due_at = queued_deadline(s.queue, s.now, stage=0, now=s.now)
    return e.TaskRequeued(
        queue_id=s.task.queue_id,
        reason=reason,
        queued_at=s.now,
        preferred_agent_id=preferred,
        due_at=due_at if preferred is None else min(due_at, s.now + wait),
    )


def _silent(s: Situation) -> list[e.Event]:
    """The timer began when the agent wrote; what counts is what has reached the customer."""
    silence, stage, since = s.silence, s.task.silence_stage, s.unanswered_since
    if s.task.customer_left_at is not None or since is None:
        return [e.DeadlineSet(due_at=None)]
    deadline = silence_deadline(silence, stage, since)
    if deadline is not None and deadline > s.now:
        return [e.DeadlineSet(due_at=deadline, due_for=DueFor.SILENCE, reminded=stage)]
    if stage < len(silence.reminders):
        _, text = silence.reminders[stage]
        return [
            e.CustomerReminded(
                stage=stage + 1,
                text=text,
                due_at=silence_deadline(s.silence, stage + 1, s.now),
            )
        ]
    if silence.close_after is None:
        return [e.DeadlineSet(due_at=None)]
    events: list[e.Event] = []
    invited = s.task.invited
    if invited is not None and invited.state is LegState.OFFERED:
        events.append(e.ConferenceCancelled(leg_id=invited.id, agent_id=invited.agent_id))
    events.append(e.TaskEnded(reason=EndReason.CLOSED, by="system"))
    active = [leg for leg in s.task.legs if leg.state is LegState.ACTIVE]
    return [*events, *(wrap_up_of(s, leg, LegOutcome.HANDLED) for leg in active)]
