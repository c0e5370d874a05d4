"""What is due, by partial indexes on the deadlines; implements `application.ports.DueBoard`."""

from __future__ import annotations

from datetime import datetime

from rapport.application.ports import DueLeg
from rapport.storage.database import Database

BATCH = 200
_LEGS = "SELECT id, task_id, state FROM leg WHERE due_at <= $1 ORDER BY due_at LIMIT $2"
_TASKS = "SELECT id FROM task WHERE due_at <= $1 ORDER BY due_at LIMIT $2"
_ABANDONED = """
SELECT c.task_id, c.account_id, c.customer_away_since FROM conversation c
JOIN task t ON t.id = c.task_id
WHERE c.customer_away_since <= $1 AND t.state IN ('asking', 'queued', 'offered')
ORDER BY c.customer_away_since LIMIT $2"""
_UNSEEN = """
SELECT id FROM agent
WHERE status <> 'offline' AND coalesce(seen_at, status_since) < $1 LIMIT $2"""
_OVERFLOWING = """
SELECT id FROM (
    SELECT id, overflowed_from, rank_at FROM task WHERE queue_id = $1 AND state = 'queued'
    ORDER BY rank_at, id OFFSET $2) beyond
WHERE NOT $1 = ANY (overflowed_from) ORDER BY rank_at, id LIMIT $3"""
# Clients repeat a command for minutes, providers a receipt for days at most.
_TIDY = (
    "DELETE FROM command_result WHERE at < $1::timestamptz - interval '2 days'",
    "DELETE FROM early_receipt WHERE at < $1::timestamptz - interval '8 days'",
    "DELETE FROM message_segment WHERE at < $1::timestamptz - interval '12 hours'",
    "DELETE FROM channel_log WHERE at < $1::timestamptz - interval '30 days'",
    "DELETE FROM parked_input WHERE at < $1::timestamptz - interval '30 days'",
    "DELETE FROM report_sending WHERE finished_at < $1::timestamptz - interval '90 days'",
    "DELETE FROM session WHERE created_at < $1::timestamptz - interval '31 days'",
)


class PostgresDueBoard:
    """What each method does is said at the Protocol."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def legs(self, now: datetime) -> list[DueLeg]:  # noqa: D102
        rows = await self._pool.fetch(_LEGS, now, BATCH)
        return [DueLeg(r["task_id"], r["id"], r["state"] == "offered") for r in rows]

    async def tasks(self, now: datetime) -> list[int]:  # noqa: D102
        return [row["id"] for row in await self._pool.fetch(_TASKS, now, BATCH)]

    async def abandoned(self, now: datetime) -> list[tuple[int, int, datetime]]:  # noqa: D102
        return [tuple(row) for row in await self._pool.fetch(_ABANDONED, now, BATCH)]

    async def agents_unseen_since(self, moment: datetime) -> list[int]:  # noqa: D102
        return [row["id"] for row in await self._pool.fetch(_UNSEEN, moment, BATCH)]

    async def overflowing(self, queue_id: int, length: int) -> list[int]:  # noqa: D102
        rows = await self._pool.fetch(_OVERFLOWING, queue_id, length, BATCH)
        return [row["id"] for row in rows]

    async def tidy(self, now: datetime) -> None:  # noqa: D102
        for statement in _TIDY:
            await self._pool.execute(statement, now)

    async def mark_seen(self, agent_ids: list[int], now: datetime) -> None:  # noqa: D102
        await self._pool.execute(
            "UPDATE agent SET seen_at = $2 WHERE id = ANY($1::bigint[])", agent_ids, now
        )
