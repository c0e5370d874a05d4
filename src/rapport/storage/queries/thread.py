"""A conversation's messages: pages by `seq`, only as far as the reader may see."""

from __future__ import annotations

from rapport.application.reading import Sight
from rapport.application.views import View, message_view
from rapport.domain.errors import Forbidden
from rapport.storage.database import Database
from rapport.storage.queries.rights import ALL, readable_up_to
from rapport.storage.rows import message_from

_BEFORE = """
SELECT * FROM message WHERE conversation_id = $1 AND seq < $2 AND seq <= $3
ORDER BY seq DESC LIMIT $4"""
_AFTER = """
SELECT * FROM message WHERE conversation_id = $1 AND seq > $2 AND seq <= $3
ORDER BY seq LIMIT $4"""


async def thread_page(
    database: Database,
    conversation_id: int,
    sight: Sight,
    *,
    before: int | None,
    after: int | None,
    limit: int,
) -> View:
    """Ascending messages before or after a `seq`, and whether there are more that way.

    After a transfer the old agent sees nothing later than what was there at leaving.

    Raises:
        Forbidden: the reader may see nothing of the conversation.
    """
    async with database.pool.acquire() as connection:
        newest = await readable_up_to(connection, conversation_id, sight)
        if newest is None:
            raise Forbidden("not_your_task", "You have no part in this conversation.")
        if after is not None:
            rows = await connection.fetch(_AFTER, conversation_id, after, newest, limit + 1)
        else:
            rows = await connection.fetch(
                _BEFORE, conversation_id, before or ALL, newest, limit + 1
            )
    page = [message_view(message_from(row)) for row in rows[:limit]]
    if after is None:
        page.reverse()
    return {"items": page, "has_more": len(rows) > limit}
