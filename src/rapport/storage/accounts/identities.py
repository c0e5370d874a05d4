"""Identities at providers; implements `application.identities.IdentityStore`."""

from __future__ import annotations

from rapport.application.audit import Entry
from rapport.application.identities import Identity
from rapport.storage.accounts.audit import note
from rapport.storage.database import Database

_WHOSE = "SELECT user_id FROM openid_identity WHERE issuer = $1 AND subject = $2"
# Of two at the same moment one is bound; the other finds it.
_BIND = """
INSERT INTO openid_identity (issuer, subject, user_id, bound_at) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING RETURNING true"""


class PostgresIdentities:
    """What each method does is said at the Protocol."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def whose(self, issuer: str, subject: str) -> int | None:  # noqa: D102
        user_id: int | None = await self._pool.fetchval(_WHOSE, issuer, subject)
        return user_id

    async def bind(self, user_id: int, identity: Identity, entry: Entry) -> bool:  # noqa: D102
        issuer, subject = identity.issuer, identity.subject
        async with self._pool.acquire() as connection, connection.transaction():
            if await connection.fetchval(_BIND, issuer, subject, user_id, identity.bound_at):
                await note(connection, entry)
                return True
            return bool(await connection.fetchval(_WHOSE, issuer, subject) == user_id)

    async def of(self, user_id: int) -> list[Identity]:  # noqa: D102
        rows = await self._pool.fetch(
            "SELECT issuer, subject, bound_at FROM openid_identity WHERE user_id = $1"
            " ORDER BY bound_at",
            user_id,
        )
        return [Identity(**dict(row)) for row in rows]

    async def unbind(self, user_id: int, entry: Entry) -> bool:  # noqa: D102
        async with self._pool.acquire() as connection, connection.transaction():
            gone = await connection.fetch(
                "DELETE FROM openid_identity WHERE user_id = $1 RETURNING issuer", user_id
            )
            if gone:
                await note(connection, entry)
            return bool(gone)
