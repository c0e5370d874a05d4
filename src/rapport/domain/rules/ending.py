"""The agent's End and the customer's leaving and coming back (T7, T9)."""

from __future__ import annotations

from rapport.domain import commands as c
from rapport.domain import events as e
from rapport.domain.errors import Refused
from rapport.domain.rules.asking import queue_up
from rapport.domain.rules.handing_over import withdraw_request
from rapport.domain.rules.wrapping_up import wrap_up_of
from rapport.domain.situation import Situation
from rapport.domain.task import EndReason, LegOutcome, TaskState


def end(s: Situation, command: c.EndTask) -> list[e.Event]:
    """End the conversation; the customer's consent first where the channel asks for it."""
    _check_consent(s, consent=command.consent)
    leg = s.leg_of(command.agent_id)
    events: list[e.Event] = [withdraw_request(s)] if s.task.invited is not None else []
    return [
        *events,
        e.TaskEnded(reason=EndReason.HANDLED, by="agent", agent_id=leg.agent_id),
        wrap_up_of(s, leg, LegOutcome.HANDLED),
    ]


def end_conference(s: Situation, command: c.EndConference) -> list[e.Event]:
    """The conversation ends for all, with the same consent; every agent wraps up."""
    _check_consent(s, consent=command.consent)
    return [
        e.TaskEnded(reason=EndReason.HANDLED, by="agent", agent_id=command.agent_id),
        *(
            wrap_up_of(s, leg, LegOutcome.HANDLED)
            for leg in (s.task.owner, s.task.invited)
            if leg is not None
        ),
    ]


def customer_leaves(s: Situation, _: c.LeaveAsCustomer) -> list[e.Event]:
    """While waiting: abandoned, and what rings is withdrawn without RONA. Else: has left."""
    task = s.task
    if task.state is TaskState.ACTIVE:
        return [] if task.customer_left_at is not None else [e.CustomerLeft()]
    events: list[e.Event] = []
    if task.state is TaskState.ASKING:
        events.append(queue_up(s, "customer_left"))
    if task.offer is not None:
        events.append(
            e.OfferWithdrawn(
                leg_id=task.offer.id, agent_id=task.offer.agent_id, reason="customer_left"
            )
        )
    return [*events, e.TaskEnded(reason=EndReason.ABANDONED, by="customer")]


def customer_returns(s: Situation, _: c.ReturnAsCustomer) -> list[e.Event]:
    """A message after leaving reopens the composer."""
    return [e.CustomerReturned()] if s.task.customer_left_at is not None else []


def _check_consent(s: Situation, *, consent: bool) -> None:
    """Nobody is asked who has left."""
    wanted = s.account.capabilities.before_end == "consent"
    if wanted and not consent and s.task.customer_left_at is None:
        raise Refused("consent_missing", "Ask the customer whether the conversation may be ended.")
