"""Something only one node may do at a time, held by a lock of the database's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

_FAMILY = 43


@asynccontextmanager
async def held(dsn: str, key: int) -> AsyncIterator[bool]:
    """Whether this process holds it now; it lets go when the context or the process ends.

    On a connection of its own, so that a lost database lets go too.
    """
    connection = await asyncpg.connect(dsn)
    try:
        yield bool(
            await connection.fetchval("SELECT pg_try_advisory_lock($1, $2)", _FAMILY, key % 2**31)
        )
    finally:
        await connection.close()
