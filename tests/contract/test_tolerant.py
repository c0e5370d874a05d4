"""Reading of JSON that is not quite what it should be."""

from __future__ import annotations

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.channels.sdk.tolerant import fields_of, read, storable


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb'"caf\u00e9"', "café"),
        (rb'"a\u0000b"', "ab"),
        (rb'"\\u0000"', "\\u0000"),
        (rb'"\\\u0000"', "\\"),
        (rb'"\ud83d\ude00"', "😀"),
        (rb'"cut \ud83d"', "cut \ufffd"),
        (rb'"\ude00 cut"', "\ufffd cut"),
        (rb'"\\ud83d"', "\\ud83d"),
        (rb'"\ud83d\ud83d\ude00"', "\ufffd😀"),
    ],
)
def test_text_that_no_database_takes_is_mended(body: bytes, text: str) -> None:
    assert msgspec.json.decode(storable(body)) == text


@given(st.text(alphabet=st.sampled_from("a\\u0dD83e\0\ud83d\ude00é😀"), max_size=12))
def test_mended_text_is_the_same_but_for_what_can_not_be_stored(text: str) -> None:
    mended = msgspec.json.decode(storable(json.dumps(text).encode()))
    paired = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert mended == paired.replace("\0", "")


def test_what_can_not_be_read_is_nothing() -> None:
    decoder = msgspec.json.Decoder(int)
    assert [read(decoder, raw) for raw in (b"5", b'"5"', b"", None, b"{")] == [
        5,
        None,
        None,
        None,
        None,
    ]
    deep = b"[" * 100_000
    assert read(msgspec.json.Decoder(), deep) is None
    assert fields_of(b"[1]") == {}
