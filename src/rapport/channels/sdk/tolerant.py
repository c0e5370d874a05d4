"""Reading of JSON whose shape a provider may change: what can't be read is None, never a crash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

Text = str | int | float | None
"""A field that should be text and isn't always."""

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


def read(decoder: msgspec.json.Decoder[T], raw: msgspec.Raw | bytes | None) -> T | None:
    """The decoded value, or None where there is nothing or something else."""
    if not raw:
        return None
    try:
        return decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


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
