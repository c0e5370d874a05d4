"""Wrap-up reasons and the server-side countdown (T8), as the queue of the leg wants them."""

from __future__ import annotations

from rapport.domain import commands as c
from rapport.domain import events as e
from rapport.domain.errors import Invalid, Refused
from rapport.domain.situation import Situation
from rapport.domain.task import Leg, LegOutcome, LegState


def wrap_up_of(s: Situation, leg: Leg, outcome: LegOutcome) -> e.WrapUpStarted:
    """The event that opens wrap-up, with its countdown where the queue has one."""
    countdown = s.queue_of(leg).auto_wrap_up
    due_at = s.now + countdown if countdown is not None else None
    return e.WrapUpStarted(leg_id=leg.id, agent_id=leg.agent_id, outcome=outcome, due_at=due_at)


def submit(s: Situation, command: c.SubmitWrapUp) -> list[e.Event]:
    """One reason, or several where the channel allows it; at least one unless not required."""
    leg = _wrap_up(s, command.agent_id)
    queue = s.queue_of(leg)
    reasons = tuple(dict.fromkeys(command.reason_ids))
    if not reasons and queue.reason_required:
        raise Invalid.field("reason_ids", "Choose a wrap-up reason.", code="reason_required")
    if len(reasons) > 1 and not s.account.capabilities.several_reasons:
        raise Invalid.field(
            "reason_ids", "This channel takes one wrap-up reason.", code="one_reason_only"
        )
    allowed = queue.reason_ids
    if allowed is not None and not allowed.issuperset(reasons):
        raise Invalid.field(
            "reason_ids",
            "That wrap-up reason does not belong to this queue.",
            code="unknown_reason",
        )
    return [
        e.WrapUpSubmitted(leg_id=leg.id, agent_id=leg.agent_id, reason_ids=reasons, by_timer=False)
    ]


def submit_by_timer(s: Situation, command: c.SubmitWrapUpByTimer) -> list[e.Event]:
    """At zero the default reason is submitted."""
    leg = s.task.leg(command.leg_id)
    if leg is None or leg.state is not LegState.WRAPPING_UP:
        raise Refused("not_wrapping_up", "There is nothing to wrap up here.")
    if leg.due_at is None or leg.due_at > s.now:
        raise Refused("wrap_up_running", "The wrap-up's time is not over.")
    default = s.queue_of(leg).default_reason_id
    return [
        e.WrapUpSubmitted(
            leg_id=leg.id,
            agent_id=leg.agent_id,
            reason_ids=(default,) if default is not None else (),
            by_timer=True,
        )
    ]


def cancel_timer(s: Situation, command: c.CancelWrapUpTimer) -> list[e.Event]:
    """Stop the countdown, where the profile allows."""
    leg = _wrap_up(s, command.agent_id)
    if leg.due_at is None:
        return []
    if not s.queue_of(leg).auto_wrap_up_cancellable:
        raise Refused("timer_fixed", "The wrap-up timer cannot be stopped.")
    return [e.WrapUpTimerCancelled(leg_id=leg.id, agent_id=leg.agent_id)]


def _wrap_up(s: Situation, agent_id: int) -> Leg:
    leg = s.task.wrap_up_of(agent_id)
    assert leg is not None  # noqa: S101 - the permission table has seen it
    return leg
