"""Which JSON the database can keep: all but texts with the character NUL."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def unstorable(value: Any, path: str) -> Iterator[str]:
    """Paths of texts and keys that PostgreSQL cannot keep."""
    if isinstance(value, str):
        if "\x00" in value:
            yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from unstorable(key, path)
            yield from unstorable(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from unstorable(inner, f"{path}.{place}")
