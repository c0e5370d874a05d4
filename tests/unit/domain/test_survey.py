"""What counts as an answer to the satisfaction survey, and whose a link is."""

from __future__ import annotations

import pytest

from rapport.domain.survey import (
    PAYLOAD,
    answers_about,
    link_token,
    pressed_in,
    rating_in,
    task_of_token,
)


@pytest.mark.parametrize(
    ("text", "rating"),
    [
        ("5", 5),
        (" 1 \n", 1),
        ("4/5", 4),
        ("3 / 5.", 3),
        ("2!", 2),
        ("3\ufe0f\u20e3", 3),
        ("⭐⭐⭐⭐", 4),
        ("★", 1),
        ("0", None),
        ("6", None),
        ("55", None),
        ("5 cups are broken", None),
        ("I give you a 5", None),
        ("4 or 5", None),
        ("4,5", None),
        ("⭐⭐⭐⭐⭐⭐", None),
        ("", None),
        (None, None),
        ("٤", None),
    ],
)
def test_a_rating_is_a_number_and_nothing_else(text: str | None, rating: int | None) -> None:
    assert rating_in(text) == rating


def test_a_link_is_good_for_its_task_only() -> None:
    token = link_token(b"secret", 7001)
    assert task_of_token(b"secret", token) == 7001
    assert task_of_token(b"another", token) is None
    assert task_of_token(b"secret", token.replace("7001", "7002")) is None
    for wrong in ("", "7001", "7001-", "x-y", "-1-x", "²-x", "9" * 30 + "-x", token + "é"):
        assert task_of_token(b"secret", wrong) is None


def test_what_is_pressed_names_its_task() -> None:
    answers = answers_about(7)
    assert [title for _, title in answers] == ["1", "2", "3", "4", "5"]
    assert [pressed_in(payload) for payload, _ in answers] == [(7, n) for n in range(1, 6)]
    assert [rating_in(title) for _, title in answers] == [1, 2, 3, 4, 5], "typed, it means the same"


@pytest.mark.parametrize(
    "rest", ["", "7", "7:", "7:0", "7:6", "x:4", "7:4 ", "7:4:4", f"{'9' * 19}:4"]
)
def test_anything_else_is_no_answer_that_was_pressed(rest: str) -> None:
    assert pressed_in(PAYLOAD + rest) is None
    assert pressed_in("rapport:menu:4") is None
    assert pressed_in(None) is None
