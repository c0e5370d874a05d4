"""The connections: a pool for everything, one setting-up for all of them.

Whoever has a connection of the pool must not wait for a second one: with as many at it as the pool
has connections, all would wait for ever. So ids come by a connection of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import msgspec

from rapport.domain.errors import Refused

BLOCK = 1000
LOOKUPS = {
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
}
"""On young tables the planner joins whole tables by hash; lookups by key are what we mean
(measured: 2,490 instead of 7,620 messages a second)."""
encode_json = msgspec.json.Encoder().encode
decode_json = msgspec.json.Decoder().decode
LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # What asyncpg makes of a server that says goodbye while nothing was asked.
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    # It is there, and can keep nothing: what can wait waits, as if it were away.
    asyncpg.DiskFullError,
    ConnectionError,
    TimeoutError,
    OSError,
)
"""What a database that is away raises, or one without room."""
RACES = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.LockNotAvailableError)


class Unavailable(Refused):
    """The database is away, or has no room; nothing is known to have changed."""

    kind = "unavailable"

    def __init__(self) -> None:
        super().__init__(
            "database_unavailable", "The database is not reachable or has no room. Try again."
        )


def being_ended() -> bool:
    """Whether the task that asks is being cancelled by whoever may do so.

    A driver may cancel what it waits for of its own. Whoever works for ever takes that for a
    database that is away: nobody would take its place.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _settings(within_s: float = 10) -> dict[str, Any]:
    return {
        "timeout": within_s,
        "command_timeout": 30,
        "server_settings": {"application_name": "rapport", **LOOKUPS},
    }


async def _leave_as_it_is(_: object) -> None:
    """No round trip when a connection comes back: nothing here changes a session's state, and
    every transaction ends where it began."""


class Database:
    """A pool of connections and the source of ids."""

    def __init__(self, pool: asyncpg.Pool[Any], for_ids: asyncpg.Pool[Any], dsn: str) -> None:
        self.pool = pool
        self.dsn = dsn
        self._for_ids = for_ids
        self._ids: Iterator[int] = iter(range(0))
        self._taking = asyncio.Lock()

    @classmethod
    async def connect(
        cls, dsn: str, *, minimum: int = 2, maximum: int = 10, within_s: float = 10
    ) -> Database:
        """Open the pool; every connection looks rows up by key and speaks JSON as text.

        A server that goes down may take a connection and never speak: then and later a new one has
        `within_s`, so that a provider's request is on the spool before the provider gives up.
        """
        how = _settings(within_s)
        pool = await asyncpg.create_pool(
            dsn, min_size=minimum, max_size=maximum, reset=_leave_as_it_is, **how
        )
        for_ids = await asyncpg.create_pool(
            dsn, min_size=0, max_size=1, reset=_leave_as_it_is, **how
        )
        return cls(pool, for_ids, dsn)

    async def close(self) -> None:
        """Close all connections."""
        await self.pool.close()
        await self._for_ids.close()

    async def connection(self) -> asyncpg.Connection[Any]:
        """One outside of the pool, for who keeps it for long; they close it."""
        connection: asyncpg.Connection[Any] = await asyncpg.connect(self.dsn, **_settings())
        return connection

    @asynccontextmanager
    async def begun(self) -> AsyncIterator[Any]:
        """A transaction that its user commits, mostly in the round trip of its last statement.

        What fails is rolled back; a connection that gave no answer is given up at once, so that
        nobody waits for it a second time.
        """
        async with self.pool.acquire() as connection:
            await connection.execute("BEGIN")
            try:
                yield connection
            except (TimeoutError, OSError):
                connection.terminate()
                raise
            except BaseException:
                if not connection.is_closed():
                    await connection.execute("ROLLBACK")
                raise

    async def new_ids(self, count: int) -> Sequence[int]:
        """Fresh ids from blocks of 1,000: one round trip names many rows."""
        async with self._taking:
            ids = [i for _, i in zip(range(count), self._ids, strict=False)]
            if len(ids) < count:
                blocks = -(-(count - len(ids)) // BLOCK)
                rows = await self._for_ids.fetch(
                    "SELECT nextval('id_block') AS block FROM generate_series(1, $1)", blocks
                )
                fresh = (
                    i
                    for row in rows
                    for i in range(row["block"] * BLOCK, (row["block"] + 1) * BLOCK)
                )
                self._ids = fresh
                ids += [i for _, i in zip(range(count - len(ids)), self._ids, strict=False)]
            return ids
