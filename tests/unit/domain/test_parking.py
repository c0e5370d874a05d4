"""Parking: until a time or the customer's next message, without using capacity (T11)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rapport.domain import commands as c
from rapport.domain.agent import AgentStatus, disconnect
from rapport.domain.rules.speaking import check_may_send
from rapport.domain.task import DueFor, LegState, TaskState
from tests.builders import NOW, Story, a_queue, a_task, an_agent

UNTIL = NOW + timedelta(hours=1)
BUSY = {"capacity": (1, 0, 0), "used": (1, 0, 0)}


def parked(**fields: object) -> Story:
    return Story(a_task().active_with(1, parked=True), **fields)


def test_parking_frees_capacity() -> None:
    story = Story(a_task().active_with(1))
    assert story.agent(1).used == (1, 0, 0)
    assert story.kinds(c.ParkTask(agent_id=1, until=UNTIL)) == ["task.parked"]
    assert story.agent(1).used == (0, 0, 0)
    assert (story.task.due_at, story.task.due_for) == (UNTIL, DueFor.PARKING)
    assert story.task.parked_until == UNTIL


@pytest.mark.parametrize(
    ("until", "code"),
    [
        (NOW, "until_in_past"),
        (NOW - timedelta(seconds=1), "until_in_past"),
        (NOW + timedelta(days=30, seconds=1), "until_too_late"),
    ],
)
def test_the_time_must_be_ahead_and_not_too_far(until: object, code: str) -> None:
    story = Story(a_task().active_with(1))
    assert story.refused(c.ParkTask(agent_id=1, until=until)) == code  # type: ignore[arg-type]


def test_a_customer_who_has_left_is_not_parked() -> None:
    story = Story(a_task().active_with(1))
    story.do(c.LeaveAsCustomer())
    assert story.refused(c.ParkTask(agent_id=1, until=UNTIL)) == "customer_left"


def test_the_owner_takes_it_up_again() -> None:
    story = parked()
    assert story.kinds(c.ResumeTask(agent_id=1)) == ["task.resumed"]
    assert (story.task.due_at, story.task.parked_until) == (None, None)
    assert story.agent(1).used == (1, 0, 0)
    check_may_send(story.situation, 1, "Here I am", 0)


def test_taking_it_up_needs_room() -> None:
    story = parked(agents=[an_agent(1, **BUSY)])
    assert story.refused(c.ResumeTask(agent_id=1)) == "agent_at_capacity"


def test_it_wakes_at_its_time() -> None:
    story = parked().later(minutes=59)
    assert story.do(c.PassDeadline()) == []
    assert story.later(minutes=1).kinds(c.PassDeadline()) == ["task.resumed"]
    assert story.task.state is TaskState.ACTIVE
    assert story.agent(1).used == (1, 0, 0)


def test_it_wakes_with_the_customers_next_message() -> None:
    story = parked().later(minutes=1)
    assert story.kinds(c.NoteCustomerSpoke()) == ["task.deadline_set"]
    assert story.task.due_at == story.situation.now, "the timer wakes it, with the agent locked"
    assert story.kinds(c.PassDeadline()) == ["task.resumed"]


def test_without_room_it_waits_and_its_agent_is_asked_first() -> None:
    queue = a_queue(1, last_agent_wait=timedelta(seconds=45))
    story = parked(agents=[an_agent(1, **BUSY)], queues=[queue]).later(hours=1)
    assert story.kinds(c.PassDeadline()) == ["task.requeued"]
    assert story.task.preferred_agent_id == 1
    assert story.task.due_at == story.situation.now + timedelta(seconds=45)
    assert story.agent(1).used == (1, 0, 0)
    story.later(seconds=45)
    assert story.kinds(c.PassDeadline()) == ["task.widened"]
    assert story.task.preferred_agent_id is None, "then everyone"


@pytest.mark.parametrize(
    ("agent", "wait"),
    [
        (an_agent(1, **BUSY), timedelta(0)),
        (an_agent(1, status=AgentStatus.OFFLINE), timedelta(seconds=45)),
    ],
    ids=["no last-agent preference", "agent has gone"],
)
def test_otherwise_it_waits_for_everyone(agent: object, wait: timedelta) -> None:
    queue = a_queue(1, last_agent_wait=wait)
    story = parked(agents=[agent], queues=[queue]).later(hours=1)
    assert story.kinds(c.PassDeadline()) == ["task.requeued"]
    assert story.task.preferred_agent_id is None
    assert story.task.arrived_at == NOW


def test_a_reminder_does_not_run_while_parked() -> None:
    story = parked()
    assert story.do(c.NoteAgentSpoke()) == []
    assert story.task.due_for is DueFor.PARKING


def test_a_supervisor_who_has_joined_wraps_up_when_it_waits_again() -> None:
    story = Story(a_task().active_with(1, parked=True))
    story.do(c.JoinTask(supervisor_id=2, leg_id=9))
    story.with_agent(disconnect(story.agent(1), NOW))
    kinds = story.later(hours=1).kinds(c.PassDeadline())
    assert kinds == ["conference.exited", "wrap_up.started", "task.requeued"]
    assert [leg.state for leg in story.task.open_legs] == [LegState.WRAPPING_UP]
