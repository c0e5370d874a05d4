"""What may be said to a customer: by whom, when, how much (T4, §2)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rapport.domain import commands as c
from rapport.domain.channel import ChannelType
from rapport.domain.errors import Forbidden, Invalid, Refused
from rapport.domain.message import AuthorKind, DeliveryStatus, Direction, Message
from rapport.domain.policy import account_policy
from rapport.domain.rules.speaking import NOTE_LIMIT, check_may_retry, check_may_send
from rapport.domain.situation import Situation
from tests.builders import NOW, Story, a_situation, a_task

LIMITS = [
    (ChannelType.MESSENGER, 1000),
    (ChannelType.SMS, 1000),
    (ChannelType.WEBCHAT, 1000),
    (ChannelType.WHATSAPP, 4096),
]


def on(channel: ChannelType) -> Situation:
    return a_situation(a_task(channel=channel).active_with(1))


def code(s: Situation, agent_id: int, text: str, attachments: int = 0, **note: bool) -> str:
    with pytest.raises(Refused) as refused:
        check_may_send(s, agent_id, text, attachments, **note)
    return refused.value.code


@pytest.mark.parametrize(("channel", "limit"), LIMITS)
def test_the_limit_in_characters(channel: ChannelType, limit: int) -> None:
    # Seed: "Whenever the character count exceeds the configured limit, the Send button is disabled,
    # and an error message is displayed below the composer box in red to correct the character
    # limit."
    check_may_send(on(channel), 1, "é" * limit, 0)
    with pytest.raises(Invalid) as refused:
        check_may_send(on(channel), 1, "é" * (limit + 3), 0)
    assert refused.value.code == "over_limit"
    assert refused.value.details == {"limit": limit, "length": limit + 3, "over": 3}
    assert "3 characters" in refused.value.message


def test_email_has_no_limit() -> None:
    check_may_send(on(ChannelType.EMAIL), 1, "x" * 200_000, 0)


def test_an_account_can_configure_its_own() -> None:
    s = on(ChannelType.SMS)
    own = replace(s.account, capabilities=s.account.capabilities.with_limit(160))
    assert code(replace(s, account=own), 1, "x" * 161) == "over_limit"


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_something_must_be_said(text: str) -> None:
    assert code(on(ChannelType.WEBCHAT), 1, text) == "empty_message"
    check_may_send(on(ChannelType.WEBCHAT), 1, text, 1)


def test_attachments_where_the_channel_takes_them() -> None:
    assert code(on(ChannelType.SMS), 1, "Look", 1) == "no_attachments_here"
    for channel in ChannelType:
        if account_policy(1, channel).capabilities.attachments:
            check_may_send(on(channel), 1, "Look", 1)


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        (a_task().queued(), "not_your_task"),
        (a_task().offered_to(1), "not_your_task"),
        (a_task().active_with(2), "not_your_task"),
        (a_task().in_conference(2, 1, joined=False), "not_your_task"),
        (a_task().active_with(1, parked=True), "task_parked"),
        (a_task().wrapping_up(1), "task_ended"),
        (a_task().closed_by(1), "task_ended"),
    ],
)
def test_who_may_not(task: object, expected: str) -> None:
    s = a_situation(task)  # type: ignore[arg-type]
    assert code(s, 1, "Hello") == expected
    assert code(s, 1, "For colleagues", note=True) == expected
    with pytest.raises(Refused) as refused:
        check_may_send(s, 1, "Hello", 0)
    assert isinstance(refused.value, Forbidden) == (expected == "not_your_task")


@pytest.mark.parametrize("agent_id", [1, 2])
def test_both_agents_of_a_conference_may(agent_id: int) -> None:
    check_may_send(a_situation(a_task().in_conference(1, 2)), agent_id, "Hello", 0)


def test_nothing_is_said_to_a_customer_who_has_left() -> None:
    story = Story(a_task().active_with(1))
    story.do(c.LeaveAsCustomer())
    assert code(story.situation, 1, "Wait") == "customer_left"
    check_may_send(story.situation, 1, "Left early", 0, note=True)


def test_notes_have_their_own_limit_whatever_the_channel() -> None:
    s = on(ChannelType.SMS)
    check_may_send(s, 1, "x" * NOTE_LIMIT, 0, note=True)
    assert code(s, 1, "x" * (NOTE_LIMIT + 1), note=True) == "over_limit"


def sent(status: DeliveryStatus | None, direction: Direction = Direction.OUTBOUND) -> Message:
    return Message(
        id=1,
        conversation_id=1,
        account_id=1,
        task_id=1,
        seq=1,
        inbound_seq=0,
        direction=direction,
        author_kind=AuthorKind.AGENT,
        author_id=1,
        text="Hello",
        status=status,
        created_at=NOW,
    )


def retry_code(s: Situation, agent_id: int, message: Message) -> str:
    with pytest.raises(Refused) as refused:
        check_may_retry(s, agent_id, message)
    return refused.value.code


@pytest.mark.parametrize("status", DeliveryStatus)
def test_only_what_failed_or_may_not_have_arrived_is_sent_again(status: DeliveryStatus) -> None:
    s = on(ChannelType.SMS)
    if status in {DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN}:
        check_may_retry(s, 1, sent(status))
    else:
        assert retry_code(s, 1, sent(status)) == "not_failed"


def test_and_only_by_who_could_write_it_now() -> None:
    failed = sent(DeliveryStatus.FAILED)
    assert retry_code(on(ChannelType.SMS), 2, failed) == "not_your_task"
    assert retry_code(on(ChannelType.SMS), 1, sent(None, Direction.NOTE)) == "not_failed"
    story = Story(a_task(channel=ChannelType.SMS).active_with(1))
    story.do(c.LeaveAsCustomer())
    assert retry_code(story.situation, 1, failed) == "customer_left"
    ended = a_situation(a_task(channel=ChannelType.SMS).closed_by(1))
    assert retry_code(ended, 1, failed) == "task_ended"
    assert retry_code(a_situation(a_task().in_conference(1, 2)), 3, failed) == "not_your_task"
    check_may_retry(a_situation(a_task().in_conference(1, 2)), 2, failed)
