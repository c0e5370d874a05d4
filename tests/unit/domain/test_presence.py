"""Tasks of an agent whose desktop has gone (T10)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rapport.domain import commands as c
from rapport.domain.agent import AgentStatus, disconnect, sign_in
from rapport.domain.policy import GonePolicy, Silence
from rapport.domain.task import DueFor, LegOutcome, LegState, TaskState
from tests.builders import NOW, Story, a_queue, a_task

REQUEUE = a_queue(1, gone=GonePolicy.REQUEUE, last_agent_wait=timedelta(seconds=20))


def gone(story: Story, agent_id: int = 1) -> Story:
    """The desktop of an agent has been away for the configured time."""
    story.with_agent(disconnect(story.agent(agent_id), story.situation.now))
    story.do(c.NoteOwnerGone(agent_id=agent_id))
    return story


def back(story: Story, agent_id: int = 1) -> Story:
    story.with_agent(sign_in(story.agent(agent_id), None, story.situation.now))
    story.do(c.NoteOwnerBack(agent_id=agent_id))
    return story


def test_active_tasks_stay_for_the_grace_time() -> None:
    story = gone(Story(a_task().active_with(1)))
    assert story.agent(1).status is AgentStatus.OFFLINE
    assert (story.task.due_at, story.task.due_for) == (NOW + timedelta(minutes=5), DueFor.GRACE)
    assert story.later(minutes=4).do(c.PassDeadline()) == []


def test_within_the_grace_time_they_are_the_agents_again() -> None:
    story = gone(Story(a_task().active_with(1)))
    back(story.later(minutes=1))
    assert story.task.due_at is None
    assert story.task.owner is not None


def test_a_customers_silence_goes_on_when_the_agent_is_back() -> None:
    silence = Silence(
        reminders=((timedelta(minutes=2), "Still there?"),), close_after=timedelta(minutes=10)
    )
    story = Story(a_task().active_with(1), queues=[a_queue(1, silence=silence)])
    story.do(c.NoteAgentSpoke())
    story.later(minutes=2).do(c.PassDeadline())
    gone(story.later(minutes=1))
    story.later(minutes=1)
    story.with_agent(sign_in(story.agent(1), None, story.situation.now))
    spoke_at = NOW + timedelta(minutes=2)
    story.do(c.NoteOwnerBack(agent_id=1))
    assert (story.task.due_for, story.task.silence_stage) == (DueFor.SILENCE, 1)
    assert story.task.due_at == spoke_at + timedelta(minutes=10)
    assert story.later(minutes=8).kinds(c.PassDeadline()) == ["task.ended", "wrap_up.started"]


def test_a_deadline_that_finds_the_agent_back_does_nothing() -> None:
    story = gone(Story(a_task().active_with(1))).later(minutes=5)
    story.with_agent(sign_in(story.agent(1), None, story.situation.now))
    assert story.kinds(c.PassDeadline()) == ["task.deadline_set"]
    assert story.task.state is TaskState.ACTIVE


def test_a_deadline_that_finds_the_agent_back_lets_the_customers_silence_go_on() -> None:
    silence = Silence(close_after=timedelta(minutes=10))
    story = Story(a_task().active_with(1), queues=[a_queue(1, silence=silence)])
    story.do(c.NoteAgentSpoke())
    gone(story).later(minutes=5)
    story.with_agent(sign_in(story.agent(1), None, story.situation.now))
    assert story.kinds(c.PassDeadline()) == ["task.deadline_set"]
    assert story.task.due_at == NOW + timedelta(minutes=10)


def test_policy_keep_alerts_again_and_again() -> None:
    story = gone(Story(a_task().active_with(1)))
    for _ in range(3):
        assert story.later(minutes=5).kinds(c.PassDeadline()) == ["task.needs_attention"]
        assert story.task.due_for is DueFor.GRACE
    back(story)
    assert story.task.due_at is None


def test_policy_requeue_puts_it_first_in_line_for_everyone() -> None:
    story = gone(Story(a_task().active_with(1), queues=[REQUEUE]))
    assert story.later(minutes=5).kinds(c.PassDeadline()) == ["task.requeued"]
    task = story.task
    assert (task.state, task.arrived_at) == (TaskState.QUEUED, NOW), "by the time of its arrival"
    assert task.preferred_agent_id is None, "nobody waits for an agent who has gone"
    assert task.legs[0].outcome is LegOutcome.REQUEUED
    assert not story.agent(1).engaged


@pytest.mark.parametrize(
    ("joined", "kinds"),
    [
        (False, ["conference.cancelled", "task.requeued"]),
        (True, ["conference.exited", "wrap_up.started", "task.requeued"]),
    ],
)
def test_requeueing_ends_the_conference(joined: bool, kinds: list[str]) -> None:
    story = gone(Story(a_task().in_conference(1, 2, joined=joined), queues=[REQUEUE]))
    assert story.later(minutes=5).kinds(c.PassDeadline()) == kinds
    wraps_up = [leg for leg in story.task.open_legs if leg.state is LegState.WRAPPING_UP]
    assert [leg.agent_id for leg in wraps_up] == [2] * joined


def test_an_invited_agent_who_has_gone_changes_nothing() -> None:
    story = gone(Story(a_task().in_conference(1, 2)), 2)
    assert story.task.due_at is None


@pytest.mark.parametrize("policy", GonePolicy)
def test_a_colleague_who_writes_meanwhile_does_not_end_the_grace_time(policy: GonePolicy) -> None:
    queue = a_queue(1, gone=policy, silence=Silence(close_after=timedelta(minutes=1)))
    story = gone(Story(a_task().in_conference(1, 2), queues=[queue]))
    assert story.do(c.NoteAgentSpoke()) == []
    story.do(c.NoteCustomerSpoke())
    assert story.task.due_for is DueFor.GRACE


def test_parked_tasks_of_a_gone_agent_keep_their_own_timer() -> None:
    story = gone(Story(a_task().active_with(1, parked=True)))
    assert story.task.due_for is DueFor.PARKING
    assert story.refused(c.ResumeTask(agent_id=1)) == "agent_offline"
    back(story)
    assert story.task.due_for is DueFor.PARKING
    assert story.later(hours=1).kinds(c.PassDeadline()) == ["task.resumed"]


def test_offers_return_without_rona() -> None:
    story = Story(a_task().offered_to(1))
    story.with_agent(disconnect(story.agent(1), NOW))
    kinds = story.kinds(c.WithdrawOffer(offer_id=1, reason="disconnected"))
    assert kinds == ["offer.withdrawn", "task.requeued"]
    assert story.agent(1).status is AgentStatus.OFFLINE
    assert story.task.queued_at == NOW
