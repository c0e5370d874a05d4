"""Which command is possible where: the transition table, as data.

A command not possible in a situation is refused with the first reason that holds. A test walks
every (state, command) pair of this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rapport.domain import commands as c
from rapport.domain.errors import Forbidden, Refused
from rapport.domain.situation import Situation
from rapport.domain.task import Leg, LegRole, LegState, Task, TaskState


class Position(StrEnum):
    """Where an agent stands in a task."""

    NONE = "none"
    RINGING = "ringing"
    RINGING_INVITED = "ringing_invited"
    OWNER = "owner"
    OWNER_PARKED = "owner_parked"
    INVITED = "invited"
    WRAPPING_UP = "wrapping_up"
    CLOSED = "closed"


class Conference(StrEnum):
    """Whether a second agent is asked for or in."""

    NONE = "none"
    REQUESTED = "requested"
    JOINED = "joined"


ALL_STATES = frozenset(TaskState)
ASKING = frozenset({TaskState.ASKING})
QUEUED = frozenset({TaskState.QUEUED})
OFFERED = frozenset({TaskState.OFFERED})
ACTIVE = frozenset({TaskState.ACTIVE})
OPEN = ALL_STATES - {TaskState.ENDED}
ROUTED = OPEN - ASKING
"""Supervisors steer what is in a queue or beyond; the question before is over in moments."""
ANY_CONFERENCE = frozenset(Conference)
P = Position


@dataclass(frozen=True, slots=True)
class Permission:
    """Task states, the actor's positions and conference states in which a command is possible."""

    states: frozenset[TaskState]
    positions: frozenset[Position] | None = None
    conference: frozenset[Conference] = ANY_CONFERENCE


def _positions(*positions: Position) -> frozenset[Position]:
    return frozenset(positions)


PERMISSIONS: Mapping[type[c.Command], Permission] = {
    c.OfferTask: Permission(QUEUED),
    c.TakeTask: Permission(QUEUED, _positions(P.NONE, P.CLOSED, P.WRAPPING_UP)),
    c.AcceptOffer: Permission(OFFERED | ACTIVE, _positions(P.RINGING, P.RINGING_INVITED)),
    c.ExpireOffer: Permission(OFFERED | ACTIVE),
    c.WithdrawOffer: Permission(OFFERED | ACTIVE),
    c.TransferToQueue: Permission(ACTIVE, _positions(P.OWNER), frozenset({Conference.NONE})),
    c.TransferToAgent: Permission(ACTIVE, _positions(P.OWNER), frozenset({Conference.NONE})),
    c.RequestConference: Permission(ACTIVE, _positions(P.OWNER), frozenset({Conference.NONE})),
    c.CancelConference: Permission(ACTIVE, _positions(P.OWNER), frozenset({Conference.REQUESTED})),
    c.ExitConference: Permission(ACTIVE, _positions(P.INVITED), frozenset({Conference.JOINED})),
    c.RemoveInvited: Permission(ACTIVE, _positions(P.OWNER), frozenset({Conference.JOINED})),
    c.EndConference: Permission(ACTIVE, _positions(P.OWNER), frozenset({Conference.JOINED})),
    c.EndTask: Permission(
        ACTIVE, _positions(P.OWNER), frozenset({Conference.NONE, Conference.REQUESTED})
    ),
    c.SubmitWrapUp: Permission(ALL_STATES, _positions(P.WRAPPING_UP)),
    c.SubmitWrapUpByTimer: Permission(ALL_STATES),
    c.CancelWrapUpTimer: Permission(ALL_STATES, _positions(P.WRAPPING_UP)),
    c.ParkTask: Permission(ACTIVE, _positions(P.OWNER), frozenset({Conference.NONE})),
    c.ResumeTask: Permission(ACTIVE, _positions(P.OWNER_PARKED)),
    # A read mark may come late: it then marks nothing, and harms nobody.
    c.EditVariables: Permission(ACTIVE, _positions(P.OWNER, P.OWNER_PARKED, P.INVITED)),
    c.ReadUpTo: Permission(
        ALL_STATES,
        _positions(P.OWNER, P.OWNER_PARKED, P.INVITED, P.WRAPPING_UP, P.CLOSED),
    ),
    c.LeaveAsCustomer: Permission(OPEN),
    c.ReturnAsCustomer: Permission(OPEN),
    c.PassDeadline: Permission(ASKING | QUEUED | ACTIVE),
    c.HearAnswer: Permission(ASKING),
    c.OverflowTask: Permission(QUEUED),
    c.NoteOwnerGone: Permission(ACTIVE),
    c.NoteOwnerBack: Permission(ACTIVE),
    c.NoteAgentSpoke: Permission(ACTIVE),
    c.NoteTakenBack: Permission(ACTIVE),
    c.NoteCustomerSpoke: Permission(OPEN),
    c.JoinTask: Permission(
        ACTIVE, _positions(P.NONE, P.CLOSED, P.WRAPPING_UP), frozenset({Conference.NONE})
    ),
    c.TakeOver: Permission(ACTIVE, _positions(P.NONE, P.CLOSED, P.WRAPPING_UP, P.INVITED)),
    c.Reassign: Permission(ROUTED),
    c.Requeue: Permission(ROUTED),
    c.Prioritise: Permission(ROUTED),
}


