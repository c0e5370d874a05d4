"""What one change of the configuration writes, and the ports through which it is written."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, TypeVar

from rapport.application.configuration.snapshot import Configuration
from rapport.application.perform import Once

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Put:
    """Create (`id` None, or `new`) or replace; `expected` is the version the writer has seen.

    `secrets` None keeps what is stored; `secret_names` and `before` are for the audit only.
    """

    kind: str
    name: str
    spec: Mapping[str, Any]
    id: int | None = None
    expected: int | None = None
    secrets: bytes | None = None
    new: bool = False
    secret_names: tuple[str, ...] = ()
    password_hash: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove; refused by the database while runtime rows use it."""

    id: int
    expected: int | None = None


Change = Put | Delete


@dataclass(frozen=True, slots=True)
class Use:
    """That something at work, or history, needs a configured thing."""

    item_id: int
    what: str
    """`open_tasks`, `open_legs`, `waiting_skill`, `idle_agents`, or `history`."""
    count: int


class ConfigurationTransaction(Protocol):
    """The configuration under its lock: nobody else changes it until the end."""

    @property
    def configuration(self) -> Configuration:
        """What is stored now, which may be newer than the process's snapshot."""

    async def uses(self, removed: Iterable[int], stopped: Iterable[int]) -> list[Use]:
        """Who at work needs these things; history counts for those removed only."""

    async def password_hashes(self, user_ids: Iterable[int]) -> Mapping[int, str]:
        """Stored password hashes, to see whether a password is news."""

    async def write(self, changes: Sequence[Change]) -> None:
        """Write all changes, in their order; one event tells every desktop."""

    async def recall(self, user_id: int, key: str) -> tuple[str, int, str] | None:
        """Fingerprint, status and answer remembered under an idempotency key."""

    async def remember(self, once: Once, answer: str) -> None:
        """Keep an answer under its key, in this transaction."""


Work = Callable[[ConfigurationTransaction], Awaitable[T]]


class ConfigurationStore(Protocol):
    """Where the configuration is changed."""

    async def new_ids(self, count: int) -> Sequence[int]:
        """Fresh ids, ascending, unique over all tables."""

    async def change(self, work: Work[T], actor_id: int | None, now: datetime) -> T:
        """Run work under the lock; all that it writes commits together, or nothing.

        Afterwards this process's snapshot is the one committed.

        Raises:
            Stale: a version has moved on.
            Refused: a name is taken, or runtime rows use what is deleted.
        """


class SecretBox(Protocol):
    """Encrypts and decrypts the secrets of accounts."""

    def seal(self, values: Mapping[str, str]) -> bytes:
        """Encrypted, ready to store."""

    def open(self, sealed: bytes | None) -> Mapping[str, str]:
        """What was sealed.

        Raises:
            ValueError: sealed with another key.
        """
