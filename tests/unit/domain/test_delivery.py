"""Delivery receipts form a lattice: any order, any repetition, the same end (T4)."""

from __future__ import annotations

from functools import reduce
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rapport.domain.message import DeliveryStatus, later_status

statuses = st.sampled_from(DeliveryStatus)
reports = st.lists(statuses, min_size=1)
QUEUED, SENT, DELIVERED, READ, FAILED, UNKNOWN = (
    DeliveryStatus(x) for x in ("queued", "sent", "delivered", "read", "failed", "unknown")
)


def end(seen: list[DeliveryStatus]) -> DeliveryStatus:
    return reduce(later_status, seen, QUEUED)


def test_the_way_of_a_message() -> None:
    for earlier, later in pairwise([QUEUED, SENT, DELIVERED, READ]):
        assert later_status(earlier, later) is later
        assert later_status(later, earlier) is later
    assert later_status(None, SENT) is SENT


def test_failed_says_more_than_sent_and_less_than_delivered() -> None:
    assert end([SENT, FAILED]) is FAILED
    assert end([FAILED, DELIVERED]) is DELIVERED
    assert end([FAILED, SENT]) is FAILED


def test_an_unknown_outcome_is_cleared_by_any_news() -> None:
    assert end([UNKNOWN]) is UNKNOWN
    for news in (SENT, FAILED, DELIVERED, READ):
        assert end([UNKNOWN, news]) is news
        assert end([news, UNKNOWN]) is news


@given(reports, st.randoms())
def test_the_order_of_receipts_does_not_matter(seen: list[DeliveryStatus], chance: object) -> None:
    shuffled = list(seen)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert end(shuffled) is end(seen)
    assert end([*seen, *shuffled]) is end(seen), "nor does repetition"


@given(statuses, statuses, statuses)
def test_it_never_goes_backwards(a: DeliveryStatus, b: DeliveryStatus, c: DeliveryStatus) -> None:
    assert later_status(a, later_status(b, c)) is later_status(later_status(a, b), c)
    assert later_status(later_status(a, b), a) is later_status(a, b)
