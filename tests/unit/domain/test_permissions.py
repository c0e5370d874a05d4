"""Every (task state, actor's position, conference, command): decided as the table says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from rapport.domain import commands as c
from rapport.domain.decide import RULES, decide
from rapport.domain.errors import Forbidden, Refused
from rapport.domain.evolve import fold
from rapport.domain.menu import Said
from rapport.domain.permissions import PERMISSIONS, Conference, Position, conference, position
from rapport.domain.situation import Situation
from rapport.domain.task import LegState, Task, TaskState
from tests.builders import NOW, a_queue, a_situation, a_task
from tests.builders.tasks import TaskBuilder

ACTOR, OTHER, THIRD, TARGET, NEW_LEG = 1, 2, 3, 4, 99
S, P, C = TaskState, Position, Conference
Key = tuple[TaskState, Position, Conference]
Make = Callable[[Situation], c.Command]


def _before(stands: Position) -> TaskBuilder:
    """A waiting task in which the actor has, or has had, this part."""
    if stands is P.NONE:
        return a_task()
    return a_task().after(ACTOR, wrapped_up=stands is P.CLOSED)


def situations() -> Iterator[tuple[Key, Task]]:
    """A representative of every reachable combination."""
    for past in (P.NONE, P.CLOSED, P.WRAPPING_UP):
        yield (S.QUEUED, past, C.NONE), _before(past).queued()
        yield (S.OFFERED, past, C.NONE), _before(past).offered_to(OTHER)
        yield (S.ACTIVE, past, C.NONE), _before(past).active_with(OTHER)
        for joined in (False, True):
            state = C.JOINED if joined else C.REQUESTED
            task = _before(past).in_conference(OTHER, THIRD, joined=joined)
            yield (S.ACTIVE, past, state), task
    yield (S.ASKING, P.NONE, C.NONE), a_task().asking()
    yield (S.OFFERED, P.RINGING, C.NONE), a_task().offered_to(ACTOR)
    yield (S.ACTIVE, P.OWNER, C.NONE), a_task().active_with(ACTOR)
    yield (S.ACTIVE, P.OWNER_PARKED, C.NONE), a_task().active_with(ACTOR, parked=True)
    requested = a_task().in_conference(ACTOR, OTHER, joined=False)
    yield (S.ACTIVE, P.OWNER, C.REQUESTED), requested
    yield (S.ACTIVE, P.OWNER, C.JOINED), a_task().in_conference(ACTOR, OTHER)
    asked = a_task().in_conference(OTHER, ACTOR, joined=False)
    yield (S.ACTIVE, P.RINGING_INVITED, C.REQUESTED), asked
    yield (S.ACTIVE, P.INVITED, C.JOINED), a_task().in_conference(OTHER, ACTOR)
    yield (S.ENDED, P.NONE, C.NONE), a_task().wrapping_up(OTHER)
    yield (S.ENDED, P.WRAPPING_UP, C.NONE), a_task().wrapping_up(ACTOR)
    yield (S.ENDED, P.CLOSED, C.NONE), a_task().closed_by(ACTOR)


SITUATIONS = dict(situations())

# What can be reached at all: whose part is live follows from the task's state.
_PAST = {P.NONE, P.CLOSED, P.WRAPPING_UP}
REACHABLE = {
    (S.ASKING, P.NONE, C.NONE),
    *product({S.QUEUED, S.ENDED}, _PAST, {C.NONE}),
    *product({S.OFFERED}, _PAST | {P.RINGING}, {C.NONE}),
    *product({S.ACTIVE}, _PAST | {P.OWNER}, C),
    (S.ACTIVE, P.OWNER_PARKED, C.NONE),
    (S.ACTIVE, P.RINGING_INVITED, C.REQUESTED),
    (S.ACTIVE, P.INVITED, C.JOINED),
}


def _leg(s: Situation, state: LegState) -> int:
    return next((leg.id for leg in s.task.legs if leg.state is state), 0)


MAKE: dict[type[c.Command], Make] = {
    c.OfferTask: lambda _: c.OfferTask(agent_id=TARGET, leg_id=NEW_LEG),
    c.TakeTask: lambda _: c.TakeTask(agent_id=ACTOR, leg_id=NEW_LEG),
    c.AcceptOffer: lambda _: c.AcceptOffer(agent_id=ACTOR),
    c.ExpireOffer: lambda s: c.ExpireOffer(offer_id=_leg(s, LegState.OFFERED), new_leg_id=NEW_LEG),
    c.WithdrawOffer: lambda s: c.WithdrawOffer(
        offer_id=_leg(s, LegState.OFFERED), reason="disconnected"
    ),
    c.TransferToQueue: lambda _: c.TransferToQueue(agent_id=ACTOR, queue_id=2),
    c.TransferToAgent: lambda _: c.TransferToAgent(
        agent_id=ACTOR, target_id=TARGET, leg_id=NEW_LEG
    ),
    c.RequestConference: lambda _: c.RequestConference(
        agent_id=ACTOR, target_id=TARGET, leg_id=NEW_LEG
    ),
    c.CancelConference: lambda _: c.CancelConference(agent_id=ACTOR),
    c.ExitConference: lambda _: c.ExitConference(agent_id=ACTOR),
    c.RemoveInvited: lambda _: c.RemoveInvited(agent_id=ACTOR),
    c.EndConference: lambda _: c.EndConference(agent_id=ACTOR),
    c.EndTask: lambda _: c.EndTask(agent_id=ACTOR),
    c.SubmitWrapUp: lambda _: c.SubmitWrapUp(agent_id=ACTOR, reason_ids=(1,)),
    c.SubmitWrapUpByTimer: lambda s: c.SubmitWrapUpByTimer(leg_id=_leg(s, LegState.WRAPPING_UP)),
    c.CancelWrapUpTimer: lambda _: c.CancelWrapUpTimer(agent_id=ACTOR),
    c.ParkTask: lambda _: c.ParkTask(agent_id=ACTOR, until=NOW + timedelta(hours=1)),
    c.ResumeTask: lambda _: c.ResumeTask(agent_id=ACTOR),
    c.EditVariables: lambda _: c.EditVariables(agent_id=ACTOR, changes=()),
    c.ReadUpTo: lambda _: c.ReadUpTo(agent_id=ACTOR, seq=1, inbound_seq=1),
    c.LeaveAsCustomer: lambda _: c.LeaveAsCustomer(),
    c.ReturnAsCustomer: lambda _: c.ReturnAsCustomer(),
    c.PassDeadline: lambda _: c.PassDeadline(),
    c.OverflowTask: lambda _: c.OverflowTask(queue_id=1),
    c.HearAnswer: lambda _: c.HearAnswer(menu=None, said=Said("1")),
    c.NoteOwnerGone: lambda _: c.NoteOwnerGone(agent_id=ACTOR),
    c.NoteOwnerBack: lambda _: c.NoteOwnerBack(agent_id=ACTOR),
    c.NoteAgentSpoke: lambda _: c.NoteAgentSpoke(),
    c.NoteTakenBack: lambda _: c.NoteTakenBack(),
    c.NoteCustomerSpoke: lambda _: c.NoteCustomerSpoke(),
    c.JoinTask: lambda _: c.JoinTask(supervisor_id=ACTOR, leg_id=NEW_LEG),
    c.TakeOver: lambda _: c.TakeOver(supervisor_id=ACTOR, leg_id=NEW_LEG),
    c.Reassign: lambda _: c.Reassign(supervisor_id=ACTOR, target_id=TARGET, leg_id=NEW_LEG),
    c.Requeue: lambda _: c.Requeue(supervisor_id=ACTOR, queue_id=2),
    c.Prioritise: lambda _: c.Prioritise(supervisor_id=ACTOR, priority=1),
}
"""How each command is made; one missing here, in the table or in the rules fails a test."""

TIMERS = {c.ExpireOffer: NOW + timedelta(minutes=1)}
"""Commands that are due only later."""

# Beyond the table: what the rule itself refuses when there is nothing it could apply to.
NOTHING_THERE = {
    c.ExpireOffer: (LegState.OFFERED, "offer_gone"),
    c.WithdrawOffer: (LegState.OFFERED, "offer_gone"),
    c.SubmitWrapUpByTimer: (LegState.WRAPPING_UP, "not_wrapping_up"),
}

NOT_HERE = {
    P.NONE: "not_your_task",
    P.CLOSED: "not_your_task",
    P.WRAPPING_UP: "not_your_task",
    P.RINGING: "not_accepted_yet",
    P.RINGING_INVITED: "not_accepted_yet",
    P.OWNER: "not_allowed_for_owner",
    P.OWNER_PARKED: "task_parked",
    P.INVITED: "owner_only",
}
NOT_RINGING = {
    P.NONE: "not_offered_to_you",
    P.CLOSED: "offer_expired",
    P.WRAPPING_UP: "not_offered_to_you",
    P.OWNER: "already_accepted",
    P.OWNER_PARKED: "already_accepted",
    P.INVITED: "already_accepted",
}
TAKES_PART = dict.fromkeys(P, "already_takes_part")
NOT_WRAPPING_UP = dict.fromkeys(P, "not_wrapping_up")
POSITION_CODES = {
    c.AcceptOffer: NOT_RINGING,
    c.SubmitWrapUp: NOT_WRAPPING_UP,
    c.CancelWrapUpTimer: NOT_WRAPPING_UP,
    c.JoinTask: TAKES_PART,
    c.TakeOver: TAKES_PART,
}
STATE_CODES = {
    S.ASKING: "not_allowed_in_state",
    S.QUEUED: "not_allowed_in_state",
    S.OFFERED: "not_allowed_in_state",
    S.ACTIVE: "not_allowed_in_state",
    S.ENDED: "task_ended",
}
CONFERENCE_CODES = {
    C.NONE: "no_conference",
    C.REQUESTED: "conference_requested",
    C.JOINED: "conference_running",
}
FORBIDDEN = {"not_your_task", "owner_only", "not_offered_to_you"}


def expected_refusal(command: type[c.Command], key: Key) -> str | None:
    """The code that the table demands; None where the command is possible."""
    state, stands, in_conference = key
    row = PERMISSIONS[command]
    if row.positions is not None and stands not in row.positions:
        return POSITION_CODES.get(command, NOT_HERE)[stands]
    if state not in row.states:
        taken = command is c.TakeTask and state is not S.ENDED
        return "no_longer_waiting" if taken else STATE_CODES[state]
    if in_conference not in row.conference:
        return CONFERENCE_CODES[in_conference]
    return None


def situation_for(key: Key, command: type[c.Command]) -> Situation:
    return a_situation(
        SITUATIONS[key],
        queues=[a_queue(1, self_assign=True)],
        now=TIMERS.get(command, NOW + timedelta(seconds=1)),
    )


def test_every_reachable_combination_has_a_situation() -> None:
    assert set(SITUATIONS) == REACHABLE
    for (state, stands, in_conference), task in SITUATIONS.items():
        assert task.state is state
        assert position(task.leg_of(ACTOR)) is stands
        assert conference(task) is in_conference


def test_every_command_has_a_row_a_rule_and_a_case() -> None:
    kinds = {c.Command, c.ByAgent, c.BySupervisor}
    commands = {
        x
        for x in vars(c).values()
        if isinstance(x, type) and issubclass(x, c.Command) and x not in kinds
    }
    assert set(PERMISSIONS) == commands
    assert set(RULES) == commands
    assert set(MAKE) == commands


def test_every_row_is_possible_somewhere() -> None:
    for command in PERMISSIONS:
        assert any(expected_refusal(command, key) is None for key in REACHABLE), command


@pytest.mark.parametrize("command", PERMISSIONS, ids=lambda x: x.__name__)
def test_decided_as_the_table_says(command: type[c.Command]) -> None:
    for key in sorted(REACHABLE):
        s = situation_for(key, command)
        made = MAKE[command](s)
        refusal = expected_refusal(command, key)
        if refusal is None and command in NOTHING_THERE:
            state, code = NOTHING_THERE[command]
            refusal = None if any(leg.state is state for leg in s.task.legs) else code
        if command is c.SubmitWrapUpByTimer and refusal is None:
            refusal = "wrap_up_running"  # no countdown here; see test_wrap_up.py
        if refusal is None:
            task, agents = fold(s.task, s.agents, decide(s, made), s.now)
            assert task.version >= s.task.version, key
            assert set(agents) == set(s.agents), key
            continue
        with pytest.raises(Refused) as refused:
            decide(s, made)
        assert refused.value.code == refusal, key
        assert isinstance(refused.value, Forbidden) == (refusal in FORBIDDEN), key
        assert refused.value.message.endswith("."), "words for a person"


@pytest.mark.parametrize(
    "command", [x for x in PERMISSIONS if issubclass(x, c.ByAgent)], ids=lambda x: x.__name__
)
def test_an_old_epoch_is_stale_wherever_the_agent_could_act(command: type[c.Command]) -> None:
    for key in REACHABLE:
        if expected_refusal(command, key) is not None:
            continue
        s = situation_for(key, command)
        made = MAKE[command](s)
        assert isinstance(made, c.ByAgent)
        decide(s, replace(made, epoch=s.task.epoch))
        with pytest.raises(Refused) as refused:
            decide(s, replace(made, epoch=s.task.epoch - 1))
        assert refused.value.code == "stale_epoch"
        assert refused.value.details == {"epoch": s.task.epoch}
