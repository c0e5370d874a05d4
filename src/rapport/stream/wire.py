"""Events as they leave: encoded once, sent to many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class WireEvent:
    """One logged event, encoded for agents; `entities` is the stored JSON."""

    kind: str
    conversation_id: int | None
    audience: tuple[str, ...]
    customer: bool
    at: datetime
    entities: str | None
    encoded: bytes


@dataclass(frozen=True, slots=True)
class Commit:
    """One committed transaction at its position."""

    pos: int
    events: tuple[WireEvent, ...]
    size: int


def encode_event(kind: str, at: datetime, entities: str | None) -> bytes:
    """`{"kind", "at", …entities}` around the stored JSON, which is not parsed again."""
    head = encode({"kind": kind, "at": at})
    if entities is None or entities == "{}":
        return head
    return head[:-1] + b"," + entities.strip()[1:].encode()


def commit_frame(position: str, events: list[bytes]) -> bytes:
    """A frame of one commit for one audience."""
    return (
        b'{"type":"commit","position":"'
        + position.encode()
        + b'","events":['
        + b",".join(events)
        + b"]}"
    )
