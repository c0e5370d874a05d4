"""API tokens; implements `application.tokens.TokenStore`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rapport.application.audit import Entry
from rapport.application.tokens import ApiToken
from rapport.storage.accounts.audit import note
from rapport.storage.database import Database

_COLUMNS = (
    "id, user_id, name, prefix, scopes, created_at, created_by, expires_at, used_at, revoked_at"
)
_PUT = f"""
INSERT INTO api_token (id, token_hash, user_id, name, prefix, scopes, created_at, created_by,
    expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (token_hash) DO NOTHING RETURNING {_COLUMNS}"""  # noqa: S608
_OF = f"""
SELECT {_COLUMNS} FROM api_token
WHERE ($1::bigint IS NULL OR user_id = $1)
  AND (revoked_at IS NULL OR revoked_at > $2)
ORDER BY created_at DESC, id DESC LIMIT 1000"""  # noqa: S608


class PostgresTokens:
    """What each method does is said at the Protocol."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pool = database.pool

    async def new_id(self) -> int:  # noqa: D102
        (fresh,) = await self._database.new_ids(1)
        return fresh

    async def put(self, hashed: bytes, token: ApiToken, entry: Entry) -> ApiToken:  # noqa: D102
        async with self._pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(
                _PUT,
                token.id,
                hashed,
                token.user_id,
                token.name,
                token.prefix,
                list(token.scopes),
                token.created_at,
                token.created_by,
                token.expires_at,
            )
            if row is not None:
                await note(connection, entry)
                return _token(row)
        found = await self.find(hashed)
        assert found is not None  # noqa: S101 - tokens are never deleted but with their owner
        return found

    async def find(self, hashed: bytes) -> ApiToken | None:  # noqa: D102
        return await self._one("token_hash = $1", hashed)

    async def get(self, token_id: int) -> ApiToken | None:  # noqa: D102
        return await self._one("id = $1", token_id)

    async def of(self, user_id: int | None, since: datetime) -> list[ApiToken]:  # noqa: D102
        return [_token(row) for row in await self._pool.fetch(_OF, user_id, since)]

    async def touch(self, token_id: int, at: datetime) -> None:  # noqa: D102
        await self._pool.execute("UPDATE api_token SET used_at = $2 WHERE id = $1", token_id, at)

    async def revoke(self, token_id: int, entry: Entry) -> None:  # noqa: D102
        async with self._pool.acquire() as connection, connection.transaction():
            done = await connection.fetchval(
                "UPDATE api_token SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL"
                " RETURNING id",
                token_id,
                entry.at,
            )
            if done is not None:
                await note(connection, entry)

    async def _one(self, condition: str, value: bytes | int) -> ApiToken | None:
        row = await self._pool.fetchrow(
            f"SELECT {_COLUMNS} FROM api_token WHERE {condition}",  # noqa: S608
            value,
        )
        return _token(row) if row else None


def _token(row: Any) -> ApiToken:
    fields = dict(row)
    return ApiToken(**{**fields, "scopes": tuple(fields["scopes"])})