def position(leg: Leg | None) -> Position:
    """Where the agent with this leg stands."""
    if leg is None:
        return P.NONE
    owner = leg.role is LegRole.OWNER
    match leg.state:
        case LegState.OFFERED:
            return P.RINGING if owner else P.RINGING_INVITED
        case LegState.ACTIVE:
            if not owner:
                return P.INVITED
            return P.OWNER_PARKED if leg.parked else P.OWNER
        case LegState.WRAPPING_UP:
            return P.WRAPPING_UP
        case LegState.CLOSED:
            return P.CLOSED


def conference(task: Task) -> Conference:
    """Whether a second agent is asked for or in."""
    if task.invited is None:
        return Conference.NONE
    joined = task.invited.state is LegState.ACTIVE
    return Conference.JOINED if joined else Conference.REQUESTED


def check(situation: Situation, command: c.Command) -> None:
    """Raise the refusal that fits best unless the table allows the command."""
    task = situation.task
    permission = PERMISSIONS[type(command)]
    if isinstance(command, c.ByAgent | c.BySupervisor):
        stands = position(_leg_for(task, command))
        if permission.positions is not None and stands not in permission.positions:
            raise _refusal_for(command, stands)
        if command.epoch is not None and command.epoch != task.epoch:
            raise Refused(
                "stale_epoch",
                "The conversation has changed meanwhile. Look at it again and repeat.",
                {"epoch": task.epoch},
            )
    if task.state not in permission.states:
        if task.state is TaskState.ENDED:
            raise Refused("task_ended", "This conversation has already ended.")
        if isinstance(command, c.TakeTask):
            raise Refused(
                "no_longer_waiting", "Somebody else has this conversation now. Choose another one."
            )
        raise Refused(
            "not_allowed_in_state",
            f"This is not possible while the conversation is {task.state.value}.",
            {"state": task.state.value},
        )
    if conference(task) not in permission.conference:
        raise _conference_refusal(conference(task))


def _leg_for(task: Task, command: c.ByAgent | c.BySupervisor) -> Leg | None:
    """The part that the command is about: for wrap-up the one that wraps up."""
    if isinstance(command, c.BySupervisor):
        return task.leg_of(command.supervisor_id)
    leg = task.leg_of(command.agent_id)
    if isinstance(command, c.SubmitWrapUp | c.CancelWrapUpTimer):
        return task.wrap_up_of(command.agent_id) or leg
    return leg


def _conference_refusal(state: Conference) -> Refused:
    if state is Conference.NONE:
        return Refused("no_conference", "There is no conference.")
    if state is Conference.REQUESTED:
        return Refused(
            "conference_requested", "A conference is requested. Cancel the request first."
        )
    return Refused("conference_running", "End the conference or let the agent leave it first.")


def _refusal_for(command: c.Command, stands: Position) -> Refused:
    if isinstance(command, c.BySupervisor):
        return Refused("already_takes_part", "You already have a part in this conversation.")
    if isinstance(command, c.AcceptOffer):
        if stands is P.CLOSED:
            return Refused("offer_expired", "This request is no longer offered to you.")
        if stands in {P.OWNER, P.OWNER_PARKED, P.INVITED}:
            return Refused("already_accepted", "You have already accepted this request.")
        return Forbidden("not_offered_to_you", "This request is not offered to you.")
    if isinstance(command, c.SubmitWrapUp | c.CancelWrapUpTimer):
        return Refused("not_wrapping_up", "There is nothing to wrap up here.")
    if stands is P.OWNER_PARKED:
        return Refused("task_parked", "The conversation is parked. Resume it first.")
    if stands is P.OWNER:
        return Refused("not_allowed_for_owner", "The owner of a conversation cannot do this.")
    if stands is P.INVITED:
        return Forbidden("owner_only", "Only the agent who owns the conversation can do this.")
    if stands in {P.RINGING, P.RINGING_INVITED}:
        return Refused("not_accepted_yet", "Accept the request first.")
    return Forbidden("not_your_task", "You have no part in this conversation.")
