"""Invitations; implements `application.invitations.InvitationStore`."""

from __future__ import annotations

from rapport.application.audit import Entry
from rapport.application.invitations import Invitation
from rapport.storage.accounts.audit import note
from rapport.storage.changes import insert_events
from rapport.storage.configuration_agents import end_sessions
from rapport.storage.database import Database

_USE = """
UPDATE invitation SET used_at = $2
WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING user_id"""

_OPEN = """
SELECT user_id, created_by, created_at, expires_at, used_at FROM invitation
WHERE used_at IS NULL ORDER BY created_at DESC, user_id LIMIT 1000"""
_WITHDRAW = "DELETE FROM invitation WHERE user_id = $1 AND used_at IS NULL RETURNING user_id"


class PostgresInvitations:
    """What each method does is said at the Protocol."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pool = database.pool

    async def put(self, hashed: bytes, invitation: Invitation, entry: Entry) -> None:  # noqa: D102
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "DELETE FROM invitation WHERE user_id = $1 AND used_at IS NULL", invitation.user_id
            )
            await connection.execute(
                "INSERT INTO invitation VALUES ($1, $2, $3, $4, $5)",
                hashed,
                invitation.user_id,
                invitation.created_by,
                invitation.created_at,
                invitation.expires_at,
            )
            await note(connection, entry)

    async def find(self, hashed: bytes) -> Invitation | None:  # noqa: D102
        return await self._one("token_hash = $1", hashed)

    async def last(self, user_id: int) -> Invitation | None:  # noqa: D102
        return await self._one("user_id = $1", user_id)

    async def open(self) -> list[Invitation]:  # noqa: D102
        rows = await self._pool.fetch(_OPEN)
        return [Invitation(**dict(row)) for row in rows]

    async def withdraw(self, user_id: int, entry: Entry) -> bool:  # noqa: D102
        async with self._pool.acquire() as connection, connection.transaction():
            done = await connection.fetchval(_WITHDRAW, user_id)
            if done is None:
                return False
            await note(connection, entry)
        return True

    async def use(self, hashed: bytes, password_hash: str, entry: Entry) -> int | None:  # noqa: D102
        (commit_id,) = await self._database.new_ids(1)
        async with self._pool.acquire() as connection, connection.transaction():
            user_id: int | None = await connection.fetchval(_USE, hashed, entry.at)
            if user_id is None:
                return None
            await connection.execute(
                "INSERT INTO credential VALUES ($1, $2)"
                " ON CONFLICT (user_id) DO UPDATE"
                " SET password_hash = excluded.password_hash, must_change = false",
                user_id,
                password_hash,
            )
            events = await end_sessions(connection, [user_id], entry.at)
            await note(connection, entry)
            await insert_events(connection, events, commit_id)
            await connection.execute(f"SELECT seal({commit_id:d})")
        return user_id

    async def _one(self, condition: str, value: bytes | int) -> Invitation | None:
        row = await self._pool.fetchrow(
            "SELECT user_id, created_by, created_at, expires_at, used_at FROM invitation"  # noqa: S608
            f" WHERE {condition} ORDER BY created_at DESC LIMIT 1",
            value,
        )
        return Invitation(**dict(row)) if row else None
