"""The audit log: what was done with accounts and with customers' data, by whom, from where.

Changes of the configuration have their own log (`configuration/history.py`). An entry is written
in the transaction of what it tells of, so that neither is there without the other.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

KINDS = (
    "signed_in",
    "sign_in_failed",
    "signed_out",
    "session_ended",
    "sessions_ended",
    "password_changed",
    "password_given",
    "password_change_required",
    "invitation_made",
    "invitation_used",
    "invitation_withdrawn",
    "invitation_mailed",
    "second_factor_on",
    "second_factor_off",
    "second_factor_reset",
    "recovery_codes_made",
    "recovery_code_used",
    "passkey_added",
    "passkey_removed",
    "identity_bound",
    "identity_unbound",
    "token_created",
    "token_revoked",
    "person_exported",
    "person_erased",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that was done. Without an actor: by a command on the server, or nobody known."""

    kind: str
    at: datetime
    actor_id: int | None = None
    actor_name: str = ""
    """Kept with the entry, by the log itself: it is read after people have gone."""
    subject_id: int | None = None
    """Whose account it was done to."""
    subject_name: str = ""
    address: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What else there is to say; never a secret."""
    id: int = 0


def account_entry(
    kind: str,
    at: datetime,
    actor_id: int | None,
    subject_id: int,
    address: str | None,
    facts: Mapping[str, Any] | None = None,
) -> Entry:
    """What somebody did to an account, their own or another's."""
    return Entry(
        kind=kind,
        at=at,
        actor_id=actor_id,
        subject_id=subject_id,
        address=address,
        facts=facts or {},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which entries are looked for."""

    text: str = ""
    """Part of a name, login or address, or of what was done."""
    kinds: tuple[str, ...] = ()
    """Of these only; none: of every kind."""
    person_id: int | None = None
    """Who did it, or to whose account."""
    since: datetime | None = None
    until: datetime | None = None


class AuditLog(Protocol):
    """Where entries are read."""

    async def page(self, question: Question, before: int | None, limit: int) -> list[Entry]:
        """Newest first, below an id."""

    def all(self, question: Question) -> AsyncIterator[Entry]:
        """Every entry that answers the question, newest first."""

    async def note(self, *entries: Entry) -> None:
        """Entries of what is written nowhere else."""
