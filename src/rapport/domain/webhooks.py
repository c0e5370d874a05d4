"""Telling other systems what happens: signature, pace of the retries, what an answer means."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Any

TEST = "test"
KINDS = (
    "message.received",
    "message.sent",
    "message.status",
    "task.queued",
    "task.offered",
    "task.accepted",
    "task.started",
    "offer.expired",
    "task.requeued",
    "task.transferred",
    "task.dropped",
    "task.parked",
    "task.resumed",
    "task.taken_over",
    "task.reassigned",
    "task.ended",
    "conference.joined",
    "conference.exited",
    "wrap_up.submitted",
    "customer.left",
    "customer.returned",
    "contact.updated",
    "person.erased",
    "agent.state_changed",
)
"""What can be told: kinds of the log that mean something outside."""
PAYLOAD_VERSION = 1
BACK_OFF_S = (10, 30, 120, 600, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600)
"""Pauses after the first, second … failed attempt; after the last one follows one attempt more."""
LONGEST_WAIT_S = BACK_OFF_S[-1]
HELD_FROM = 3
"""From so many failures in a row on an endpoint is asked by one delivery at a time."""
LONGEST_HOLD_S = 600
FAILING_FOR = timedelta(hours=36)
"""Without a success for so long an endpoint is paused, before any delivery's last attempt."""
LARGEST_ANSWER = 1000
"""So many characters of an answer are kept."""


class DeliveryState(StrEnum):
    """How far a delivery is."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class PauseReason(StrEnum):
    """Why nothing is sent to an endpoint."""

    FAILING = "failing"
    GONE = "gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One event on its way to one endpoint. The id stays the same in every attempt and replay."""

    id: int
    endpoint_id: int
    kind: str
    body: str
    attempts: int
    token: int
    replayed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of one attempt: a status, or a code where there was none."""

    status: int | None = None
    body: str = ""
    code: str | None = None
    wait_s: float | None = None
    """For how long the other side asks to be left alone."""
    ms: int = 0

    @property
    def good(self) -> bool:
        """Whether it was taken."""
        return self.status is not None and HTTPStatus(200) <= self.status < HTTPStatus(300)

    @property
    def gone(self) -> bool:
        """Whether the other side says that it will never want anything again."""
        return self.status == HTTPStatus.GONE

    @property
    def reason(self) -> str | None:
        """A stable code of what went wrong."""
        if self.good:
            return None
        return self.code or f"status_{self.status}"


def signature(secrets: Iterable[str], timestamp: int, body: bytes) -> str:
    """The value of `X-Rapport-Signature`; one `v1` for each secret that is valid now."""
    signed = f"{timestamp}.".encode() + body
    marks = [hmac.digest(s.encode(), signed, hashlib.sha256).hex() for s in secrets]
    return ",".join([f"t={timestamp}", *(f"v1={mark}" for mark in marks)])


def next_wait_s(attempts: int, asked_s: float | None) -> float | None:
    """The pause after so many attempts; None when it was the last.

    Args:
        asked_s: What the other side asked for; it can make the pause longer, up to a day.
    """
    if attempts > len(BACK_OFF_S):
        return None
    own = float(BACK_OFF_S[max(0, attempts - 1)])
    return own if asked_s is None else min(max(own, asked_s), float(LONGEST_WAIT_S))


def hold_s(failures: int, asked_s: float | None) -> float | None:
    """For how long a whole endpoint is left alone after failures in a row; None: not at all."""
    if asked_s is not None:
        return min(max(asked_s, 0.0), float(LONGEST_WAIT_S))
    if failures < HELD_FROM:
        return None
    return float(min(BACK_OFF_S[min(failures - HELD_FROM, len(BACK_OFF_S) - 1)], LONGEST_HOLD_S))


def payload(
    delivery_id: int, kind: str, at: str, ids: Mapping[str, int | str | None], facts: Any
) -> dict[str, Any]:
    """What is told of an event: who and what by id, and the log's facts; nothing that was said."""
    return {
        "version": PAYLOAD_VERSION,
        "id": str(delivery_id),
        "type": kind,
        "at": at,
        "data": {
            **{name: value for name, value in ids.items() if value is not None},
            "facts": facts or {},
        },
    }
