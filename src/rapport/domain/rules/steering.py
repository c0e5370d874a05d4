"""What supervisors do to a conversation: join, take over, reassign, re-queue, re-prioritise."""

from __future__ import annotations

from rapport.domain import commands as c
from rapport.domain import events as e
from rapport.domain.agent import AgentStatus
from rapport.domain.deadlines import queued_deadline
from rapport.domain.errors import Invalid, Refused
from rapport.domain.rules.handing_over import reachable, withdraw_request
from rapport.domain.rules.offering import expiry
from rapport.domain.rules.waiting import silence_after_parking, silence_goes_on
from rapport.domain.rules.wrapping_up import wrap_up_of
from rapport.domain.situation import Situation
from rapport.domain.task import LegOrigin, LegOutcome, LegState, TaskState


def join(s: Situation, command: c.JoinTask) -> list[e.Event]:
    """Take part at once, as an invited agent would: the owner keeps the conversation."""
    if not s.account.capabilities.conference_with:
        raise Refused("no_conference_here", "This channel has no conference.")
    _has_room(s, command.supervisor_id)
    return [e.SupervisorJoined(leg_id=command.leg_id, agent_id=command.supervisor_id)]


def take_over(s: Situation, command: c.TakeOver) -> list[e.Event]:
    """Own the conversation; the former owner wraps up. Who is in it already stays in it.

    The customer's silence goes on (T11): it is theirs, whoever answers for the task.
    """
    owner, mine = s.task.owner, s.task.leg_of(command.supervisor_id)
    assert owner is not None  # noqa: S101 - an active task has one
    takes_part = mine is not None and mine.state is LegState.ACTIVE
    if not takes_part:
        _has_room(s, command.supervisor_id)
    events: list[e.Event] = [
        e.TaskTakenOver(
            leg_id=mine.id if mine is not None and takes_part else command.leg_id,
            agent_id=command.supervisor_id,
            from_leg_id=owner.id,
            from_agent_id=owner.agent_id,
        )
    ]
    if owner.parked:
        return [*events, *silence_after_parking(s)]
    silence = silence_goes_on(s, s.unanswered_since)
    return [wrap_up_of(s, owner, LegOutcome.TRANSFERRED), *events, *silence]


def reassign(s: Situation, command: c.Reassign) -> list[e.Event]:
    """It rings at another agent; unanswered it goes back to its queue, and is not dropped."""
    reachable(s, command.target_id)
    return [
        *_released(s),
        *_handed_on(s, command.supervisor_id, agent_id=command.target_id),
        e.TaskOffered(
            leg_id=command.leg_id,
            agent_id=command.target_id,
            origin=LegOrigin.REASSIGNED,
            expires_at=expiry(s),
        ),
    ]


def requeue(s: Situation, command: c.Requeue) -> list[e.Event]:
    """It waits again, with its place by arrival and priority; whoever had it wraps up."""
    task = s.task
    queue_id = task.queue_id if command.queue_id is None else command.queue_id
    if queue_id == task.queue_id and task.state is TaskState.QUEUED:
        raise Refused("already_waiting", "It already waits in this queue.")
    queue = s.queues.get(queue_id)
    closed = s.open_queues is not None and queue_id not in s.open_queues
    if queue is None or (closed and queue_id != task.queue_id):
        raise Refused("target_unavailable", "That queue is closed or does not serve this channel.")
    since = s.now if task.state is TaskState.ACTIVE else task.waiting_since
    return [
        *_released(s),
        *_handed_on(s, command.supervisor_id, queue_id=queue.id),
        e.TaskRequeued(
            queue_id=queue.id,
            reason="supervisor",
            queued_at=s.now,
            waiting_since=since,
            due_at=queued_deadline(queue, s.now, stage=0, now=s.now, since=since),
        ),
    ]


def prioritise(s: Situation, command: c.Prioritise) -> list[e.Event]:
    """More or less urgent; it keeps the time of its arrival."""
    if not 1 <= command.priority <= 9:
        raise Invalid.field("priority", "A priority is a number from 1 (most urgent) to 9.")
    if command.priority == s.task.priority:
        return []
    return [e.TaskPrioritised(supervisor_id=command.supervisor_id, priority=command.priority)]


def _has_room(s: Situation, supervisor_id: int) -> None:
    agent = s.agents.get(supervisor_id)
    if agent is None:
        raise Refused("not_an_agent", "You have no agent desktop.")
    if agent.status is AgentStatus.OFFLINE:
        raise Refused("agent_offline", "Sign in to your desktop first.")
    if not agent.has_room(s.task.kind):
        raise Refused("agent_at_capacity", "You have no room for another conversation.")


def _released(s: Situation) -> list[e.Event]:
    """What rings is taken back without RONA; an invited agent is out."""
    events: list[e.Event] = []
    offer, invited = s.task.offer, s.task.invited
    if offer is not None:
        events.append(
            e.OfferWithdrawn(leg_id=offer.id, agent_id=offer.agent_id, reason="reassigned")
        )
    if invited is not None and invited.state is LegState.OFFERED:
        events.append(withdraw_request(s))
    elif invited is not None:
        events += [
            e.ConferenceLeft(leg_id=invited.id, agent_id=invited.agent_id, removed=True),
            wrap_up_of(s, invited, LegOutcome.REMOVED),
        ]
    return events


def _handed_on(
    s: Situation, supervisor_id: int, *, agent_id: int | None = None, queue_id: int | None = None
) -> list[e.Event]:
    owner = s.task.owner
    event = e.TaskReassigned(
        supervisor_id=supervisor_id,
        from_agent_id=owner.agent_id if owner else None,
        agent_id=agent_id,
        queue_id=queue_id,
    )
    if owner is None or owner.parked:
        return [event]
    return [event, wrap_up_of(s, owner, LegOutcome.TRANSFERRED)]
