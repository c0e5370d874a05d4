"""The connections: nobody who has one waits for another."""

from __future__ import annotations

import asyncio
from typing import Any

from rapport.storage.database import BLOCK, Database
from tests.pooling import one_at_a_time


async def test_ids_come_while_all_connections_are_taken(database: str) -> None:
    """Every thousand ids new ones are fetched: a node with a busy pool would stop then."""
    pool = await Database.connect(database, minimum=1, maximum=2)
    together = asyncio.Barrier(2)

    async def one() -> list[int]:
        async with pool.begun() as connection:
            await together.wait()
            ids = list(await pool.new_ids(2 * BLOCK))
            await connection.execute("COMMIT")
            return ids

    async with asyncio.timeout(30):
        first, second = await asyncio.gather(one(), one())
    assert len({*first, *second}) == 4 * BLOCK
    await pool.close()


async def test_asking_twice_is_noticed(database: str) -> None:
    pool = await Database.connect(database)
    found: Any = None
    try:
        with one_at_a_time():
            async with pool.pool.acquire():
                await pool.pool.fetchval("SELECT 1")
    except AssertionError as error:
        found = error
    assert "test_asking_twice_is_noticed" in str(found)
    with one_at_a_time():
        await pool.pool.fetchval("SELECT 1")
    await pool.close()
