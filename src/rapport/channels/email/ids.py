"""Message ids (RFC 5322 §3.6.4), with their angle brackets."""

from __future__ import annotations

import hashlib
import re

from rapport.channels.email.charsets import storable
from rapport.channels.email.words import header_text

MOST_IDS = 200
_LONGEST = 998
_ID = re.compile(r"<([^<>]{1,996})>")
_SPACE = re.compile(r"\s+")
_BARE = re.compile(r"[^\s<>,;\"()]{1,900}@[^\s<>,;\"()]{1,90}")


def ids(value: bytes) -> tuple[str, ...]:
    """Every id of a References or In-Reply-To, each once; of too many, the first and the last."""
    text = storable(header_text(value))
    found = list(dict.fromkeys(f"<{_SPACE.sub('', m[1])}>" for m in _ID.finditer(text)))
    if not found:
        found = list(dict.fromkeys(f"<{m[0]}>" for m in _BARE.finditer(text)))
    found = [one for one in found if len(one) > 2]
    return tuple(found if len(found) <= MOST_IDS else [found[0], *found[1 - MOST_IDS :]])


def first_id(value: bytes) -> str | None:
    """The first id, or None."""
    return next(iter(ids(value)), None)


def own_id(value: bytes) -> str | None:
    """A Message-ID: what is in brackets, or whatever stands there instead."""
    found = first_id(value)
    if found is not None:
        return found
    text = "".join(storable(header_text(value)).split()).strip("<>")[: _LONGEST - 2]
    return f"<{text}>" if text else None


def made_id(raw: bytes) -> str:
    """For a mail without an id: the same bytes give the same one, whenever they come again."""
    return f"<sha256.{hashlib.sha256(raw).hexdigest()[:40]}@no-message-id.invalid>"
