"""Who waits in a queue, as those see it who may take a conversation by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rapport.application.views import View, contact_view, moment, task_view
from rapport.storage.database import Database
from rapport.storage.last_messages import last_messages
from rapport.storage.rows import contact_from, task_from

EXCERPT = 200
_COUNTS = """
SELECT queue_id, count(*) AS waiting, min(waiting_since) AS since FROM task
WHERE state = 'queued' AND queue_id = ANY($1::bigint[]) GROUP BY queue_id"""
_WAITING = """
SELECT t.* FROM task t WHERE t.queue_id = $1 AND t.state = 'queued'
  AND ($2::timestamptz IS NULL OR (t.rank_at, t.id) > ($2, $3))
ORDER BY t.rank_at, t.id LIMIT $4"""
_CONTACTS = """
SELECT c.id AS conversation_id, p.* FROM conversation c JOIN contact p ON p.id = c.contact_id
WHERE c.id = ANY($1::bigint[])"""


async def waiting_counts(database: Database, queue_ids: Sequence[int]) -> dict[int, View]:
    """How many wait in each of these queues, and since when the first; empty ones are left out."""
    rows = await database.pool.fetch(_COUNTS, list(queue_ids))
    return {
        row["queue_id"]: {"waiting": row["waiting"], "waiting_since": moment(row["since"])}
        for row in rows
    }


async def waiting_in(
    database: Database, queue_id: int, after: tuple[datetime, int] | None, limit: int
) -> tuple[list[View], tuple[datetime, int] | None]:
    """A page of a queue in the order in which it is served, and the place of its last row."""
    at, row_id = after or (None, 0)
    async with (
        database.pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        found = await connection.fetch(_WAITING, queue_id, at, row_id, limit + 1)
        rows = found[:limit]
        contacts = {
            row["conversation_id"]: contact_view(contact_from(row))
            for row in await connection.fetch(_CONTACTS, [r["conversation_id"] for r in rows])
        }
        last = await last_messages(
            connection, ((row["id"], row["conversation_id"]) for row in rows)
        )
    items = [
        {
            "task": task_view(task_from(row, ())),
            "contact": contacts[row["conversation_id"]],
            "text": last[row["id"]].text[:EXCERPT] if row["id"] in last else "",
        }
        for row in rows
    ]
    place = (rows[-1]["rank_at"], rows[-1]["id"]) if len(found) > limit else None
    return items, place
