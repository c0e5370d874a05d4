"""Wrap-up reasons and the countdown (T7, T8)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from rapport.domain import commands as c
from rapport.domain.channel import ChannelType
from rapport.domain.errors import Invalid
from rapport.domain.policy import UnansweredTransfer
from rapport.domain.task import LegOutcome, LegState
from tests.builders import Story, a_queue, a_task

AUTO = {"auto_wrap_up": timedelta(seconds=15), "default_reason_id": 7}


def submit(*reasons: int, agent_id: int = 1) -> c.SubmitWrapUp:
    return c.SubmitWrapUp(agent_id=agent_id, reason_ids=reasons)


def wrapping_up(channel: ChannelType = ChannelType.WEBCHAT, **policies: object) -> Story:
    return Story(a_task(channel=channel).wrapping_up(1), queues=[a_queue(1, **policies)])


def ended(**policies: object) -> Story:
    """Ended by its agent just now, so that a countdown runs."""
    story = Story(a_task().active_with(1), queues=[a_queue(1, **policies)])
    story.do(c.EndTask(agent_id=1))
    return story


def test_a_reason_is_mandatory() -> None:
    assert wrapping_up().refused(submit()) == "reason_required"


def test_unless_the_queue_says_otherwise() -> None:
    assert wrapping_up(reason_required=False).kinds(submit()) == ["wrap_up.submitted"]


@pytest.mark.parametrize("channel", [ChannelType.WEBCHAT, ChannelType.WHATSAPP])
def test_several_reasons(channel: ChannelType) -> None:
    # Seed: "You can select more than one wrap-up reason at a time."
    # Seed: "You can select more than one reason."
    story = wrapping_up(channel)
    story.do(submit(2, 1, 2))
    assert story.task.legs[0].reason_ids == (2, 1), "in the order chosen, each once"


@pytest.mark.parametrize("channel", [ChannelType.MESSENGER, ChannelType.SMS, ChannelType.EMAIL])
def test_one_reason(channel: ChannelType) -> None:
    # Seed: "You can either select the required reason from the drop-down list or use the search
    # field to filter the list."
    story = wrapping_up(channel)
    assert story.refused(submit(1, 2)) == "one_reason_only"
    assert story.kinds(submit(1, 1)) == ["wrap_up.submitted"]


def test_a_reason_of_another_queue_is_refused_with_its_field() -> None:
    story = wrapping_up(reason_ids=frozenset({1, 2}))
    assert story.refused(submit(3)) == "unknown_reason"
    with pytest.raises(Invalid) as refused:
        story.do(submit(3))
    assert refused.value.details["fields"][0]["path"] == "reason_ids"  # type: ignore[index]
    assert story.kinds(submit(2)) == ["wrap_up.submitted"]


def test_capacity_is_freed_on_submission() -> None:
    story = ended()
    assert story.agent(1).used == (1, 0, 0)
    story.do(submit(1))
    assert story.agent(1).used == (0, 0, 0)
    assert story.task.legs[0].state is LegState.CLOSED
    assert story.refused(submit(1)) == "not_wrapping_up"


def test_without_automatic_wrap_up_nothing_counts_down() -> None:
    story = ended().later(hours=8)
    assert story.task.legs[0].due_at is None
    assert story.refused(c.SubmitWrapUpByTimer(leg_id=1)) == "wrap_up_running"


def test_at_zero_the_default_reason_is_submitted() -> None:
    story = ended(**AUTO).later(seconds=14)
    assert story.refused(c.SubmitWrapUpByTimer(leg_id=1)) == "wrap_up_running"
    (submitted,) = story.later(seconds=1).do(c.SubmitWrapUpByTimer(leg_id=1))
    assert submitted.by_timer  # type: ignore[attr-defined]
    assert story.task.legs[0].reason_ids == (7,)
    assert not story.agent(1).engaged
    assert story.refused(c.SubmitWrapUpByTimer(leg_id=1)) == "not_wrapping_up"


def test_cancel_stops_the_countdown() -> None:
    story = ended(**AUTO)
    assert story.kinds(c.CancelWrapUpTimer(agent_id=1)) == ["wrap_up.timer_cancelled"]
    assert story.do(c.CancelWrapUpTimer(agent_id=1)) == []
    assert story.later(minutes=1).refused(c.SubmitWrapUpByTimer(leg_id=1)) == "wrap_up_running"
    assert story.kinds(submit(1)) == ["wrap_up.submitted"]


def test_where_it_may_not_be_stopped_it_runs_on() -> None:
    story = ended(**AUTO, auto_wrap_up_cancellable=False)
    assert story.refused(c.CancelWrapUpTimer(agent_id=1)) == "timer_fixed"


@pytest.mark.parametrize("accepted", [False, True])
def test_the_sender_can_wrap_up_a_task_that_came_back(accepted: bool) -> None:
    policy = UnansweredTransfer.RETURN_TO_SENDER
    story = Story(a_task().active_with(1), queues=[a_queue(1, unanswered_transfer=policy)])
    story.do(c.TransferToAgent(agent_id=1, target_id=2, leg_id=5))
    story.later(seconds=30).do(c.ExpireOffer(offer_id=5, new_leg_id=6))
    if accepted:
        story.do(c.AcceptOffer(agent_id=1))
    assert story.agent(1).used == (2, 0, 0), "the wrap-up of the first part, and the new one"
    assert story.kinds(submit(1)) == ["wrap_up.submitted"]
    first, *_, new = story.task.legs
    assert (first.state, first.outcome) == (LegState.CLOSED, LegOutcome.TRANSFERRED)
    assert new.state is (LegState.ACTIVE if accepted else LegState.OFFERED)
    assert story.agent(1).used == (1, 0, 0)


def test_who_takes_a_task_again_while_wrapping_up_wraps_up_each_part() -> None:
    story = Story(a_task().active_with(1))
    story.do(c.TransferToQueue(agent_id=1, queue_id=2))
    story.do(c.OfferTask(agent_id=1, leg_id=5))
    story.do(c.AcceptOffer(agent_id=1))
    story.do(c.EndTask(agent_id=1))
    story.do(submit(1))
    story.do(submit(2))
    assert [leg.reason_ids for leg in story.task.legs] == [(1,), (2,)]
    assert not story.agent(1).engaged


def test_after_a_transfer_it_follows_the_queue_the_leg_was_in() -> None:
    first = a_queue(1, reason_ids=frozenset({1, 7}), auto_wrap_up_cancellable=False, **AUTO)
    second = a_queue(2, reason_ids=frozenset({2}), reason_required=False)
    story = Story(a_task().active_with(1), queues=[first, second])
    story.do(c.TransferToQueue(agent_id=1, queue_id=2))
    assert story.task.queue_id == 2
    leg = story.task.legs[0]
    assert leg.queue_id == 1
    assert leg.due_at == story.situation.now + timedelta(seconds=15)
    assert story.refused(submit()) == "reason_required"
    assert story.refused(submit(2)) == "unknown_reason"
    assert story.refused(c.CancelWrapUpTimer(agent_id=1)) == "timer_fixed"
    (submitted,) = story.later(seconds=15).do(c.SubmitWrapUpByTimer(leg_id=leg.id))
    assert submitted.reason_ids == (7,)  # type: ignore[attr-defined]


def test_and_the_next_agent_wraps_up_for_the_new_queue() -> None:
    second = a_queue(2, reason_ids=frozenset({2}))
    story = Story(a_task().active_with(1), queues=[a_queue(1), second])
    story.do(c.TransferToQueue(agent_id=1, queue_id=2))
    story.do(c.OfferTask(agent_id=2, leg_id=5))
    story.do(c.AcceptOffer(agent_id=2))
    story.do(c.EndTask(agent_id=2))
    assert story.refused(submit(1, agent_id=2)) == "unknown_reason"
    assert story.kinds(submit(2, agent_id=2)) == ["wrap_up.submitted"]
