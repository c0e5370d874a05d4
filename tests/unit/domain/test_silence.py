"""A silent customer is reminded up to three times, then the task is closed (T11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from rapport.domain import commands as c
from rapport.domain import events as e
from rapport.domain.agent import disconnect
from rapport.domain.policy import Silence, account_policy
from rapport.domain.task import DueFor, EndReason, LegOutcome, LegState, TaskState
from tests.builders import NOW, Story, a_queue, a_task

REMINDERS = tuple((timedelta(minutes=n), f"Reminder {n}") for n in (1, 2, 3))
ALL = Silence(reminders=REMINDERS, close_after=timedelta(minutes=4))


def spoken(silence: Silence = ALL) -> Story:
    """The agent has just written."""
    story = Story(a_task().active_with(1), queues=[a_queue(1, silence=silence)])
    story.do(c.NoteAgentSpoke())
    return story


def pass_due(story: Story) -> list[e.Event]:
    assert story.task.due_at is not None
    wait = story.task.due_at - story.situation.now
    assert story.later(seconds=wait.total_seconds() - 1).do(c.PassDeadline()) == []
    return list(story.later(seconds=1).do(c.PassDeadline()))


def test_three_reminders_then_closed() -> None:
    story = spoken()
    for _, text in REMINDERS:
        (reminded,) = pass_due(story)
        assert isinstance(reminded, e.CustomerReminded)
        assert reminded.text == text
    ended, wrap_up = pass_due(story)
    assert ended == e.TaskEnded(reason=EndReason.CLOSED, by="system")
    assert isinstance(wrap_up, e.WrapUpStarted)
    assert story.task.state is TaskState.ENDED
    assert story.task.legs[0].state is LegState.WRAPPING_UP


def test_each_wait_counts_from_the_last_word_to_the_customer() -> None:
    story = spoken()
    start = story.situation.now
    moments = []
    for _ in range(4):
        assert story.task.due_at is not None
        moments.append(int((story.task.due_at - start).total_seconds() // 60))
        pass_due(story)
    assert moments == [1, 3, 6, 10]


def test_the_customers_word_starts_it_anew() -> None:
    story = spoken()
    pass_due(story)
    story.do(c.NoteCustomerSpoke())
    assert (story.task.due_at, story.task.silence_stage) == (None, 0)
    assert story.do(c.NoteCustomerSpoke()) == []
    story.do(c.NoteAgentSpoke())
    (reminded,) = pass_due(story)
    assert isinstance(reminded, e.CustomerReminded)
    assert reminded.stage == 1


def test_so_does_the_agents() -> None:
    story = spoken().later(seconds=50)
    story.do(c.NoteAgentSpoke())
    assert story.task.due_at == story.situation.now + timedelta(minutes=1)


def test_without_closing_the_agent_is_responsible_again() -> None:
    story = spoken(Silence(reminders=REMINDERS[:1]))
    pass_due(story)
    assert (story.task.due_at, story.task.due_for) == (None, None)
    assert story.task.state is TaskState.ACTIVE


def test_what_has_not_reached_the_customer_does_not_count() -> None:
    story = spoken().later(minutes=1)
    story.situation = replace(story.situation, unanswered_since=None)
    assert story.kinds(c.PassDeadline()) == ["task.deadline_set"]
    assert (story.task.due_at, story.task.due_for) == (None, None)


def test_what_has_reached_them_later_counts_from_then() -> None:
    story = spoken()
    pass_due(story)
    reached = story.situation.now + timedelta(seconds=90)
    story.later(minutes=2)
    story.situation = replace(story.situation, unanswered_since=reached)
    assert story.kinds(c.PassDeadline()) == ["task.deadline_set"]
    assert (story.task.due_at, story.task.silence_stage) == (reached + timedelta(minutes=2), 1)
    assert [type(event) for event in pass_due(story)] == [e.CustomerReminded]


def test_without_reminders_nothing_counts() -> None:
    story = Story(a_task().active_with(1))
    assert story.do(c.NoteAgentSpoke()) == []
    assert story.task.due_at is None


def test_configured_off_meanwhile_the_timer_ends() -> None:
    story = spoken()
    story.situation.queues[1] = a_queue(1)  # type: ignore[index]
    assert story.kinds(c.NoteAgentSpoke()) == ["task.deadline_set"]
    assert story.task.due_for is None


def test_reminders_never_make_a_command_stale() -> None:
    story = spoken()
    epoch, version = story.task.epoch, story.task.version
    pass_due(story)
    assert story.task.epoch == epoch
    assert story.task.version > version


@pytest.mark.parametrize("joined", [False, True])
def test_closing_ends_a_conference(joined: bool) -> None:
    silence = Silence(close_after=timedelta(minutes=4))
    story = Story(a_task().in_conference(1, 2, joined=joined), queues=[a_queue(1, silence=silence)])
    story.do(c.NoteAgentSpoke())
    assert story.task.due_for is DueFor.SILENCE
    kinds = [event.kind for event in pass_due(story)]
    started = ["task.ended", "wrap_up.started"]
    assert kinds == (
        [*started, "wrap_up.started"] if joined else ["conference.cancelled", *started]
    )
    outcomes = {leg.outcome for leg in story.task.legs}
    assert outcomes == (
        {LegOutcome.HANDLED} if joined else {LegOutcome.HANDLED, LegOutcome.WITHDRAWN}
    )


@pytest.mark.parametrize("own", [Silence(), Silence(close_after=timedelta(minutes=9))])
def test_an_account_with_its_own_reminders_leaves_the_queues_aside(own: Silence) -> None:
    task = a_task().active_with(1)
    account = replace(account_policy(task.account_id, task.channel), silence=own)
    story = Story(task, queues=[a_queue(1, silence=ALL)], account=account)
    story.do(c.NoteAgentSpoke())
    if own.close_after is None:
        assert story.task.due_at is None
        return
    ended, wrap_up = pass_due(story)
    assert story.situation.now == NOW + timedelta(minutes=9)
    assert ended == e.TaskEnded(reason=EndReason.CLOSED, by="system")
    assert isinstance(wrap_up, e.WrapUpStarted)


def test_a_message_taken_back_leaves_nobody_to_remind() -> None:
    story = spoken()
    story.do(c.NoteTakenBack())
    assert (story.task.due_at, story.task.due_for) == (None, None)
    assert story.do(c.NoteTakenBack()) == []


def seen(story: Story) -> tuple[object, ...]:
    """What the timer is for, in how many minutes it is due, and how often they were reminded."""
    task = story.task
    assert task.due_at is not None
    return task.due_for, (task.due_at - NOW).total_seconds() / 60, task.silence_stage


@pytest.mark.parametrize("takes_part", [False, True])
def test_taken_over_it_goes_on_as_it_was(takes_part: bool) -> None:
    story = spoken()
    pass_due(story)
    if takes_part:
        story.do(c.JoinTask(supervisor_id=2, leg_id=9))
    story.later(seconds=30).do(c.TakeOver(supervisor_id=2, leg_id=9))
    assert story.task.owner is not None
    assert story.task.owner.agent_id == 2
    assert seen(story) == (DueFor.SILENCE, 3, 1)


def test_taken_over_from_an_agent_who_has_gone_it_goes_on() -> None:
    story = spoken()
    pass_due(story)
    story.with_agent(disconnect(story.agent(1), story.situation.now))
    story.do(c.NoteOwnerGone(agent_id=1))
    story.later(seconds=30).do(c.TakeOver(supervisor_id=2, leg_id=9))
    assert seen(story) == (DueFor.SILENCE, 3, 1)


@pytest.mark.parametrize("by", ["owner", "time", "supervisor"])
def test_of_a_parked_task_it_counts_from_when_it_is_taken_up(by: str) -> None:
    # "An agent can park a task until a time": until then nothing is expected of the customer.
    story = spoken()
    pass_due(story)
    until = story.situation.now + timedelta(minutes=60)
    story.do(c.ParkTask(agent_id=1, until=until))
    story.later(minutes=60)
    command: c.Command = {
        "owner": c.ResumeTask(agent_id=1),
        "time": c.PassDeadline(),
        "supervisor": c.TakeOver(supervisor_id=2, leg_id=9),
    }[by]
    first = {"supervisor": "task.taken_over"}.get(by, "task.resumed")
    assert story.kinds(command) == [first, "task.deadline_set"]
    assert seen(story) == (DueFor.SILENCE, 1 + 60 + 2, 1), "one reminder of three is used up"


def test_taken_up_and_taken_over_it_counts_from_when_it_was_taken_up() -> None:
    story = spoken()
    story.do(c.ParkTask(agent_id=1, until=story.situation.now + timedelta(minutes=60)))
    story.later(minutes=60).do(c.PassDeadline())
    story.later(seconds=30).do(c.TakeOver(supervisor_id=2, leg_id=9))
    assert seen(story) == (DueFor.SILENCE, 60 + 1, 0)


def test_whoever_has_had_all_reminders_gets_no_more_by_parking() -> None:
    story = spoken(Silence(reminders=REMINDERS[:1]))
    pass_due(story)
    story.do(c.ParkTask(agent_id=1, until=story.situation.now + timedelta(hours=1)))
    story.do(c.ResumeTask(agent_id=1))
    assert (story.task.due_at, story.task.silence_stage) == (None, 1)


@pytest.mark.parametrize(
    "command", [c.ResumeTask(agent_id=1), c.TakeOver(supervisor_id=2, leg_id=9)]
)
def test_of_one_who_has_spoken_meanwhile_nothing_counts(command: c.Command) -> None:
    story = spoken()
    pass_due(story)
    story.do(c.ParkTask(agent_id=1, until=story.situation.now + timedelta(hours=1)))
    story.do(c.NoteCustomerSpoke())
    assert "task.deadline_set" not in story.kinds(command)
    assert (story.task.due_at, story.task.silence_stage) == (None, 0)
