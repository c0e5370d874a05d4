"""Sessions, password hashes and failed attempts; implements `application.access.SessionStore`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from rapport.application.access import StoredSession
from rapport.storage.changes import insert_events
from rapport.storage.configuration_agents import end_sessions
from rapport.storage.database import Database

KEPT = timedelta(hours=1)


class PostgresSessions:
    """What each method does is said at the Protocol."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pool = database.pool

    async def password_hash(self, user_id: int) -> str | None:  # noqa: D102
        value = await self._pool.fetchval(
            "SELECT password_hash FROM credential WHERE user_id = $1", user_id
        )
        return None if value is None else str(value)

    async def set_password_hash(  # noqa: D102
        self, user_id: int, password_hash: str, at: datetime, keep: bytes | None = None
    ) -> None:
        await self._end([user_id], at, keep, password_hash)

    async def end_sessions(self, user_ids: Iterable[int], at: datetime) -> None:  # noqa: D102
        await self._end(list(user_ids), at)

    async def _end(
        self,
        user_ids: list[int],
        at: datetime,
        keep: bytes | None = None,
        password_hash: str | None = None,
    ) -> None:
        (commit_id,) = await self._database.new_ids(1)
        async with self._pool.acquire() as connection, connection.transaction():
            if password_hash is not None:
                await connection.execute(
                    "INSERT INTO credential SELECT id, $2 FROM unnest($1::bigint[]) id"
                    " ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash",
                    user_ids,
                    password_hash,
                )
            events = await end_sessions(connection, user_ids, at, keep)
            await insert_events(connection, events, commit_id)
            await connection.execute(f"SELECT seal({commit_id:d})")

    async def note_attempt(  # noqa: D102
        self, keys: list[str], at: datetime, since: datetime
    ) -> dict[str, int]:
        await self._pool.execute(
            "INSERT INTO sign_in_attempt SELECT key, $2 FROM unnest($1::text[]) key", keys, at
        )
        await self._pool.execute("DELETE FROM sign_in_attempt WHERE at < $1", at - KEPT)
        # A statement of its own: it sees what others have noted meanwhile.
        rows = await self._pool.fetch(
            "SELECT key, count(*) AS attempts FROM sign_in_attempt"
            " WHERE key = ANY($1::text[]) AND at > $2 GROUP BY key",
            keys,
            since,
        )
        return {row["key"]: row["attempts"] for row in rows}

    async def withdraw_attempt(self, keys: list[str], at: datetime) -> None:  # noqa: D102
        await self._pool.execute(
            "DELETE FROM sign_in_attempt WHERE key = ANY($1::text[]) AND at = $2", keys, at
        )

    async def forget_failures(self, key: str) -> None:  # noqa: D102
        await self._pool.execute("DELETE FROM sign_in_attempt WHERE key = $1", key)

    async def create(self, token_hash: bytes, session: StoredSession) -> None:  # noqa: D102
        await self._pool.execute(
            "INSERT INTO session VALUES ($1, $2, $3, $4, $5)",
            token_hash,
            session.user_id,
            session.csrf_token,
            session.created_at,
            session.seen_at,
        )

    async def find(self, token_hash: bytes) -> StoredSession | None:  # noqa: D102
        row = await self._pool.fetchrow(
            "SELECT user_id, csrf_token, created_at, seen_at FROM session WHERE token_hash = $1",
            token_hash,
        )
        return StoredSession(**dict(row)) if row else None

    async def touch(self, token_hash: bytes, at: datetime) -> None:  # noqa: D102
        await self._pool.execute(
            "UPDATE session SET seen_at = $2 WHERE token_hash = $1", token_hash, at
        )

    async def delete(self, token_hash: bytes) -> None:  # noqa: D102
        await self._pool.execute("DELETE FROM session WHERE token_hash = $1", token_hash)
