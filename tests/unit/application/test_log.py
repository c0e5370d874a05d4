"""Every transition, message and load change is an event with the newest values (T12)."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest

from rapport.application.ports import Case
from rapport.application.recording import Recorder, facts_of
from rapport.domain import commands as c
from rapport.domain import events as e
from rapport.domain.agent import CapacityMode
from rapport.domain.decide import decide
from rapport.domain.message import AuthorKind, Contact, Conversation
from rapport.domain.task import Task
from tests.builders import NOW, a_queue, a_situation, a_task, an_agent
from tests.builders.configuration import ACCOUNT, ANA, BEN, a_configuration

PEOPLE = {i: an_agent(i, mode=CapacityMode.BLENDED) for i in (ANA, BEN)}


def case_of(task: Task) -> Case:
    conversation = Conversation(
        id=1, account_id=ACCOUNT, contact_key="k", contact_id=1, task_id=1, created_at=NOW
    )
    return Case(
        task=replace(task, account_id=ACCOUNT),
        conversation=conversation,
        contact=Contact(id=1),
        last_message=None,
    )


def record(task: Task, command: c.Command) -> tuple[Recorder, list[e.Event]]:
    case = case_of(task)
    situation = a_situation(case.task, PEOPLE.values(), [a_queue(1)])
    events = decide(situation, command)
    recorder = Recorder(a_configuration(), count(100), NOW)
    recorder.apply(case, situation.agents, events)
    return recorder, events


COMMANDS = [
    (a_task().queued(), c.OfferTask(agent_id=ANA, leg_id=9)),
    (a_task().offered_to(ANA), c.AcceptOffer(agent_id=ANA)),
    (a_task().active_with(ANA), c.TransferToQueue(agent_id=ANA, queue_id=2)),
    (a_task().active_with(ANA), c.TransferToAgent(agent_id=ANA, target_id=BEN, leg_id=9)),
    (a_task().in_conference(ANA, BEN), c.EndConference(agent_id=ANA)),
    (a_task().in_conference(ANA, BEN), c.ExitConference(agent_id=BEN)),
    (a_task().active_with(ANA), c.EndTask(agent_id=ANA)),
    (a_task().wrapping_up(ANA), c.SubmitWrapUp(agent_id=ANA, reason_ids=(1,))),
    (a_task().active_with(ANA), c.LeaveAsCustomer()),
]


@pytest.mark.parametrize(("task", "command"), COMMANDS, ids=lambda x: type(x).__name__)
def test_every_event_is_logged_once_and_in_order(task: Task, command: c.Command) -> None:
    recorder, events = record(task, command)
    kinds = [x.kind for x in recorder.changes.events]
    domain = {x.kind for x in events}
    assert [kind for kind in kinds if kind in domain] == [x.kind for x in events]
    last = [x for x in recorder.changes.events if x.kind == events[-1].kind][-1]
    assert last.entities is not None
    view = last.entities["task"]
    (stored,) = recorder.changes.tasks
    assert view["version"] == stored.version == task.version + len(events)
    assert view["epoch"] == stored.epoch


@pytest.mark.parametrize(("task", "command"), COMMANDS, ids=lambda x: type(x).__name__)
def test_whoever_takes_part_before_or_after_is_told(task: Task, command: c.Command) -> None:
    recorder, events = record(task, command)
    (stored,) = recorder.changes.tasks
    agents = {leg.agent_id for leg in (*task.open_legs, *stored.open_legs)}
    for event in recorder.changes.events:
        if event.kind in {x.kind for x in events}:
            assert {f"agent.{i}" for i in agents} <= set(event.audience)


@pytest.mark.parametrize(("task", "command"), COMMANDS, ids=lambda x: type(x).__name__)
def test_changed_loads_are_events_of_their_own(task: Task, command: c.Command) -> None:
    recorder, _ = record(task, command)
    logged = {x.agent_id for x in recorder.changes.events if x.kind == "agent.load_changed"}
    assert logged == {agent.id for agent in recorder.changes.agents}


def test_who_has_left_sees_the_thread_no_further() -> None:
    recorder, _ = record(a_task().active_with(ANA), c.TransferToQueue(agent_id=ANA, queue_id=2))
    (stored,) = recorder.changes.tasks
    assert stored.legs[0].left_seq == recorder.changes.messages[-1].seq


def test_what_is_said_is_an_event_and_its_text_is_no_fact() -> None:
    recorder = Recorder(a_configuration(), count(100), NOW)
    case = case_of(a_task().active_with(ANA))
    recorder.say(case, author_kind=AuthorKind.AGENT, author_id=ANA, text="Hello")
    (event,) = recorder.changes.events
    assert (event.kind, event.agent_id, event.customer) == ("message.sent", ANA, True)
    reminded = e.CustomerReminded(stage=1, text="Still there?", due_at=None)
    assert facts_of(reminded) == {"stage": 1}


def test_kinds_are_unique() -> None:
    kinds = [
        x.kind
        for x in vars(e).values()
        if isinstance(x, type) and issubclass(x, e.Event) and x is not e.Event
    ]
    assert len(kinds) == len(set(kinds))
