"""The newest message of tasks: what a list shows, and what rings along with an offer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rapport.domain.message import Message
from rapport.storage.rows import message_from

_NEWEST = """
SELECT m.* FROM unnest($1::bigint[], $2::bigint[]) k(task_id, conversation_id)
CROSS JOIN LATERAL (
    SELECT * FROM message m WHERE m.conversation_id = k.conversation_id
      AND m.task_id = k.task_id AND m.direction <> 'announcement'
    ORDER BY seq DESC LIMIT 1) m"""


async def last_messages(connection: Any, tasks: Iterable[tuple[int, int]]) -> dict[int, Message]:
    """The newest that is no announcement, by task; tasks are given with their conversation."""
    pairs = list(tasks)
    rows = await connection.fetch(_NEWEST, [task for task, _ in pairs], [c for _, c in pairs])
    return {row["task_id"]: message_from(row) for row in rows}
