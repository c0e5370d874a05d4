"""What of a conversation somebody may read; one answer for threads, files, search and contacts."""

from __future__ import annotations

from typing import Any

from rapport.application.reading import Sight

ALL = 2**62
# A part in it; or the customer is being served now, whose earlier conversations belong to the
# picture; or the queue's conversations are open to the reader's team; or it waits to be taken.
_RIGHT = """
SELECT
    (SELECT bool_or(l.state IN ('offered', 'active')) FROM leg l JOIN task t ON t.id = l.task_id
     WHERE t.conversation_id = $1 AND l.agent_id = $2) AS now,
    (SELECT max(l.left_seq) FROM leg l JOIN task t ON t.id = l.task_id
     WHERE t.conversation_id = $1 AND l.agent_id = $2
       AND l.state IN ('wrapping_up', 'closed')) AS left_seq,
    EXISTS (SELECT FROM leg l JOIN task t ON t.id = l.task_id
        JOIN conversation o ON o.id = t.conversation_id
        JOIN conversation c ON c.contact_id = o.contact_id
        WHERE l.agent_id = $2 AND l.state IN ('active', 'wrapping_up') AND c.id = $1
          AND t.conversation_id <> $1) AS customer,
    EXISTS (SELECT FROM task t WHERE t.conversation_id = $1 AND t.queue_id = ANY($3::bigint[]))
        AS queue,
    EXISTS (SELECT FROM task t WHERE t.conversation_id = $1 AND t.state = 'queued'
        AND t.queue_id = ANY($4::bigint[])) AS waiting"""


async def readable_up_to(connection: Any, conversation_id: int, sight: Sight) -> int | None:
    """The last `seq` that may be read, `ALL` for everything; None without any right."""
    if sight.everything:
        return ALL
    row = await connection.fetchrow(
        _RIGHT,
        conversation_id,
        sight.reader_id,
        list(sight.queue_ids),
        list(sight.take_from),
    )
    if row["now"] or row["customer"] or row["queue"] or row["waiting"]:
        return ALL
    left: int | None = row["left_seq"]
    if row["now"] is None:
        return None
    return left or 0
