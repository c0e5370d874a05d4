"""What a run has left in the database: every message that was answered, once."""

from __future__ import annotations

from typing import Any

import asyncpg

from rapport.cli.bench.subject import Subject


async def check_stored(server: Subject, account: int, answered: int) -> dict[str, int]:
    """Distinct external ids in the message table and messages in the event log, exactly.

    Raises:
        RuntimeError: one is missing, or there twice.
    """
    # A connection of its own: those of the pool look rows up by key, this reads whole tables.
    connection: Any = await asyncpg.connect(server.dsn)
    try:
        row = await connection.fetchrow(
            "SELECT count(*) AS rows, count(DISTINCT external_id) AS ids FROM message"
            " WHERE account_id = $1 AND direction = 'inbound'",
            account,
        )
        logged = await connection.fetchval(
            "SELECT count(DISTINCT (entities->'message'->>'id')) FROM event e"
            " JOIN stream_commit s USING (commit_id) WHERE kind = 'message.received'"
        )
    finally:
        await connection.close()
    assert row is not None  # noqa: S101 - an aggregate always has a row
    if not row["rows"] == row["ids"] == logged == answered:
        raise RuntimeError(
            f"lost or doubled: {answered} answered, {row['rows']} rows, {row['ids']} ids,"
            f" {logged} logged"
        )
    return {"messages": row["rows"], "distinct_ids": row["ids"], "logged": logged}
