"""Offer, accept, RONA and withdrawal (T2, T3, T5's unanswered transfer)."""

from __future__ import annotations

from datetime import datetime

from rapport.domain import commands as c
from rapport.domain import events as e
from rapport.domain.deadlines import closing_after, offer_deadline, returning_deadline, stage_at
from rapport.domain.errors import Forbidden, Refused
from rapport.domain.policy import UnansweredTransfer
from rapport.domain.rules.waiting import hours_closed
from rapport.domain.situation import Situation
from rapport.domain.task import Leg, LegOrigin, LegRole, LegState


def offer(s: Situation, command: c.OfferTask) -> list[e.Event]:
    """Present the task to one agent until the queue's time is over."""
    agent = s.agent(command.agent_id)
    if reason := agent.unreachable_reason(s.task.kind):
        raise Refused(reason, "The agent cannot be offered this now.")
    return [
        e.TaskOffered(
            leg_id=command.leg_id,
            agent_id=agent.id,
            origin=command.origin,
            expires_at=offer_deadline(s.queue, s.task.kind, s.now),
        )
    ]


def take(s: Situation, command: c.TakeTask) -> list[e.Event]:
    """Self-assignment, where the queue allows it; accepted at once."""
    if not s.queue.self_assign:
        raise Refused("self_assign_off", "This queue does not allow taking conversations.")
    agent = s.agent(command.agent_id)
    serves = s.queue.serves(agent.id, s.teams.get(agent.id, frozenset()))
    if not serves and agent.id not in s.supervisors:
        raise Forbidden("not_your_queue", "This queue is served by other agents.")
    if reason := agent.unreachable_reason(s.task.kind):
        raise Refused(reason, "You cannot take another conversation now.")
    return [
        e.TaskOffered(
            leg_id=command.leg_id,
            agent_id=agent.id,
            origin=LegOrigin.SELF_ASSIGNED,
            expires_at=expiry(s),
        ),
        e.TaskAccepted(leg_id=command.leg_id, agent_id=agent.id),
    ]


def accept(s: Situation, command: c.AcceptOffer) -> list[e.Event]:
    """Own the task, or join the conference. After expiry: `offer_expired`, in words."""
    leg = s.leg_of(command.agent_id)
    if leg.due_at is not None and leg.due_at <= s.now:
        raise Refused("offer_expired", "The time to accept this request is over.")
    if leg.role is LegRole.INVITED:
        return [e.ConferenceJoined(leg_id=leg.id, agent_id=leg.agent_id)]
    return [e.TaskAccepted(leg_id=leg.id, agent_id=leg.agent_id)]


def expire(s: Situation, command: c.ExpireOffer) -> list[e.Event]:
    """RONA: the agent is taken out, the task goes back by its kind of offer.

    None where the hours have closed over it: then it is withdrawn, and the queue's rule holds.
    """
    leg = ringing(s, command.offer_id)
    if leg.due_at is None or leg.due_at > s.now:
        raise Refused("offer_still_open", "The offer's time is not over.")
    if _closed_over(s, leg):
        events = hours_closed(s) or [_back_to_queue(s, leg, "hours_closed")]
        return [
            e.OfferWithdrawn(leg_id=leg.id, agent_id=leg.agent_id, reason="hours_closed"),
            *events,
        ]
    return [
        e.OfferExpired(leg_id=leg.id, agent_id=leg.agent_id),
        e.AgentMissedOffer(agent_id=leg.agent_id, per_channel=s.queue.rona_per_channel),
        *_unanswered(s, leg, command.new_leg_id, "no_answer"),
    ]


def withdraw(s: Situation, command: c.WithdrawOffer) -> list[e.Event]:
    """The offer returns without a RONA; a transfer too, for nobody has left it unanswered."""
    leg = ringing(s, command.offer_id)
    withdrawn = e.OfferWithdrawn(leg_id=leg.id, agent_id=leg.agent_id, reason=command.reason)
    if leg.role is LegRole.INVITED:
        return [withdrawn]
    return [withdrawn, _back_to_queue(s, leg, command.reason)]


def ringing(s: Situation, leg_id: int) -> Leg:
    """The leg, if it still rings."""
    leg = s.task.leg(leg_id)
    if leg is None or leg.state is not LegState.OFFERED:
        raise Refused("offer_gone", "This offer no longer rings.")
    return leg


def expiry(s: Situation) -> datetime:
    """When an offer made now expires."""
    return s.now + s.queue.timeout_for(s.task.kind)


def _closed_over(s: Situation, leg: Leg) -> bool:
    """Whether the hours closed while it rang; who was asked by a colleague is not in the line."""
    if leg.origin is not LegOrigin.ROUTED:
        return False
    closing = closing_after(s.queue, leg.offered_at)
    return closing is not None and closing <= s.now


def _unanswered(s: Situation, leg: Leg, new_leg_id: int, reason: str) -> list[e.Event]:
    if leg.role is LegRole.INVITED:
        return []
    if leg.origin is LegOrigin.TRANSFER:
        return _unanswered_transfer(s, leg, new_leg_id, reason)
    return [_back_to_queue(s, leg, reason)]


def _unanswered_transfer(s: Situation, leg: Leg, new_leg_id: int, reason: str) -> list[e.Event]:
    policy = s.queue.unanswered_transfer
    if policy is UnansweredTransfer.DROP:
        return [e.TaskDropped(agent_id=leg.agent_id)]
    sender = _sender(s, leg)
    if policy is UnansweredTransfer.RETURN_TO_SENDER and sender is not None:
        agent = s.agents.get(sender)
        if agent is not None and agent.unreachable_reason(s.task.kind) is None:
            return [
                e.TaskOffered(
                    leg_id=new_leg_id,
                    agent_id=sender,
                    origin=LegOrigin.RETURNED,
                    expires_at=expiry(s),
                )
            ]
    return [_back_to_queue(s, leg, reason)]


def _sender(s: Situation, leg: Leg) -> int | None:
    earlier = [x for x in s.task.legs if x.id < leg.id and x.role is LegRole.OWNER]
    return earlier[-1].agent_id if earlier else None


def _back_to_queue(s: Situation, leg: Leg, reason: str) -> e.TaskRequeued:
    """With its original waiting time, place and stage (T3).

    A transferred task has waited since the transfer, not since before it was first accepted.
    """
    handed_over = leg.origin in {LegOrigin.TRANSFER, LegOrigin.RETURNED, LegOrigin.REASSIGNED}
    task = s.task
    queued_at = leg.offered_at if handed_over else task.queued_at
    since = queued_at if handed_over else task.waiting_since
    left = () if handed_over else task.overflowed_from
    return e.TaskRequeued(
        queue_id=task.queue_id,
        reason=reason,
        queued_at=queued_at,
        waiting_since=since,
        overflowed_from=left,
        stage=stage_at(s.queue, s.now - queued_at),
        due_at=returning_deadline(
            s.queue, queued_at, s.now, since=since, overflows=task.queue_id not in left
        ),
    )
