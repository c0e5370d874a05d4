"""SMS segments: the table shared with the composer, and what holds for any text."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.domain.segments import (
    ALONE,
    GSM_ALPHABET,
    GSM_EXTENSION,
    JOINED,
    Encoding,
    segments,
    split,
)

CASES: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("segments.json").read_text(encoding="utf-8")
)
texts = st.one_of(
    st.text(max_size=700),
    st.text(alphabet=[*GSM_ALPHABET, *GSM_EXTENSION], max_size=700),
    st.text(alphabet="a€😀Ж", min_size=60, max_size=700),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_table_of_cases(case: dict[str, Any]) -> None:
    counted = segments("".join(text * times for text, times in case["text"]))
    assert {
        "encoding": counted.encoding,
        "count": counted.count,
        "used": counted.used,
        "left": counted.left,
    } == case["expected"]


@given(texts)
def test_the_parts_of_any_text_make_it_again(text: str) -> None:
    parts = split(text)
    counted = segments(text)
    assert "".join(parts) == text
    assert len(parts) == counted.count
    limit = (ALONE if len(parts) <= 1 else JOINED)[counted.encoding]
    assert all(0 < _cost(part, counted.encoding) <= limit for part in parts)
    assert counted.used == sum(_cost(part, counted.encoding) for part in parts)
    assert counted.left == limit - (_cost(parts[-1], counted.encoding) if parts else 0)


@given(texts)
def test_no_part_could_take_the_next_character(text: str) -> None:
    encoding = segments(text).encoding
    parts = split(text)
    for part, following in pairwise(parts):
        assert _cost(part + following[0], encoding) > JOINED[encoding]


def test_the_alphabet_has_128_places() -> None:
    assert len(GSM_ALPHABET) == len(set(GSM_ALPHABET)) == 128
    assert not set(GSM_EXTENSION) & set(GSM_ALPHABET)


def test_ucs2_may_be_asked_for() -> None:
    assert [len(part) for part in split("a" * 100, Encoding.UCS2)] == [67, 33]


def _cost(part: str, encoding: Encoding) -> int:
    if encoding is Encoding.UCS2:
        return len(part.encode("utf-16-be")) // 2
    return len(part) + sum(part.count(char) for char in GSM_EXTENSION)
