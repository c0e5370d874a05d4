"""Second factors; implements `application.second_factor.SecondFactorStore`."""

from __future__ import annotations

from collections.abc import Sequence

from rapport.application.audit import Entry
from rapport.application.second_factor import SecondFactor
from rapport.storage.accounts.audit import note
from rapport.storage.database import Database
from rapport.storage.secrets import Vault

_BEGIN = """
INSERT INTO second_factor (user_id, secret) VALUES ($1, $2)
ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret
WHERE second_factor.confirmed_at IS NULL RETURNING true"""
_CONFIRM = """
UPDATE second_factor SET confirmed_at = $2, used_step = $3, recovery = $4
WHERE user_id = $1 AND confirmed_at IS NULL RETURNING true"""
_USE_STEP = """
UPDATE second_factor SET used_step = $2
WHERE user_id = $1 AND confirmed_at IS NOT NULL AND used_step < $2 RETURNING true"""
_USE_RECOVERY = """
UPDATE second_factor SET recovery = array_remove(recovery, $2)
WHERE user_id = $1 AND confirmed_at IS NOT NULL AND $2 = ANY(recovery) RETURNING true"""
_RENEW = """
UPDATE second_factor SET recovery = $2
WHERE user_id = $1 AND confirmed_at IS NOT NULL RETURNING true"""
_REMOVE = "DELETE FROM second_factor WHERE user_id = $1 AND confirmed_at IS NOT NULL RETURNING true"

_REMOVE_ALL = """
WITH factor AS (DELETE FROM second_factor WHERE user_id = $1 RETURNING confirmed_at),
    keys AS (DELETE FROM passkey WHERE user_id = $1 RETURNING id)
SELECT EXISTS (SELECT FROM factor WHERE confirmed_at IS NOT NULL) OR EXISTS (SELECT FROM keys)"""


class PostgresSecondFactors:
    """What each method does is said at the Protocol."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._pool = database.pool
        self._vault = vault

    async def get(self, user_id: int) -> SecondFactor | None:  # noqa: D102
        row = await self._pool.fetchrow("SELECT * FROM second_factor WHERE user_id = $1", user_id)
        if row is None:
            return None
        return SecondFactor(
            secret=self._vault.decrypt(row["secret"]),
            confirmed_at=row["confirmed_at"],
            used_step=row["used_step"],
            recovery_left=len(row["recovery"]),
        )

    async def begin(self, user_id: int, secret: bytes) -> bool:  # noqa: D102
        return bool(await self._pool.fetchval(_BEGIN, user_id, self._vault.encrypt(secret)))

    async def confirm(  # noqa: D102
        self, user_id: int, step: int, recovery: Sequence[bytes], entry: Entry
    ) -> bool:
        return await self._noted(entry, _CONFIRM, user_id, entry.at, step, list(recovery))

    async def use_step(self, user_id: int, step: int) -> bool:  # noqa: D102
        return bool(await self._pool.fetchval(_USE_STEP, user_id, step))

    async def use_recovery(self, user_id: int, hashed: bytes, entry: Entry) -> bool:  # noqa: D102
        return await self._noted(entry, _USE_RECOVERY, user_id, hashed)

    async def renew_recovery(  # noqa: D102
        self, user_id: int, recovery: Sequence[bytes], entry: Entry
    ) -> bool:
        return await self._noted(entry, _RENEW, user_id, list(recovery))

    async def remove(self, user_id: int, entry: Entry) -> bool:  # noqa: D102
        return await self._noted(entry, _REMOVE, user_id)

    async def passkeys(self, user_id: int) -> int:  # noqa: D102
        counted = "SELECT count(*) FROM passkey WHERE user_id = $1"
        return int(await self._pool.fetchval(counted, user_id))

    async def remove_all(self, user_id: int, entry: Entry) -> bool:  # noqa: D102
        return await self._noted(entry, _REMOVE_ALL, user_id)

    async def _noted(self, entry: Entry, statement: str, *arguments: object) -> bool:
        """The statement and its entry, or neither."""
        async with self._pool.acquire() as connection, connection.transaction():
            done = bool(await connection.fetchval(statement, *arguments))
            if done:
                await note(connection, entry)
            return done
