"""Who somebody is at an identity provider: bound at the first sign-in, unbound by administrators.

Only issuer and subject together name a person for ever (OpenID Connect Core, 5.7); an e-mail
address may change, and be given to somebody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rapport.application.access import Access
from rapport.application.audit import Entry, account_entry
from rapport.application.ports import Clock
from rapport.domain.errors import NotFound


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody's name at a provider, and since when it stands for them here."""

    issuer: str
    subject: str
    bound_at: datetime


class IdentityStore(Protocol):
    """Where identities are kept: one person each, and one of every issuer for a person."""

    async def whose(self, issuer: str, subject: str) -> int | None:
        """The person whom it stands for."""

    async def bind(self, user_id: int, identity: Identity, entry: Entry) -> bool:
        """Keep it with the log's entry; False where the person or the subject is bound otherwise.

        True and no entry where it is there already.
        """

    async def of(self, user_id: int) -> list[Identity]:
        """A person's, oldest first."""

    async def unbind(self, user_id: int, entry: Entry) -> bool:
        """Forget all of a person's, with the log's entry; False where there was none."""


class Identities:
    """Bindings, looked at and taken away."""

    def __init__(self, store: IdentityStore, access: Access, clock: Clock) -> None:
        self._store = store
        self._access = access
        self._clock = clock

    async def whose(self, issuer: str, subject: str) -> int | None:
        """The person whom an identity stands for."""
        return await self._store.whose(issuer, subject)

    async def bind(self, user_id: int, issuer: str, subject: str, address: str) -> bool:
        """Let it stand for a person from now on; False where it, or they, are bound otherwise."""
        now = self._clock.now()
        entry = account_entry("identity_bound", now, user_id, user_id, address, {"issuer": issuer})
        return await self._store.bind(user_id, Identity(issuer, subject, now), entry)

    async def of(self, user_id: int) -> list[Identity]:
        """A person's."""
        return await self._store.of(user_id)

    async def unbind(self, user_id: int, *, actor_id: int | None, address: str | None) -> None:
        """Forget who somebody is at every provider; their sessions end.

        Their next sign-in there is matched by the verified address, as their first was.

        Raises:
            NotFound: `no_identity`.
        """
        entry = account_entry("identity_unbound", self._clock.now(), actor_id, user_id, address)
        if not await self._store.unbind(user_id, entry):
            raise NotFound("no_identity", "This person has not signed in with a provider.")
        await self._access.end_all(user_id)
