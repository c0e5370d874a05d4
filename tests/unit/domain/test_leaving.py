"""The customer leaves and comes back (T7, T9)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rapport.domain import commands as c
from rapport.domain.agent import AgentStatus
from rapport.domain.errors import Refused
from rapport.domain.policy import Silence
from rapport.domain.rules.speaking import check_may_send
from rapport.domain.task import DueFor, EndReason, LegOutcome, TaskState
from tests.builders import NOW, Story, a_queue, a_task, an_agent
from tests.builders.tasks import TaskBuilder


def test_leaving_the_waiting_line_abandons_the_task() -> None:
    story = Story(a_task().queued())
    assert story.kinds(c.LeaveAsCustomer()) == ["task.ended"]
    assert story.task.end_reason is EndReason.ABANDONED


def test_leaving_while_it_rings_withdraws_the_offer_without_rona() -> None:
    story = Story(a_task().offered_to(1))
    assert story.kinds(c.LeaveAsCustomer()) == ["offer.withdrawn", "task.ended"]
    assert story.task.legs[0].outcome is LegOutcome.WITHDRAWN
    assert story.agent(1).status is AgentStatus.AVAILABLE
    assert not story.agent(1).engaged
    assert story.refused(c.AcceptOffer(agent_id=1)) == "offer_expired"


def test_leaving_an_active_chat_leaves_it_to_the_agent_to_end() -> None:
    # Seed: "When the customer ends the chat session, a message appears in the chat conversation
    # indicating that the customer has left the chat."
    story = Story(a_task().active_with(1))
    assert story.kinds(c.LeaveAsCustomer()) == ["customer.left"]
    assert story.task.state is TaskState.ACTIVE
    assert story.do(c.LeaveAsCustomer()) == [], "leaving twice is leaving once"
    with pytest.raises(Refused, match="has left"):
        check_may_send(story.situation, 1, "Are you there?", 0)
    check_may_send(story.situation, 1, "He has gone", 0, note=True)


def test_a_message_after_leaving_reopens_the_composer() -> None:
    story = Story(a_task().active_with(1))
    story.do(c.LeaveAsCustomer())
    assert story.kinds(c.NoteCustomerSpoke()) == ["customer.returned"]
    check_may_send(story.situation, 1, "Welcome back", 0)
    assert story.do(c.ReturnAsCustomer()) == [], "nobody had left"


@pytest.mark.parametrize("accepted", [False, True])
def test_a_message_while_it_waits_again_reopens_it_for_the_next_agent(accepted: bool) -> None:
    story = Story(a_task().active_with(1))
    story.do(c.LeaveAsCustomer())
    story.do(c.TransferToQueue(agent_id=1, queue_id=2))
    if accepted:
        story.do(c.OfferTask(agent_id=2, leg_id=9))
    assert story.kinds(c.NoteCustomerSpoke()) == ["customer.returned"]
    if not accepted:
        story.do(c.OfferTask(agent_id=2, leg_id=9))
    story.do(c.AcceptOffer(agent_id=2))
    check_may_send(story.situation, 2, "Welcome back", 0)


def test_leaving_ends_the_reminders() -> None:
    silence = Silence(reminders=((timedelta(minutes=2), "Still there?"),))
    story = Story(a_task().active_with(1), queues=[a_queue(1, silence=silence)])
    story.do(c.NoteAgentSpoke())
    assert story.task.due_for is DueFor.SILENCE
    story.do(c.LeaveAsCustomer())
    assert story.task.due_at is None
    assert story.do(c.NoteAgentSpoke()) == []


def test_leaving_keeps_the_grace_time_of_a_gone_agent() -> None:
    story = Story(a_task().active_with(1), [an_agent(1, status=AgentStatus.OFFLINE)])
    story.do(c.NoteOwnerGone(agent_id=1))
    story.do(c.LeaveAsCustomer())
    assert story.task.due_for is DueFor.GRACE
    story.later(minutes=5)
    assert story.kinds(c.PassDeadline()) == ["task.needs_attention"]


def test_leaving_keeps_a_parked_task_parked_and_a_message_still_wakes_it() -> None:
    story = Story(a_task().active_with(1, parked=True))
    story.do(c.LeaveAsCustomer())
    assert story.task.due_at == NOW + timedelta(hours=1)
    story.later(minutes=3)
    assert story.kinds(c.NoteCustomerSpoke()) == ["customer.returned", "task.deadline_set"]
    assert story.kinds(c.PassDeadline()) == ["task.resumed"]
    check_may_send(story.situation, 1, "Welcome back", 0)


def test_who_has_left_cannot_leave_an_ended_task() -> None:
    story = Story(TaskBuilder(a_task().queued()).closed_by(1))
    assert story.refused(c.LeaveAsCustomer()) == "task_ended"
