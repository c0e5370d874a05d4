"""Events as they leave: encoded once, sent to many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

encode = msgspec.json.Encoder().encode


@dataclass(slots=True)
class WireEvent:
    """One logged event as it was read; `entities` is the stored JSON."""

    kind: str
    at: datetime
    conversation_id: int | None
    audience: Sequence[str]
    customer: bool
    entities: str | None
    _encoded: bytes | None = None

    @property
    def encoded(self) -> bytes:
        """As agents get it; made when the first of them does."""
        if self._encoded is None:
            self._encoded = encode_event(self.kind, self.at, self.entities)
        return self._encoded


@dataclass(slots=True)
class Commit:
    """One committed transaction at its position."""

    pos: int
    events: tuple[WireEvent, ...]

    @property
    def size(self) -> int:
        """About how many bytes it takes, encoded as well."""
        return 100 + sum(300 + 2 * len(event.entities or "") for event in self.events)


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
