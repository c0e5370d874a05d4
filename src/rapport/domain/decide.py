"""One entrance to the rules: a situation and a command in, events out, or a refusal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from rapport.domain import commands as c
from rapport.domain import permissions
from rapport.domain.events import Event, TaskRead
from rapport.domain.rules import (
    asking,
    details,
    ending,
    handing_over,
    offering,
    steering,
    waiting,
    wrapping_up,
)
from rapport.domain.situation import Situation
from rapport.domain.task import LegState


def _read(s: Situation, command: c.ReadUpTo) -> list[Event]:
    leg = s.leg_of(command.agent_id)
    if command.seq <= leg.read_seq or leg.state is not LegState.ACTIVE:
        return []
    return [
        TaskRead(
            leg_id=leg.id,
            agent_id=leg.agent_id,
            seq=command.seq,
            inbound_seq=max(command.inbound_seq, leg.read_inbound_seq),
        )
    ]


RULES: Mapping[type[c.Command], Callable[[Situation, Any], list[Event]]] = {
    c.OfferTask: offering.offer,
    c.TakeTask: offering.take,
    c.AcceptOffer: offering.accept,
    c.ExpireOffer: offering.expire,
    c.WithdrawOffer: offering.withdraw,
    c.TransferToQueue: handing_over.transfer_to_queue,
    c.TransferToAgent: handing_over.transfer_to_agent,
    c.RequestConference: handing_over.request_conference,
    c.CancelConference: handing_over.cancel_conference,
    c.ExitConference: handing_over.exit_conference,
    c.RemoveInvited: handing_over.remove_invited,
    c.EndConference: ending.end_conference,
    c.EndTask: ending.end,
    c.SubmitWrapUp: wrapping_up.submit,
    c.SubmitWrapUpByTimer: wrapping_up.submit_by_timer,
    c.CancelWrapUpTimer: wrapping_up.cancel_timer,
    c.ParkTask: waiting.park,
    c.ResumeTask: waiting.resume,
    c.EditVariables: details.edit_variables,
    c.ReadUpTo: _read,
    c.LeaveAsCustomer: ending.customer_leaves,
    c.ReturnAsCustomer: ending.customer_returns,
    c.PassDeadline: waiting.pass_deadline,
    c.HearAnswer: asking.hear_answer,
    c.OverflowTask: waiting.overflow,
    c.NoteOwnerGone: waiting.owner_gone,
    c.NoteOwnerBack: waiting.owner_back,
    c.NoteAgentSpoke: waiting.agent_spoke,
    c.NoteTakenBack: waiting.taken_back,
    c.NoteCustomerSpoke: waiting.customer_spoke,
    c.JoinTask: steering.join,
    c.TakeOver: steering.take_over,
    c.Reassign: steering.reassign,
    c.Requeue: steering.requeue,
    c.Prioritise: steering.prioritise,
}


def decide(situation: Situation, command: c.Command) -> list[Event]:
    """The events that follow; none where the command changes nothing.

    Raises:
        Refused: the state does not allow it, or the actor may not.
    """
    permissions.check(situation, command)
    return RULES[type(command)](situation, command)
