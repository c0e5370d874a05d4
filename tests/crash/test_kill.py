"""kill -9 of every process under load: both books agree, and would not if they didn't."""

from __future__ import annotations

from typing import Any

import asyncpg

from rapport.cli.bench.crash import Crash, crash_run

MESSAGES, OUTGOING, KILLS = 600, 60, 3


async def test_nothing_is_lost_or_doubled_whoever_is_killed() -> None:
    async with crash_run(MESSAGES, OUTGOING, KILLS) as run:
        assert run.kills == ["api", "postgres", "worker"]
        books = await run.settled(hasten=True)
        assert books.sound, books
        assert books.inbound.said == books.inbound.stored == MESSAGES
        assert books.outbound.queued >= OUTGOING
        assert await positions(run) == (True,)
        await planted(run)


async def positions(run: Crash) -> tuple[Any, ...]:
    """Whether the stream's positions are without gaps."""
    connection: Any = await asyncpg.connect(run.postgres.dsn)
    found = await connection.fetchrow("SELECT max(pos) = count(*) FROM stream_commit")
    await connection.close()
    return tuple(found)


async def planted(run: Crash) -> None:
    """A loss and a double, planted in the tables, are found there."""
    connection: Any = await asyncpg.connect(run.postgres.dsn)
    await connection.execute("DROP INDEX message_external")
    await connection.execute(
        "CREATE TABLE copied AS SELECT * FROM message WHERE direction = 'inbound'"
        " ORDER BY id LIMIT 1"
    )
    await connection.execute("UPDATE copied SET id = -1, seq = 1000000")
    await connection.execute("INSERT INTO message SELECT * FROM copied")
    assert (await run.books()).inbound.doubled == 1
    await connection.execute(
        "DELETE FROM message WHERE id IN (-1, (SELECT max(id) FROM message"
        " WHERE direction = 'inbound'))"
    )
    await connection.close()
    lost = (await run.books()).inbound
    assert (lost.lost, lost.doubled, lost.gaps) == (1, 0, 1)
