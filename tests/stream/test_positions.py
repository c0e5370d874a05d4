"""Positions are given at the commit: nothing is lost when commits overtake each other."""

from __future__ import annotations

import asyncio
import random

import asyncpg

from rapport.storage.database import LOOKUPS
from rapport.stream.asides import Asides
from rapport.stream.hub import Hub
from rapport.stream.tail import Tail
from rapport.stream.wire import Commit

WRITERS, COMMITS = 8, 40


async def test_forced_disorder_loses_nothing_and_leaves_no_holes(database: str) -> None:
    seen: list[Commit] = []
    hub = Hub(lambda _: [])
    hub.on_commit(seen.append)

    async def unsaid(_: str) -> None:
        """Nobody speaks here."""

    tail = Tail(database, hub, LOOKUPS, Asides(hub, unsaid))
    reading = asyncio.create_task(tail.run())
    await tail.started.wait()
    chance = random.Random(7)

    async def writer(number: int) -> None:
        connection = await asyncpg.connect(database)
        for i in range(COMMITS):
            commit_id = number * 1000 + i
            await connection.execute("BEGIN")
            await connection.execute(
                "INSERT INTO event (commit_id, ord, at, kind, audience, customer)"
                " VALUES ($1, 0, now(), 'test', '{everyone}', false)",
                commit_id,
            )
            # The first to write is often the last to commit.
            await asyncio.sleep(chance.random() / 100)
            await connection.execute(f"SELECT seal({commit_id}); COMMIT")
        await connection.close()

    await asyncio.gather(*(writer(n + 1) for n in range(WRITERS)))
    async with asyncio.timeout(30):
        while len(seen) < WRITERS * COMMITS:
            await asyncio.sleep(0.01)
    reading.cancel()
    assert [commit.pos for commit in seen] == list(range(1, WRITERS * COMMITS + 1))
    assert all(len(commit.events) == 1 for commit in seen)
