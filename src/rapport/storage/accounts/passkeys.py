"""Passkeys; implements `application.passkeys.PasskeyStore`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from rapport.application.audit import Entry
from rapport.application.ceremonies import Key
from rapport.application.passkeys import Passkey
from rapport.domain.errors import Refused
from rapport.storage.accounts.audit import note
from rapport.storage.database import Database

# Whoever adds or removes for a person waits for the other: counts and the last one are exact.
_ALONE = "SELECT id FROM configuration WHERE id = $1 FOR UPDATE"
_ADD = """
INSERT INTO passkey
    (id, user_id, party_id, credential_id, public_key, sign_count, name, created_at)
SELECT $1, $2, $3, $4, $5, $6, $7, $8
WHERE (SELECT count(*) FROM passkey WHERE user_id = $2) < $9
ON CONFLICT (credential_id) DO NOTHING RETURNING true"""
_USE = """
UPDATE passkey SET sign_count = greatest(sign_count, $2), used_at = $3 WHERE id = $1"""
_OTHERS = """
SELECT EXISTS (SELECT FROM passkey WHERE user_id = $1 AND id <> $2)
    OR EXISTS (SELECT FROM second_factor WHERE user_id = $1 AND confirmed_at IS NOT NULL)"""
_SPEND = """
INSERT INTO passkey_challenge (hash, until) VALUES ($1, $2)
ON CONFLICT (hash) DO NOTHING RETURNING true"""


class PostgresPasskeys:
    """What each method does is said at the Protocol."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pool = database.pool

    async def of(self, user_id: int) -> list[Passkey]:  # noqa: D102
        rows = await self._pool.fetch(
            "SELECT * FROM passkey WHERE user_id = $1 ORDER BY id", user_id
        )
        return [_passkey(row) for row in rows]

    async def find(self, credential_id: bytes) -> Passkey | None:  # noqa: D102
        row = await self._pool.fetchrow(
            "SELECT * FROM passkey WHERE credential_id = $1", credential_id
        )
        return None if row is None else _passkey(row)

    async def add(  # noqa: D102
        self, passkey: Passkey, most: int, entry: Entry
    ) -> Passkey | None:
        (fresh,) = await self._database.new_ids(1)
        key = passkey.key
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.fetchval(_ALONE, passkey.user_id)
            done = await connection.fetchval(
                _ADD,
                fresh,
                passkey.user_id,
                passkey.party_id,
                key.credential_id,
                key.public_key,
                key.sign_count,
                passkey.name,
                passkey.created_at,
                most,
            )
            if not done:
                return None
            await note(connection, entry)
        return replace(passkey, id=fresh)

    async def use(self, passkey: Passkey, sign_count: int, at: datetime) -> None:  # noqa: D102
        await self._pool.execute(_USE, passkey.id, sign_count, at)

    async def remove(  # noqa: D102
        self, user_id: int, passkey_id: int, entry: Entry, *, needed: bool
    ) -> bool:
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.fetchval(_ALONE, user_id)
            found = await connection.fetchval(
                "DELETE FROM passkey WHERE user_id = $1 AND id = $2 RETURNING true",
                user_id,
                passkey_id,
            )
            if not found:
                return False
            if needed and not await connection.fetchval(_OTHERS, user_id, passkey_id):
                raise Refused("second_factor_required", "Your role needs a second factor.")
            await note(connection, entry)
            return True

    async def spend(  # noqa: D102
        self, challenge: bytes, at: datetime, until: datetime
    ) -> bool:
        await self._pool.execute("DELETE FROM passkey_challenge WHERE until < $1", at)
        return bool(await self._pool.fetchval(_SPEND, challenge, until))


def _passkey(row: Any) -> Passkey:
    return Passkey(
        id=row["id"],
        user_id=row["user_id"],
        party_id=row["party_id"],
        key=Key(
            credential_id=row["credential_id"],
            public_key=row["public_key"],
            sign_count=row["sign_count"],
        ),
        name=row["name"],
        created_at=row["created_at"],
        used_at=row["used_at"],
    )
