"""What administrators read of webhooks: how each endpoint fares, its deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rapport.application.views import moment
from rapport.storage.database import Database

_HEALTH = """
SELECT s.*, (SELECT count(*) FROM webhook_delivery d
             WHERE d.endpoint_id = s.endpoint_id AND d.state = 'pending') AS backlog,
    (SELECT min(created_at) FROM webhook_delivery d
     WHERE d.endpoint_id = s.endpoint_id AND d.state = 'pending') AS oldest,
    (SELECT count(*) FROM webhook_delivery d
     WHERE d.endpoint_id = s.endpoint_id AND d.state = 'failed') AS failed
FROM webhook_state s ORDER BY s.endpoint_id"""
_PAGE = """
SELECT id, kind, state, attempts, replayed, conversation_id, created_at, tried_at, finished_at,
    due, status, reason, ms
FROM webhook_delivery
WHERE endpoint_id = $1 AND ($2::bigint IS NULL OR id < $2) AND ($3::text IS NULL OR state = $3)
  AND ($4::text IS NULL OR kind = $4)
ORDER BY id DESC LIMIT $5"""
_ONE = "SELECT * FROM webhook_delivery WHERE endpoint_id = $1 AND id = $2"


class PostgresWebhooks:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def health(self) -> dict[int, dict[str, Any]]:
        """By endpoint: state, last success and failure, how much waits."""
        return {row["endpoint_id"]: _health(row) for row in await self._pool.fetch(_HEALTH)}

    async def page(
        self, endpoint_id: int, before: int | None, state: str | None, kind: str | None, limit: int
    ) -> dict[str, Any]:
        """Deliveries, the newest first."""
        rows = await self._pool.fetch(_PAGE, endpoint_id, before, state, kind, limit + 1)
        items = [_view(row) for row in rows[:limit]]
        return {"items": items, "next": str(items[-1]["id"]) if len(rows) > limit else None}

    async def one(self, endpoint_id: int, delivery_id: int) -> dict[str, Any] | None:
        """A delivery with its body and what was answered last."""
        row = await self._pool.fetchrow(_ONE, endpoint_id, delivery_id)
        if row is None:
            return None
        return {**_view(row), "body": row["body"], "answer": row["answer"]}


def _health(row: Mapping[str, Any]) -> dict[str, Any]:
    state = "paused" if row["paused_at"] else "failing" if row["failures"] else "ok"
    if state == "ok" and row["last_success_at"] is None:
        state = "unknown"
    return {
        "state": state,
        "pause_reason": row["pause_reason"],
        "paused_at": moment(row["paused_at"]),
        "failures": row["failures"],
        "failing_since": moment(row["failing_since"]),
        "last_success_at": moment(row["last_success_at"]),
        "last_failure_at": moment(row["last_failure_at"]),
        "last_reason": row["last_reason"],
        "held_until": moment(row["hold_until"]),
        "backlog": row["backlog"],
        "oldest_waiting_at": moment(row["oldest"]),
        "failed": row["failed"],
    }


def _view(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "type": row["kind"],
        "state": row["state"],
        "attempts": row["attempts"],
        "replayed": row["replayed"],
        "conversation_id": row["conversation_id"],
        "created_at": moment(row["created_at"]),
        "tried_at": moment(row["tried_at"]),
        "finished_at": moment(row["finished_at"]),
        "next_attempt_at": moment(row["due"]) if row["state"] == "pending" else None,
        "status": row["status"],
        "reason": row["reason"],
        "ms": row["ms"],
    }
