"""The agent's End, with consent where the channel asks for it (T7)."""

from __future__ import annotations

import pytest

from rapport.domain import commands as c
from rapport.domain.channel import ChannelType
from rapport.domain.task import EndReason, LegOutcome, LegState, TaskState
from tests.builders import Story, a_task

CONSENT = [ChannelType.MESSENGER, ChannelType.SMS]
ASK = [ChannelType.WEBCHAT, ChannelType.WHATSAPP]


@pytest.mark.parametrize("channel", CONSENT)
def test_consent_first(channel: ChannelType) -> None:
    # Seed: "you must take consent from the customer to end the Facebook Messenger session"
    # Seed: "you must take consent from the customer to end the SMS session"
    story = Story(a_task(channel=channel).active_with(1))
    assert story.refused(c.EndTask(agent_id=1)) == "consent_missing"
    assert story.kinds(c.EndTask(agent_id=1, consent=True)) == ["task.ended", "wrap_up.started"]


@pytest.mark.parametrize("channel", ASK)
def test_where_the_customer_is_asked_the_agent_may_still_end(channel: ChannelType) -> None:
    # Seed: "it is a good practice to ask the customer to end the chat session"
    # Seed: "If necessary, you can also end the chat."
    # Seed: "If necessary, you can end the WhatsApp session."
    story = Story(a_task(channel=channel).active_with(1))
    assert story.kinds(c.EndTask(agent_id=1)) == ["task.ended", "wrap_up.started"]


@pytest.mark.parametrize("channel", [*CONSENT, *ASK, ChannelType.EMAIL])
def test_no_consent_of_a_customer_who_has_left(channel: ChannelType) -> None:
    story = Story(a_task(channel=channel).active_with(1))
    story.do(c.LeaveAsCustomer())
    assert story.kinds(c.EndTask(agent_id=1)) == ["task.ended", "wrap_up.started"]


def test_the_task_has_ended_while_its_agent_wraps_up() -> None:
    # Seed: "When you end the session, the Wrap Up Reasons dialog appears."
    story = Story(a_task().active_with(1))
    story.do(c.EndTask(agent_id=1))
    task = story.task
    assert (task.state, task.end_reason) == (TaskState.ENDED, EndReason.HANDLED)
    assert task.ended_at == story.situation.now
    assert (task.legs[0].state, task.legs[0].outcome) == (LegState.WRAPPING_UP, LegOutcome.HANDLED)
    assert not task.serves_messages, "the customer's next message opens a new task (T1)"


def test_what_still_serves_messages() -> None:
    tasks = [a_task().queued(), a_task().offered_to(1), a_task().active_with(1)]
    assert all(task.serves_messages for task in tasks)
    story = Story(a_task().active_with(1))
    story.do(c.TransferToQueue(agent_id=1, queue_id=2))
    assert story.task.serves_messages, "after a transfer it joins the transferred one"


def test_ended_once() -> None:
    story = Story(a_task().active_with(1))
    story.do(c.EndTask(agent_id=1))
    assert story.refused(c.PassDeadline()) == "task_ended"
    assert story.refused(c.OfferTask(agent_id=2, leg_id=9)) == "task_ended"
