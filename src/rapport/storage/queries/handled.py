"""What an agent has handled lately: their own parts that are over but perhaps for the reasons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rapport.application.views import View, moment
from rapport.storage.database import Database

_HANDLED = """
SELECT l.id, l.task_id, l.queue_id, l.role, l.origin, l.outcome, l.accepted_at, l.closed_at,
    l.reason_ids, coalesce(l.wrap_up_at, l.closed_at) AS ended_at, t.conversation_id, t.channel,
    t.end_reason, p.id AS contact_id, p.version, p.name, p.email, p.phone,
    CASE WHEN (SELECT coalesce((q.spec->'survey'->>'agents_see')::bool, true)
               FROM configuration q WHERE q.id = s.queue_id) THEN s.rating END AS rating
FROM leg l JOIN task t ON t.id = l.task_id
LEFT JOIN survey s ON s.task_id = t.id AND s.agent_id = l.agent_id
JOIN conversation c ON c.id = t.conversation_id JOIN contact p ON p.id = c.contact_id
WHERE l.agent_id = $1 AND l.accepted_at IS NOT NULL
  AND coalesce(l.wrap_up_at, l.closed_at) >= $2
  AND (coalesce(l.wrap_up_at, l.closed_at), l.id) < ($3, $4)
  AND ($5::text IS NULL OR t.channel = $5)
  AND ($6 = '' OR l.queue_id = ANY($7::bigint[]) OR position(lower($6) IN lower(
      concat_ws(chr(10), p.name, p.email, p.phone))) > 0)
ORDER BY coalesce(l.wrap_up_at, l.closed_at) DESC, l.id DESC LIMIT $8"""


async def handled_by(
    database: Database,
    agent_id: int,
    *,
    since: datetime,
    before: tuple[datetime, int],
    channel: str | None,
    words: str,
    queue_ids: Sequence[int],
    limit: int,
) -> tuple[list[View], tuple[datetime, int] | None]:
    """A page of an agent's finished parts, newest first, and the place of its last row.

    Args:
        words: A part of the customer's name or address; empty: everybody.
        queue_ids: Queues whose names hold the words, too.
    """
    rows = await database.pool.fetch(
        _HANDLED, agent_id, since, *before, channel, words, list(queue_ids), limit + 1
    )
    last = rows[limit - 1] if len(rows) > limit else None
    return [_item(row) for row in rows[:limit]], (last["ended_at"], last["id"]) if last else None


def _item(row: Any) -> View:
    """`handle_s` as reports count it: from acceptance to the submitted reasons."""
    closed = row["closed_at"]
    return {
        "id": row["id"],
        "task_id": row["task_id"],
        "conversation_id": row["conversation_id"],
        "channel": row["channel"],
        "queue_id": row["queue_id"],
        "role": row["role"],
        "origin": row["origin"],
        "outcome": row["outcome"],
        "end_reason": row["end_reason"],
        "accepted_at": moment(row["accepted_at"]),
        "ended_at": moment(row["ended_at"]),
        "handle_s": None if closed is None else int((closed - row["accepted_at"]).total_seconds()),
        "reason_ids": list(row["reason_ids"]),
        "rating": row["rating"],
        "contact": {
            "id": row["contact_id"],
            "version": row["version"],
            "name": row["name"],
            "email": row["email"],
            "phone": row["phone"],
        },
    }
