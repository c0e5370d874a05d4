"""Dates of mails (RFC 5322 §3.3), as programs write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from rapport.channels.email.words import header_text

_LONGEST = 200
_COMMENT = re.compile(r"\([^()]*\)")
_EARLIEST = 1971


def date_of(value: bytes) -> datetime | None:
    """The moment, aware; without a zone it is UTC. None where it is no date."""
    text = " ".join(_COMMENT.sub(" ", header_text(value[:_LONGEST])).split())
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            found = read(text)
            found = found if found.tzinfo else found.replace(tzinfo=UTC)
            found = found.astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
            continue
        if found.year >= _EARLIEST:
            return found
    return None


def received_date(values: Iterable[bytes]) -> datetime | None:
    """When the last server took the mail: the topmost Received that tells."""
    for value in values:
        found = date_of(value.rpartition(b";")[2].strip())
        if found is not None:
            return found
    return None
