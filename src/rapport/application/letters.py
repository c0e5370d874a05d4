"""Letters: mails that are part of no conversation, such as reports and transcripts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rapport.domain.sending import (
    AccountBroken,
    RefusedRecipient,
    Rejected,
    RetryAfter,
    SendOutcome,
    Sent,
)

BACK_OFF_S = (60, 300, 900, 3600, 3 * 3600, 6 * 3600)
"""Pauses after the first, second … failed attempt; after the last one follows one attempt more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFile:
    """A file that goes with a letter."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is sent to whom, from which account; `token` gives its Message-ID in every attempt."""

    token: str
    account_id: int
    to: tuple[str, ...]
    subject: str
    text: str
    date: datetime
    files: tuple[LetterFile, ...] = ()


Carry = Callable[[Letter], Awaitable[tuple[SendOutcome, Sequence[RefusedRecipient]]]]
"""Hands a letter over once; never raises for what the server answers."""


def next_wait_s(outcome: SendOutcome, attempts: int) -> float | None:
    """The pause after so many attempts; None when it has gone, never will, or was the last."""
    if isinstance(outcome, Sent | Rejected) or attempts > len(BACK_OFF_S):
        return None
    return float(BACK_OFF_S[attempts - 1])


def words_of(outcome: SendOutcome) -> tuple[str | None, str | None]:
    """Why it has not gone: a stable code, and words where the other side has some."""
    match outcome:
        case Sent():
            return None, None
        case Rejected(code, message) | AccountBroken(code, message):
            return code, message
        case RetryAfter(code=code):
            return code, None
        case _:
            return "unanswered", None
