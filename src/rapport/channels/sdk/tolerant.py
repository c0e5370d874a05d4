"""Reading of JSON whose shape a provider may change: what can't be read is None, never a crash."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

Text = str | int | float | None
"""A field that should be text and isn't always."""

_SUSPECT = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_ESCAPE = re.compile(rb"\\\\|\\u0000|\\u[dD][89abAB]\w\w\\u[dD][c-fC-F]\w\w|\\u[dD][89a-fA-F]\w\w")
_ONE_ESCAPE = 6

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


def read(decoder: msgspec.json.Decoder[T], raw: msgspec.Raw | bytes | None) -> T | None:
    """The decoded value, or None where there is nothing or something else."""
    if not raw:
        return None
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def storable(body: bytes) -> bytes:
    """JSON without NUL and with U+FFFD for half a surrogate pair: neither is text to a database."""
    return _ESCAPE.sub(_storable, body) if _SUSPECT.search(body) else body


def _storable(found: re.Match[bytes]) -> bytes:
    escape = found[0]
    if len(escape) != _ONE_ESCAPE:
        return escape
    return b"" if escape == b"\\u0000" else b"\\ufffd"


def fields_of(raw: msgspec.Raw | bytes) -> dict[str, msgspec.Raw]:
    """The fields of an object, undecoded; empty where it is none."""
    return read(_fields, raw) or {}


def each(
    decoder: msgspec.json.Decoder[T], raws: Iterable[msgspec.Raw] | None
) -> Iterator[T | None]:
    """Every element by itself, None for those that can't be read."""
    return (read(decoder, raw) for raw in raws or ())


def text_of(value: Text) -> str:
    """The field as text; empty where it is missing."""
    return "" if value is None else str(value)


def said(**values: Any) -> dict[str, Any]:
    """The values that there are, for `details`."""
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}
