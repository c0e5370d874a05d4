"""Positions are given at the commit: nothing is lost when commits overtake each other."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
import pytest_asyncio

from rapport.storage.database import LOOKUPS
from rapport.stream import tail as module
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


class Following:
    """A tail at work on a log, and a connection that writes to it."""

    def __init__(self, tail: Tail, writing: Any, seen: list[Commit]) -> None:
        self.tail, self.writing, self.seen = tail, writing, seen
        self._number = 0

    async def commit(self, *, event: bool = True) -> None:
        self._number += 1
        if event:
            await self.writing.execute(
                "INSERT INTO event (commit_id, ord, at, kind, audience, customer)"
                " VALUES ($1, 0, now(), 'test', '{everyone}', false)",
                self._number,
            )
        await self.writing.execute(f"SELECT seal({self._number})")

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(30):
            while not true():
                await asyncio.sleep(0.001)


@pytest_asyncio.fixture
async def following(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Following]:
    # Nothing but a notice may wake it.
    monkeypatch.setattr(module, "POLL_S", 3600)
    seen: list[Commit] = []
    hub = Hub(lambda _: [])
    hub.on_commit(seen.append)

    async def unsaid(_: str) -> None:
        """Nobody speaks here."""

    tail = Tail(database, hub, LOOKUPS, Asides(hub, unsaid))
    writing = await asyncpg.connect(database)
    reading = asyncio.create_task(tail.run())
    await tail.started.wait()
    yield Following(tail, writing, seen)
    reading.cancel()
    with suppress(asyncio.CancelledError):
        await reading
    await writing.close()


async def test_what_is_committed_during_a_read_waits_for_no_other(
    following: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, more = following.tail._read, iter([True])

    async def read_and_be_late(connection: Any) -> int:
        found = await read(connection)
        for _ in more:
            await following.commit()
            # The notice arrives with the answer to whatever is asked next.
            await connection.fetch("SELECT 1")
        return found

    await following.commit()
    await following.until(lambda: len(following.seen) == 1)
    monkeypatch.setattr(following.tail, "_read", read_and_be_late)
    await following.commit()
    await following.until(lambda: len(following.seen) == 3)


async def test_a_commit_without_events_is_read_once(
    following: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, reads = following.tail._read, []

    async def counted(connection: Any) -> int:
        reads.append(1)
        return await read(connection)

    await following.commit()
    await following.until(lambda: len(following.seen) == 1)
    monkeypatch.setattr(following.tail, "_read", counted)
    await following.commit(event=False)
    await following.until(lambda: bool(reads))
    await following.commit()
    await following.until(lambda: len(following.seen) == 2)
    assert len(reads) <= 4, "it does not look for what is not there"


OWN = [("test", datetime(2026, 11, 30, tzinfo=UTC), None, ("everyone",), False, None)]


async def test_the_nodes_own_commits_are_told_without_being_read(
    following: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unread(_: Any) -> int:
        raise AssertionError("nothing is missing")

    await following.commit()
    await following.until(lambda: len(following.seen) == 1)
    monkeypatch.setattr(following.tail, "_read", unread)
    for pos in (3, 2, 4, 4, 1):
        following.tail.committed(pos, OWN)
    assert [commit.pos for commit in following.seen] == [1, 2, 3, 4]


async def test_what_others_committed_before_is_told_first(following: Following) -> None:
    await following.commit()
    await following.commit()
    following.tail.committed(2, OWN)
    await following.commit()
    await following.until(lambda: len(following.seen) == 3)
    following.tail.committed(3, OWN)
    assert [commit.pos for commit in following.seen] == [1, 2, 3]
    assert not following.tail._early


async def test_only_so_many_wait_for_what_is_not_read(
    following: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_COMMITS", 3)
    for pos in range(2, 9):
        following.tail.committed(pos, OWN)
    assert len(following.tail._early) == 3
    for _ in range(8):
        await following.commit()
    await following.until(lambda: len(following.seen) == 8)
    assert [commit.pos for commit in following.seen] == list(range(1, 9))


async def test_own_and_others_commits_in_any_order(following: Following) -> None:
    """Everything once, in order, as the log has it."""
    chance = random.Random(5)
    following.tail.under_way = lambda: chance.randint(0, 1)

    async def node(number: int) -> None:
        connection: Any = await asyncpg.connect(following.tail._dsn)
        for i in range(COMMITS):
            commit_id, at = number * 1000 + i, OWN[0][1] + timedelta(seconds=i)
            async with connection.transaction():
                await connection.execute(
                    "INSERT INTO event (commit_id, ord, at, kind, audience, customer)"
                    " VALUES ($1, 0, $2, $3, '{everyone}', false)",
                    commit_id,
                    at,
                    f"test.{commit_id}",
                )
                pos = await connection.fetchval("SELECT seal($1)", commit_id)
            await asyncio.sleep(chance.choice((0, 0, 0.001, 0.005)))
            if number % 2:
                following.tail.committed(
                    pos, [(f"test.{commit_id}", at, None, ("everyone",), False, None)]
                )
        await connection.close()

    await asyncio.gather(*map(node, range(1, WRITERS + 1)))
    await following.until(lambda: len(following.seen) >= WRITERS * COMMITS)
    logged = await following.writing.fetch(
        "SELECT s.pos, e.kind FROM stream_commit s JOIN event e USING (commit_id) ORDER BY 1"
    )
    assert [(c.pos, c.events[0].kind) for c in following.seen] == [tuple(row) for row in logged]
