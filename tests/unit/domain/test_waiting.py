"""Waiting: widening, overflow, time-out, alerts, and coming back from an offer (T3, T9, R1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.domain import commands as c
from rapport.domain import events as e
from rapport.domain.deadlines import queued_deadline, returning_deadline, stage_at
from rapport.domain.policy import Overflow, QueuePolicy, Relaxation, UnansweredTransfer, Widening
from rapport.domain.task import EndReason, LegOrigin, TaskState
from tests.builders import NOW, Story, a_queue, a_task


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


WIDENING = {
    "groups": (
        Widening(after=seconds(0), team_ids=frozenset({1})),
        Widening(after=seconds(60), team_ids=frozenset({2})),
    ),
    "relaxations": (Relaxation(after=seconds(90), lower_by=2),),
}


def waiting(**policies: Any) -> Story:
    queue = a_queue(1, **policies)
    due_at = queued_deadline(queue, NOW, stage=0, now=NOW)
    return Story(a_task(due_at=due_at).queued(), queues=[queue])


def test_it_widens_stage_by_stage() -> None:
    story = waiting(**WIDENING)
    assert story.task.due_at == NOW + seconds(60)
    assert story.later(seconds=59).do(c.PassDeadline()) == []
    assert story.later(seconds=1).kinds(c.PassDeadline()) == ["task.widened"]
    assert (story.task.stage, story.task.due_at) == (1, NOW + seconds(90))
    story.later(seconds=30).do(c.PassDeadline())
    assert story.task.stage == 2
    assert story.task.due_at == story.situation.now + seconds(600), "then supervisors are told"
    assert story.later(seconds=600).kinds(c.PassDeadline()) == ["task.needs_attention"]


def test_a_late_timer_catches_up_with_every_stage_it_missed() -> None:
    story = waiting(**WIDENING).later(seconds=95)
    story.do(c.PassDeadline())
    assert story.task.stage == 2


def test_last_agent_preference_ends_with_its_time() -> None:
    queue = a_queue(1, last_agent_wait=seconds(20))
    task = a_task(preferred_agent_id=7, due_at=NOW + seconds(20)).queued()
    story = Story(task, queues=[queue]).later(seconds=20)
    assert story.kinds(c.PassDeadline()) == ["task.widened"]
    assert story.task.preferred_agent_id is None


def test_overflow_by_time_keeps_the_place_in_line() -> None:
    story = waiting(overflow=Overflow(queue_id=2, after=seconds(45))).later(seconds=45)
    assert story.kinds(c.PassDeadline()) == ["task.requeued"]
    assert (story.task.queue_id, story.task.state) == (2, TaskState.QUEUED)
    assert story.task.arrived_at == NOW


def test_overflow_by_length() -> None:
    story = waiting(overflow=Overflow(queue_id=2, length=3))
    assert story.task.due_at == NOW + seconds(600), "time alone moves nothing"
    assert story.kinds(c.OverflowTask(queue_id=1)) == ["task.requeued"]
    assert story.task.queue_id == 2


@pytest.mark.parametrize(
    "overflow", [None, Overflow(queue_id=2, after=seconds(45)), Overflow(queue_id=1, length=1)]
)
def test_nothing_overflows_by_length_unless_so_configured(overflow: Overflow | None) -> None:
    assert waiting(overflow=overflow).do(c.OverflowTask(queue_id=1)) == []


def test_what_has_overflowed_already_is_not_sent_on_by_who_saw_it_in_the_queue_before() -> None:
    queues = [
        a_queue(1, overflow=Overflow(queue_id=2, length=3)),
        a_queue(2, overflow=Overflow(queue_id=3, length=3)),
        a_queue(3),
    ]
    story = Story(a_task(due_at=NOW + seconds(600)).queued(), queues=queues)
    story.do(c.OverflowTask(queue_id=1))
    assert story.do(c.OverflowTask(queue_id=1)) == [], "two nodes have picked it at once"
    assert story.task.queue_id == 2


def test_waiting_too_long_times_out() -> None:
    story = waiting(time_out=seconds(120)).later(seconds=120)
    (ended,) = story.do(c.PassDeadline())
    assert ended == e.TaskEnded(reason=EndReason.TIMED_OUT, by="system")


def test_an_overflow_that_leads_nowhere_does_not_delay_the_time_out() -> None:
    story = waiting(overflow=Overflow(queue_id=77, after=seconds(45)), time_out=seconds(120))
    assert story.later(seconds=45).kinds(c.PassDeadline()) == ["task.needs_attention"]
    assert story.task.due_at == NOW + seconds(120)


def test_after_no_answer_it_keeps_waiting_time_and_stage() -> None:
    story = waiting(**WIDENING).later(seconds=70)
    story.do(c.PassDeadline())
    story.do(c.OfferTask(agent_id=1, leg_id=1))
    story.later(seconds=30).do(c.ExpireOffer(offer_id=1, new_leg_id=2))
    assert story.task.queued_at == NOW
    assert story.task.stage == 2, "all who had been asked are asked again, and those due since"
    assert story.task.due_at > story.situation.now


def test_what_was_due_while_it_rang_happens_at_once() -> None:
    story = waiting(time_out=seconds(20))
    story.do(c.OfferTask(agent_id=1, leg_id=1))
    story.later(seconds=30).do(c.ExpireOffer(offer_id=1, new_leg_id=2))
    assert story.task.due_at == story.situation.now
    assert story.kinds(c.PassDeadline()) == ["task.ended"]


def test_the_time_out_counts_the_whole_wait_over_overflow() -> None:
    queues = [
        a_queue(1, overflow=Overflow(queue_id=2, after=seconds(45))),
        a_queue(2, time_out=seconds(120)),
    ]
    story = Story(a_task(due_at=NOW + seconds(45)).queued(), queues=queues)
    story.later(seconds=45).do(c.PassDeadline())
    assert (story.task.queue_id, story.task.due_at) == (2, NOW + seconds(120))
    story.do(c.OfferTask(agent_id=1, leg_id=1))
    story.later(seconds=30).do(c.ExpireOffer(offer_id=1, new_leg_id=2))
    assert story.task.waiting_since == NOW, "an offer between changes nothing"
    assert story.task.due_at == NOW + seconds(120)
    assert story.later(seconds=45).kinds(c.PassDeadline()) == ["task.ended"]


def test_two_queues_that_overflow_into_each_other_pass_it_on_once_each() -> None:
    queues = [
        a_queue(1, overflow=Overflow(queue_id=2, after=seconds(45), length=1)),
        a_queue(2, overflow=Overflow(queue_id=1, after=seconds(45), length=1)),
    ]
    story = Story(a_task(due_at=NOW + seconds(45)).queued(), queues=queues)
    for queue_id in (2, 1):
        story.later(seconds=45).do(c.PassDeadline())
        assert story.task.queue_id == queue_id
    assert story.task.due_at == story.situation.now + seconds(600), "supervisors are told"
    assert story.do(c.OverflowTask(queue_id=1)) == []
    assert story.later(seconds=600).kinds(c.PassDeadline()) == ["task.needs_attention"]
    assert (story.task.queue_id, story.task.waiting_since) == (1, NOW)


def test_a_transfer_begins_a_new_wait() -> None:
    queues = [a_queue(1, overflow=Overflow(queue_id=2, after=seconds(45))), a_queue(2)]
    story = Story(a_task(due_at=NOW + seconds(45)).queued(), queues=queues)
    story.later(seconds=45).do(c.PassDeadline())
    story.do(c.OfferTask(agent_id=1, leg_id=1))
    story.do(c.AcceptOffer(agent_id=1))
    story.later(seconds=60).do(c.TransferToQueue(agent_id=1, queue_id=1))
    assert story.task.waiting_since == story.situation.now
    assert story.task.may_overflow
    assert story.task.due_at == story.situation.now + seconds(45)


def test_it_does_not_move_where_its_time_would_be_over() -> None:
    queues = [
        a_queue(1, overflow=Overflow(queue_id=2, after=seconds(45))),
        a_queue(2, time_out=seconds(40)),
    ]
    story = Story(a_task(due_at=NOW + seconds(45)).queued(), queues=queues).later(seconds=45)
    assert story.kinds(c.PassDeadline()) == ["task.needs_attention"]
    assert story.task.queue_id == 1


@pytest.mark.parametrize("origin", [LegOrigin.TRANSFER, LegOrigin.RETURNED])
def test_a_transferred_task_has_waited_since_the_transfer(origin: LegOrigin) -> None:
    queue = a_queue(1, time_out=seconds(600), unanswered_transfer=UnansweredTransfer.REQUEUE)
    story = Story(a_task().active_with(1), queues=[queue]).later(hours=1)
    story.do(c.TransferToAgent(agent_id=1, target_id=2, leg_id=5))
    transferred_at = story.situation.now
    if origin is LegOrigin.RETURNED:
        back = UnansweredTransfer.RETURN_TO_SENDER
        story.situation.queues[1] = a_queue(1, time_out=seconds(600), unanswered_transfer=back)
        story.later(seconds=30).do(c.ExpireOffer(offer_id=5, new_leg_id=6))
        transferred_at = story.situation.now
    ringing = story.task.offer
    assert ringing is not None
    assert ringing.origin is origin
    story.later(seconds=30).do(c.ExpireOffer(offer_id=ringing.id, new_leg_id=7))
    assert story.task.queued_at == transferred_at
    assert story.task.due_at == transferred_at + seconds(600), "not timed out for the talk before"


policies = st.builds(
    lambda steps, after, limit: a_queue(
        1,
        relaxations=tuple(Relaxation(after=seconds(s), lower_by=1) for s in steps),
        overflow=Overflow(queue_id=2, after=seconds(after)) if after else None,
        time_out=seconds(limit) if limit else None,
    ),
    st.lists(st.integers(1, 500), max_size=3, unique=True),
    st.integers(0, 500),
    st.integers(0, 500),
)


@given(queue=policies, waited=st.integers(0, 900))
def test_a_waiting_task_always_has_a_next_moment(queue: QueuePolicy, waited: int) -> None:
    now = NOW + seconds(waited)
    stage = stage_at(queue, seconds(waited))
    assert queued_deadline(queue, NOW, stage=stage, now=now) > now
    assert returning_deadline(queue, NOW, now) >= now
    story = Story(a_task(due_at=now, stage=stage).queued(), queues=[queue]).later(seconds=waited)
    story.do(c.PassDeadline())
    ended = story.task.state is TaskState.ENDED
    assert ended or (story.task.due_at is not None and story.task.due_at > now)
