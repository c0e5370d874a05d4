"""Transfer and conference (T5, T6)."""

from __future__ import annotations

from rapport.domain import commands as c
from rapport.domain import events as e
from rapport.domain.deadlines import queued_deadline
from rapport.domain.errors import Refused
from rapport.domain.rules.offering import expiry
from rapport.domain.rules.wrapping_up import wrap_up_of
from rapport.domain.situation import Situation
from rapport.domain.task import LegOrigin, LegOutcome


def transfer_to_queue(s: Situation, command: c.TransferToQueue) -> list[e.Event]:
    """The task waits in the other queue with its thread, priority and place in the line."""
    _target_allowed(s, "queue")
    queue = s.queues.get(command.queue_id)
    if queue is None or (s.open_queues is not None and command.queue_id not in s.open_queues):
        raise Refused("target_unavailable", "That queue is closed or does not serve this channel.")
    if not queue.takes_transfers_from(s.teams.get(command.agent_id, frozenset())):
        raise Refused(
            "target_unavailable",
            "Your team may not transfer to that queue.",
            {"reason": "not_for_your_team"},
        )
    leg = s.leg_of(command.agent_id)
    return [
        e.TaskTransferred(leg_id=leg.id, from_agent_id=leg.agent_id, queue_id=queue.id),
        wrap_up_of(s, leg, LegOutcome.TRANSFERRED),
        e.TaskRequeued(
            queue_id=queue.id,
            reason="transfer",
            queued_at=s.now,
            due_at=queued_deadline(queue, s.now, stage=0, now=s.now),
        ),
    ]


def transfer_to_agent(s: Situation, command: c.TransferToAgent) -> list[e.Event]:
    """The task rings at the other agent; the sender wraps up."""
    if command.target_id == command.agent_id:
        raise Refused("target_is_self", "You already hold this conversation.")
    supervisor = command.target_id in s.supervisors
    if not (supervisor and "supervisor" in s.account.capabilities.transfer_to):
        _target_allowed(s, "agent")
        if command.target_id in s.only_supervisors:
            raise Refused(
                "target_unavailable",
                "On this channel conversations are not transferred to supervisors.",
                {"reason": "only_supervises"},
            )
    reachable(s, command.target_id)
    leg = s.leg_of(command.agent_id)
    return [
        e.TaskTransferred(leg_id=leg.id, from_agent_id=leg.agent_id, agent_id=command.target_id),
        wrap_up_of(s, leg, LegOutcome.TRANSFERRED),
        e.TaskOffered(
            leg_id=command.leg_id,
            agent_id=command.target_id,
            origin=LegOrigin.TRANSFER,
            expires_at=expiry(s),
        ),
    ]


def request_conference(s: Situation, command: c.RequestConference) -> list[e.Event]:
    """Ask another agent in; the conversation goes on meanwhile."""
    if not s.account.capabilities.conference_with:
        raise Refused("no_conference_here", "This channel has no conference.")
    if command.target_id == command.agent_id:
        raise Refused("target_is_self", "You already hold this conversation.")
    reachable(s, command.target_id)
    return [
        e.ConferenceRequested(
            leg_id=command.leg_id, agent_id=command.target_id, expires_at=expiry(s)
        )
    ]


def cancel_conference(s: Situation, _: c.CancelConference) -> list[e.Event]:
    """The request is taken back; the pane is active again."""
    return [withdraw_request(s)]


def exit_conference(s: Situation, command: c.ExitConference) -> list[e.Event]:
    """The invited agent leaves and wraps up."""
    leg = s.leg_of(command.agent_id)
    return [
        e.ConferenceLeft(leg_id=leg.id, agent_id=leg.agent_id),
        wrap_up_of(s, leg, LegOutcome.EXITED),
    ]


def remove_invited(s: Situation, _: c.RemoveInvited) -> list[e.Event]:
    """The owner goes on alone; the invited agent wraps up."""
    leg = s.task.invited
    assert leg is not None  # noqa: S101 - the permission table has seen it
    return [
        e.ConferenceLeft(leg_id=leg.id, agent_id=leg.agent_id, removed=True),
        wrap_up_of(s, leg, LegOutcome.REMOVED),
    ]


def withdraw_request(s: Situation) -> e.ConferenceCancelled:
    """The event that ends a conference request."""
    leg = s.task.invited
    assert leg is not None  # noqa: S101 - the permission table has seen it
    return e.ConferenceCancelled(leg_id=leg.id, agent_id=leg.agent_id)


def _target_allowed(s: Situation, target: str) -> None:
    if target not in s.account.capabilities.transfer_to:
        raise Refused(
            "target_not_allowed",
            f"On this channel a conversation cannot be transferred to an {target}."
            if target == "agent"
            else "On this channel a conversation cannot be transferred to a queue.",
        )


_UNREACHABLE = {
    "agent_idle": "The agent is idle.",
    "agent_rona": "The agent has not answered the last request.",
    "agent_offline": "The agent is not signed in.",
    "agent_leaving": "The agent takes no further conversations.",
    "agent_at_capacity": "The agent has no room for another conversation.",
}


def reachable(s: Situation, agent_id: int) -> None:
    """Refuse a target who takes part already or can't be given this now."""
    leg = s.task.leg_of(agent_id)
    if leg is not None and leg.open:
        raise Refused("target_takes_part", "That agent already has a part in this conversation.")
    if reason := s.agent(agent_id).unreachable_reason(s.task.kind):
        raise Refused(
            "target_unavailable",
            f"{_UNREACHABLE[reason]} Refresh the list and choose another.",
            {"reason": reason},
        )
