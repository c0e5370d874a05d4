"""A conversation's messages: pages by `seq`, only as far as the reader may see."""

from __future__ import annotations

from rapport.application.views import View, message_view
from rapport.domain.errors import Forbidden
from rapport.storage.database import Database
from rapport.storage.rows import message_from

_RIGHT = """
SELECT bool_or(l.state IN ('offered', 'active')) AS now,
       max(l.left_seq) FILTER (WHERE l.state IN ('wrapping_up', 'closed')) AS left_seq
FROM leg l JOIN task t ON t.id = l.task_id
WHERE t.conversation_id = $1 AND l.agent_id = $2"""
_BEFORE = """
SELECT * FROM message WHERE conversation_id = $1 AND seq < $2 AND seq <= $3
ORDER BY seq DESC LIMIT $4"""
_AFTER = """
SELECT * FROM message WHERE conversation_id = $1 AND seq > $2 AND seq <= $3
ORDER BY seq LIMIT $4"""
_ALL = 2**62


async def thread_page(
    database: Database,
    conversation_id: int,
    reader_id: int,
    *,
    before: int | None,
    after: int | None,
    limit: int,
    all_allowed: bool = False,
) -> View:
    """Ascending messages before or after a `seq`, and whether there are more that way.

    After a transfer the old agent sees nothing later than what was there at leaving.

    Raises:
        Forbidden: the reader has never had a part in the conversation.
    """
    async with database.pool.acquire() as connection:
        newest = _ALL
        if not all_allowed:
            right = await connection.fetchrow(_RIGHT, conversation_id, reader_id)
            if right is None or right["now"] is None:
                raise Forbidden("not_your_task", "You have no part in this conversation.")
            if not right["now"]:
                newest = right["left_seq"] or 0
        if after is not None:
            rows = await connection.fetch(_AFTER, conversation_id, after, newest, limit + 1)
        else:
            rows = await connection.fetch(
                _BEFORE, conversation_id, before or _ALL, newest, limit + 1
            )
    page = [message_view(message_from(row)) for row in rows[:limit]]
    if after is None:
        page.reverse()
    return {"items": page, "has_more": len(rows) > limit}
