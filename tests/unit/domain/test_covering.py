"""What is covered in texts and answers, and what looks like it and is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.domain.covering import as_known, cover_text, cover_value, covered, without_addresses

OURS = frozenset({"shop@example.com", "+4930123456"})


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("write to dana@example.com.", "write to d•••@example.com."),
        ("<dana.x+y@mail.example.co.uk>", "<d•••@mail.example.co.uk>"),
        ("mailto:dana%40example.com?x", "mailto:d•••%40example.com?x"),
        ("ünal@exämple.de", "ü•••@exämple.de"),
        ("call +49 171 2345612 now", "call +49 ••• ••12 now"),
        ("call (0171) 2345612", "call 01 ••• ••12"),
        ("0049 30/1234-5612!", "00 ••• ••12!"),
        ("030 12 34 56 12", "03 ••• ••12"),
        ("ask shop@example.com or +49 30 123456", "ask shop@example.com or +49 30 123456"),
    ],
)
def test_what_is_covered(text: str, shown: str) -> None:
    assert cover_text(text, OURS) == shown


@pytest.mark.parametrize(
    "text",
    [
        "order 4711-123456, 12 pieces",
        "on 02-12-2026 at 09:30",
        "2026-11-29T02:00:30.123456Z",
        "twelve @ home",
        "1.234.567,00 EUR",
        "size 040, colour 0815",
        "d•••@example.com and +49 ••• ••12",
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert cover_text(text) == text


def test_by_the_name_of_the_field() -> None:
    assert cover_value("wa_id", "491712345612") == "49 ••• ••12"
    assert cover_value("name", "491712345612") == "49 ••• ••12"
    assert cover_value("text", "491712345612") == "491712345612"
    assert cover_value("address", "visitor-ab12") == "visitor-ab12"


def test_an_answer_is_walked() -> None:
    answer = {
        "contact": {"id": 7, "email": "dana@example.com", "phone": "+491712345612", "name": None},
        "user": {"login": "ana@example.com"},
        "to": [{"name": "Dana", "address": "dana@example.com"}],
        "next": "0171234561234",
        "created_at": "2026-11-29T02:00:30Z",
        "excerpt": [{"text": "dana", "found": True}, {"text": "@example.com", "found": False}],
    }
    shown = covered(answer)
    assert shown["contact"] == {
        "id": 7,
        "email": "d•••@example.com",
        "phone": "+49 ••• ••12",
        "name": None,
    }
    assert shown["to"] == [{"name": "Dana", "address": "d•••@example.com"}]
    assert shown["excerpt"] == [{"text": "d•••@example.com", "found": False}]
    assert [shown[key] for key in ("user", "next", "created_at")] == [
        answer[key] for key in ("user", "next", "created_at")
    ]


def test_a_cover_that_comes_back_is_recognised_unless_two_look_alike() -> None:
    known = ["dana@example.com", "ben@example.com"]
    assert as_known("d•••@example.com", known, "email") == "dana@example.com"
    assert as_known("new@example.com", known, "email") == "new@example.com"
    both = [*known, "dora@example.com"]
    assert as_known("d•••@example.com", both, "email") == "d•••@example.com"


def test_what_is_filled_in_leaves_addresses_out() -> None:
    values = {
        "contact.email": "dana@example.com",
        "contact.name": "Dana",
        "task.variables.phone": "+491712345612",
        "agent.email": "ana@example.com",
    }
    assert without_addresses(values) == {
        **values,
        "contact.email": None,
        "task.variables.phone": None,
    }


@given(st.text())
def test_covering_twice_is_covering_once(text: str) -> None:
    once = cover_text(text)
    assert cover_text(once) == once


@given(st.from_regex(r"[a-z]{2,9}@[a-z]{1,9}\.(de|com)", fullmatch=True), st.text())
def test_no_address_is_left_in_any_text(address: str, around: str) -> None:
    assert address not in cover_text(f"{around} {address} {around}")
