"""Words of a first message: whole ones, in any case, beginnings with a star."""

from __future__ import annotations

import re

import pytest

from rapport.domain.keywords import KEYWORD, holds


@pytest.mark.parametrize(
    ("text", "keyword", "found"),
    [
        ("I want to return a cup", "return", True),
        ("RETURN!", "return", True),
        ("My returns", "return", False),
        ("My returns", "return*", True),
        ("No way to unreturn", "return*", False),
        ("Meine Rücksendung", "rücksendung", True),
        ("Straße", "STRASSE", True),
        ("where is\n my   order?", "my order", True),
        ("my old order", "my order", False),
        ("C++ or c#", "c++", True),
        ("a.b", "a?b", False),
        ("退货", "退货", True),
        ("", "return", False),
    ],
)
def test_found(text: str, keyword: str, found: bool) -> None:
    assert holds([text], [keyword]) == found


def test_any_word_in_any_text() -> None:
    assert holds(["Hello", "About my invoice"], ["bill", "invoice"])
    assert not holds([], ["bill"])
    assert not holds(["Hello"], [])


@pytest.mark.parametrize("keyword", ["", " ", "*", "* ", "a*b", " a", "x" * 61])
def test_what_is_no_keyword(keyword: str) -> None:
    assert not re.match(KEYWORD, keyword)


def test_a_long_text_is_looked_at_in_no_time() -> None:
    assert not holds(["return" * 100_000], ["returned goods", "return goods*"])
