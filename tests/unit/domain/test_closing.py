"""When business hours close next, and what that does to those who wait (T9)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rapport.domain import commands as c
from rapport.domain import events as e
from rapport.domain.agent import AgentStatus
from rapport.domain.deadlines import queued_deadline
from rapport.domain.hours import MOMENT, Hours, Shift
from rapport.domain.policy import HoursClose, Overflow, account_policy
from rapport.domain.task import EndReason, LegOutcome, TaskState
from tests.builders import NOW, Story, a_queue, a_task

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE: Shift = (time(9), time(17))
MIDNIGHT = time(23, 59, 59, 999999)


def hours(
    *shifts: Shift, zone: ZoneInfo = BERLIN, days: range = range(5), holidays: tuple[date, ...] = ()
) -> Hours:
    week = tuple(shifts if day in days else () for day in range(7))
    return Hours(zone=zone, week=week, holidays=frozenset(holidays))


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("moment", "closes"),
    [
        (at(2026, 3, 2, 9), at(2026, 3, 2, 16)),
        (at(2026, 3, 2, 16), at(2026, 3, 2, 16)),
        (at(2026, 3, 2, 20), at(2026, 3, 3, 16)),
        (at(2026, 3, 6, 20), at(2026, 3, 9, 16)),
        (at(2026, 3, 27, 20), at(2026, 3, 30, 15)),  # summer time began on the 29th
        (at(2026, 10, 23, 20), at(2026, 10, 26, 16)),  # and ended on the 25th
    ],
    ids=["today", "at the last moment", "tomorrow", "over the weekend", "spring", "autumn"],
)
def test_the_next_closing(moment: datetime, closes: datetime) -> None:
    assert hours(OFFICE).closing_after(moment) == closes + MOMENT


def test_in_the_time_of_the_zone() -> None:
    tokyo = hours(OFFICE, zone=ZoneInfo("Asia/Tokyo"))
    assert tokyo.closing_after(at(2026, 3, 1, 23, 30)) == at(2026, 3, 2, 8) + MOMENT


def test_holidays_do_not_open_and_so_do_not_close() -> None:
    week = hours(OFFICE, holidays=(date(2026, 3, 3), date(2026, 3, 4)))
    assert week.closing_after(at(2026, 3, 2, 20)) == at(2026, 3, 5, 16) + MOMENT


def test_shifts_that_meet_are_one() -> None:
    noon = hours((time(9), time(12)), (time(12), time(17)))
    assert noon.closing_after(at(2026, 3, 2, 9)) == at(2026, 3, 2, 16) + MOMENT
    nights = hours((time(0), MIDNIGHT), days=range(2))
    closes = nights.closing_after(at(2026, 3, 2, 9))
    assert closes == at(2026, 3, 3, 23), "Monday and Tuesday round the clock"


def test_round_the_clock_never_closes() -> None:
    assert hours((time(0), MIDNIGHT), days=range(7)).closing_after(NOW) is None
    assert hours().closing_after(NOW) is None


def test_the_hour_that_is_skipped_and_the_one_that_comes_twice() -> None:
    night = hours((time(0), time(2, 30)), days=range(7))
    assert night.closing_after(at(2026, 3, 28, 23, 30)) == at(2026, 3, 29, 1), "02:30 never comes"
    assert night.closing_after(at(2026, 10, 24, 23)) == at(2026, 10, 25, 0, 30) + MOMENT
    assert night.closing_after(at(2026, 10, 25, 0, 45)) == at(2026, 10, 25, 1, 30) + MOMENT


times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
shifts = st.tuples(times, times).filter(lambda shift: shift[0] < shift[1])


@given(
    a_day=st.lists(shifts, max_size=2),
    zone=st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "UTC"]),
    day=st.sampled_from([date(2026, 3, 28), date(2026, 10, 24), date(2026, 4, 4)]),
    minutes=st.integers(0, 24 * 60),
)
# The hour that comes twice begins again before the shift does: it closes between the two.
@example(a_day=[(time(2, 30), time(3))], zone="Europe/Berlin", day=date(2026, 10, 24), minutes=300)
def test_open_until_then_and_closed_at_it(
    a_day: list[Shift], zone: str, day: date, minutes: int
) -> None:
    week = hours(*a_day, zone=ZoneInfo(zone), days=range(7))
    moment = datetime.combine(day, time(), UTC) + timedelta(minutes=minutes)
    closes = week.closing_after(moment)
    steps = [moment + timedelta(minutes=n) for n in range(1, 40 * 60)]
    was_open = week.open_at(moment)
    for step in steps:
        is_open = week.open_at(step)
        if was_open and not is_open:
            assert closes is not None
            # It may close and open again between two steps, which this does not see.
            assert closes <= step
            break
        was_open = is_open
    if closes is not None:
        assert closes > moment
        assert week.open_at(closes - MOMENT)
        assert not week.open_at(closes)


# -- what it does -------------------------------------------------------------------------

SOON = Hours(zone=ZoneInfo("UTC"), week=(((time(8), time(9, 5)),), *((),) * 6))
CLOSES = NOW + timedelta(minutes=5) + MOMENT


def waiting(policy: HoursClose, **policies: Any) -> Story:
    queue = a_queue(1, hours=SOON, when_hours_close=policy, **policies)
    due_at = queued_deadline(queue, NOW, stage=0, now=NOW)
    return Story(a_task(due_at=due_at).queued(), queues=[queue])


def at_closing(story: Story) -> Story:
    return story.later(seconds=(CLOSES - story.situation.now).total_seconds())


def test_kept_unless_configured() -> None:
    assert a_queue().when_hours_close is HoursClose.KEEP
    story = waiting(HoursClose.KEEP)
    assert story.task.due_at == NOW + timedelta(minutes=10)
    assert at_closing(story).do(c.PassDeadline()) == []


def test_closed_and_the_customer_is_told() -> None:
    story = waiting(HoursClose.CLOSE, closed_text="We have closed.")
    assert story.task.due_at == CLOSES
    assert story.later(minutes=5).do(c.PassDeadline()) == [], "open to the last moment"
    (ended,) = at_closing(story).do(c.PassDeadline())
    assert ended == e.TaskEnded(reason=EndReason.CLOSED, by="system", text="We have closed.")


def test_the_entry_points_text_where_the_queue_has_none() -> None:
    queue = a_queue(1, hours=SOON, when_hours_close=HoursClose.CLOSE)
    task = a_task(due_at=CLOSES)
    policy = account_policy(1, task.task.channel)
    account = type(policy)(
        id=1, channel=policy.channel, capabilities=policy.capabilities, closed_text="Until Monday!"
    )
    story = at_closing(Story(task.queued(), queues=[queue], account=account))
    (ended,) = story.do(c.PassDeadline())
    assert isinstance(ended, e.TaskEnded)
    assert ended.text == "Until Monday!"


def test_or_it_moves_to_the_overflow_queue() -> None:
    story = at_closing(waiting(HoursClose.OVERFLOW, overflow=Overflow(queue_id=2)))
    assert story.kinds(c.PassDeadline()) == ["task.requeued"]
    assert (story.task.queue_id, story.task.waiting_since) == (2, NOW)


def test_without_a_queue_to_go_to_it_waits_on() -> None:
    story = at_closing(waiting(HoursClose.OVERFLOW, overflow=Overflow(queue_id=77)))
    assert story.kinds(c.PassDeadline()) == ["task.needs_attention"]
    assert story.task.due_at == story.situation.now + timedelta(minutes=10)


def test_who_came_after_hours_waits_until_the_next_closing() -> None:
    queue = a_queue(1, hours=SOON, when_hours_close=HoursClose.CLOSE)
    evening = NOW + timedelta(hours=10)
    due_at = queued_deadline(queue, evening, stage=0, now=evening)
    assert due_at == evening + timedelta(minutes=10), "supervisors are told"
    task = a_task(queued_at=evening, waiting_since=evening, due_at=due_at).queued()
    story = Story(task, queues=[queue]).later(hours=10, minutes=10)
    assert story.kinds(c.PassDeadline()) == ["task.needs_attention"]
    week = timedelta(days=7)
    assert queued_deadline(queue, evening, stage=0, now=CLOSES + week - MOMENT) == CLOSES + week


@pytest.mark.parametrize(
    ("policy", "kinds", "state"),
    [
        (HoursClose.CLOSE, ["offer.withdrawn", "task.ended"], TaskState.ENDED),
        (HoursClose.OVERFLOW, ["offer.withdrawn", "task.requeued"], TaskState.QUEUED),
    ],
)
def test_what_rings_is_withdrawn_without_rona(
    policy: HoursClose, kinds: list[str], state: TaskState
) -> None:
    story = waiting(policy, overflow=Overflow(queue_id=2)).later(minutes=4, seconds=50)
    story.do(c.OfferTask(agent_id=1, leg_id=1))
    assert story.task.legs[0].due_at == CLOSES, "it rings no longer than the hours are open"
    assert at_closing(story).kinds(c.ExpireOffer(offer_id=1, new_leg_id=2)) == kinds
    assert (story.task.state, story.task.legs[0].outcome) == (state, LegOutcome.WITHDRAWN)
    assert story.agent(1).status is AgentStatus.AVAILABLE
    assert not story.agent(1).engaged


def test_withdrawn_even_where_it_can_only_wait_on() -> None:
    story = waiting(HoursClose.OVERFLOW, overflow=Overflow(queue_id=77)).later(
        minutes=4, seconds=50
    )
    story.do(c.OfferTask(agent_id=1, leg_id=1))
    kinds = at_closing(story).kinds(c.ExpireOffer(offer_id=1, new_leg_id=2))
    assert kinds == ["offer.withdrawn", "task.requeued"]
    assert (story.task.state, story.task.queue_id) == (TaskState.QUEUED, 1)


def test_an_offer_that_rings_out_before_is_a_rona() -> None:
    story = waiting(HoursClose.CLOSE).later(minutes=4)
    story.do(c.OfferTask(agent_id=1, leg_id=1))
    story.later(seconds=30).do(c.ExpireOffer(offer_id=1, new_leg_id=2))
    assert story.agent(1).status is AgentStatus.RONA
    assert story.task.due_at == CLOSES


def test_a_colleagues_transfer_rings_on() -> None:
    queue = a_queue(1, hours=SOON, when_hours_close=HoursClose.CLOSE)
    story = Story(a_task().active_with(1), queues=[queue]).later(minutes=4, seconds=50)
    story.do(c.TransferToAgent(agent_id=1, target_id=2, leg_id=5))
    at_closing(story).later(seconds=5)
    assert story.kinds(c.AcceptOffer(agent_id=2)) == ["task.accepted"]
