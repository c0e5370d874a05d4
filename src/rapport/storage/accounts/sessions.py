"""Sessions, password hashes and failed attempts; implements `application.access.SessionStore`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

from rapport.application.access import StoredSession
from rapport.application.audit import Entry
from rapport.application.ports import EventRecord
from rapport.storage.accounts.audit import note
from rapport.storage.changes import insert_events
from rapport.storage.configuration_agents import end_sessions, session_events
from rapport.storage.database import Database

KEPT = timedelta(hours=1)
_COLUMNS = "user_id, csrf_token, created_at, seen_at, id, user_agent, address"
_FIND = f"""
SELECT {_COLUMNS}, coalesce(
    (SELECT must_change FROM credential c WHERE c.user_id = s.user_id), false) AS must_change,
    EXISTS (SELECT FROM second_factor f WHERE f.user_id = s.user_id
            AND f.confirmed_at IS NOT NULL)
        OR EXISTS (SELECT FROM passkey p WHERE p.user_id = s.user_id) AS second_factor
FROM session s WHERE token_hash = $1"""  # noqa: S608
_CREDENTIAL = """
INSERT INTO credential (user_id, password_hash, must_change) VALUES ($1, $2, $3)
ON CONFLICT (user_id) DO UPDATE
SET password_hash = excluded.password_hash, must_change = excluded.must_change"""


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
        self,
        user_id: int,
        password_hash: str,
        at: datetime,
        keep: int | None = None,
        *,
        must_change: bool = False,
        entry: Entry | None = None,
    ) -> None:
        async with self._writing() as (connection, commit_id):
            await connection.execute(_CREDENTIAL, user_id, password_hash, must_change)
            await self._ended(
                connection, commit_id, await end_sessions(connection, [user_id], at, keep), entry
            )

    async def require_change(self, user_id: int, entry: Entry) -> bool:  # noqa: D102
        async with self._pool.acquire() as connection, connection.transaction():
            found = await connection.fetchval(
                "UPDATE credential SET must_change = true WHERE user_id = $1 RETURNING true",
                user_id,
            )
            if found:
                await note(connection, entry)
            return bool(found)

    async def of(self, user_id: int, since: datetime) -> list[StoredSession]:  # noqa: D102
        rows = await self._pool.fetch(
            f"SELECT {_COLUMNS} FROM session WHERE user_id = $1 AND created_at > $2"  # noqa: S608
            " ORDER BY seen_at DESC, id DESC LIMIT 200",
            user_id,
            since,
        )
        return [StoredSession(**dict(row)) for row in rows]

    async def end_sessions(  # noqa: D102
        self,
        user_ids: Iterable[int],
        at: datetime,
        keep: int | None = None,
        entry: Entry | None = None,
    ) -> None:
        async with self._writing() as (connection, commit_id):
            events = await end_sessions(connection, user_ids, at, keep)
            await self._ended(connection, commit_id, events, entry)

    async def end_session(  # noqa: D102
        self, user_id: int, session_id: int, at: datetime, entry: Entry | None = None
    ) -> bool:
        async with self._writing() as (connection, commit_id):
            rows = await connection.fetch(
                "DELETE FROM session WHERE user_id = $1 AND id = $2 RETURNING id, user_id",
                user_id,
                session_id,
            )
            if rows:
                await self._ended(connection, commit_id, session_events(rows, at), entry)
            return bool(rows)

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[tuple[Any, int]]:
        (commit_id,) = await self._database.new_ids(1)
        async with self._pool.acquire() as connection, connection.transaction():
            yield connection, commit_id

    @staticmethod
    async def _ended(
        connection: Any, commit_id: int, events: list[EventRecord], entry: Entry | None
    ) -> None:
        if entry is not None:
            await note(connection, entry)
        if events:
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

    async def note(self, entry: Entry) -> None:  # noqa: D102
        async with self._pool.acquire() as connection, connection.transaction():
            await note(connection, entry)

    async def forget_failures(self, key: str) -> None:  # noqa: D102
        await self._pool.execute("DELETE FROM sign_in_attempt WHERE key = $1", key)

    async def create(  # noqa: D102
        self, token_hash: bytes, session: StoredSession, entry: Entry | None = None
    ) -> int:
        (fresh,) = await self._database.new_ids(1)
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "INSERT INTO session (token_hash, user_id, csrf_token, created_at, seen_at, id,"
                " user_agent, address) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                token_hash,
                session.user_id,
                session.csrf_token,
                session.created_at,
                session.seen_at,
                fresh,
                session.user_agent,
                session.address,
            )
            if entry is not None:
                await note(connection, entry)
        return fresh

    async def find(self, token_hash: bytes) -> StoredSession | None:  # noqa: D102
        row = await self._pool.fetchrow(_FIND, token_hash)
        return StoredSession(**dict(row)) if row else None

    async def touch(self, token_hash: bytes, at: datetime) -> None:  # noqa: D102
        await self._pool.execute(
            "UPDATE session SET seen_at = $2 WHERE token_hash = $1", token_hash, at
        )
