"""The comparison of both books finds what is planted, and finds nothing in sound ones."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest

from rapport.cli.bench.outbox import peak
from rapport.cli.bench.reconcile import Inbound, Outbound, inbound, outbound

Entry = dict[str, Any]


def said(*ids: str, attempts: int = 1, acknowledged: bool = True) -> list[Entry]:
    return [{"id": i, "attempts": attempts, "acknowledged": acknowledged} for i in ids]


def sent(message: int, at: float, *statuses: tuple[str, bool]) -> Entry:
    told = [{"status": status, "acknowledged": taken} for status, taken in statuses]
    return {"callback_data": str(message), "monotonic": at, "statuses": told}


def row(message: int, status: str, conversation: int = 1) -> Entry:
    return {"id": message, "conversation_id": conversation, "seq": message, "status": status}


SAID = {"dana": said("a", "b", "c"), "kim": said("k")}
STORED = [("a", 1), ("b", 2), ("c", 3), ("k", 1)]
SENT = [sent(1, 10.0, ("sent", True), ("delivered", True)), sent(2, 11.0, ("sent", False))]
OURS = [row(1, "delivered"), row(2, "unknown"), row(3, "unknown")]


def test_sound_books_agree() -> None:
    assert inbound(SAID, STORED, events=4) == Inbound(said=4, stored=4)
    assert outbound(SENT, OURS) == Outbound(queued=3, accepted=2, unknown=2)


@pytest.mark.parametrize(
    ("books", "wrong"),
    [
        (inbound(SAID, STORED[1:]), "lost"),
        (inbound(SAID, [*STORED, ("b", 4)]), "doubled"),
        (inbound(SAID, [*STORED, ("x", 4)]), "invented"),
        (inbound(SAID, [("b", 1), ("a", 2), ("c", 3), ("k", 1)]), "out_of_order"),
        (inbound({"dana": said("a", acknowledged=False)}, []), "unacknowledged"),
        (inbound(SAID, STORED, gaps=1), "gaps"),
        (inbound(SAID, STORED, events=3), "events_missing"),
        (outbound(SENT, [*OURS, row(4, "sent")]), "lost"),
        (outbound([*SENT, sent(1, 12.0)], OURS), "doubled"),
        (outbound([*SENT, sent(9, 12.0)], OURS), "invented"),
        (outbound(SENT, [row(1, "delivered"), row(2, "failed")]), "denied"),
        (outbound(SENT, [*OURS, row(4, "queued")]), "unsent"),
        (outbound([sent(2, 1.0), sent(1, 2.0)], OURS), "out_of_order"),
        (outbound(SENT, [row(1, "sent"), row(2, "unknown")]), "behind"),
    ],
)
def test_what_is_planted_is_found(books: Inbound | Outbound, wrong: str) -> None:
    assert asdict(books)[wrong] > 0
    assert not books.sound


def test_what_was_repeated_may_be_overtaken() -> None:
    overtaken = {"dana": [*said("a", attempts=2), *said("b")]}
    stored = [("b", 1), ("a", 2)]
    assert inbound(overtaken, stored).sound
    assert not inbound({"dana": said("a", "b")}, stored).sound
    assert inbound({"dana": said("a", "b")}, stored, {"dana"}).sound


def test_every_fact_but_the_counts_makes_books_unsound() -> None:
    for book, counts in ((Inbound(), {"said", "stored"}), (Outbound(), {"queued", "accepted"})):
        for name in set(asdict(book)) - counts - {"unknown"}:
            assert not replace(book, **{name: 1}).sound


def test_the_most_in_any_second_is_counted_half_open() -> None:
    assert peak([0.0, 0.5, 1.0, 1.49, 1.5]) == 3
    assert peak([]) == 0
