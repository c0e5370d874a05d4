"""Where the next page of a list by time starts: a moment, and the id of its last row."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Query

from rapport.domain.errors import Invalid

Cursor = Annotated[str | None, Query(pattern=r"^[0-9]{1,18}(\.[0-9]{1,19})?$")]
FIRST = 2**62
"""Above every id."""
_MICROSECONDS = 1_000_000


def cursor_of(at: datetime, row_id: int) -> str:
    """What a client sends back to go on behind this row."""
    return f"{round(at.timestamp() * _MICROSECONDS)}.{row_id}"


def place_of(cursor: str) -> tuple[datetime, int]:
    """The row that a cursor stands for.

    Raises:
        Invalid: it stands for no moment.
    """
    at, _, row_id = cursor.partition(".")
    try:
        moment = datetime.fromtimestamp(int(at) / _MICROSECONDS, UTC)
    except (ValueError, OverflowError, OSError):
        raise Invalid.field("cursor", "This page does not exist.") from None
    return moment, min(int(row_id or FIRST), FIRST)
