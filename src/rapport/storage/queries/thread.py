"""A conversation's messages: pages by `seq`, only as far as the reader may see."""

from __future__ import annotations

from typing import Any

from rapport.application.reading import Sight
from rapport.application.views import View, message_view
from rapport.domain.errors import Forbidden
from rapport.storage.database import Database
from rapport.storage.queries.rights import ALL, READABLE_UP_TO, readers_question
from rapport.storage.rows import message_from

# Right and page in one statement: an agent waits for each round trip.
_PAGE = f"""
WITH readable AS MATERIALIZED (SELECT {READABLE_UP_TO} AS up_to)
SELECT up_to, ARRAY(
    SELECT m FROM message m WHERE conversation_id = $1 AND seq <= up_to AND %s LIMIT $7) AS page
FROM readable"""  # noqa: S608 - our own words
_BEFORE = _PAGE % "seq < $6 ORDER BY seq DESC"
_AFTER = _PAGE % "seq > $6 ORDER BY seq"


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
    found: Any
    asked = readers_question(conversation_id, sight)
    if after is not None:
        found = await database.pool.fetchrow(_AFTER, *asked, after, limit + 1)
    else:
        found = await database.pool.fetchrow(_BEFORE, *asked, before or ALL, limit + 1)
    if found["up_to"] is None:
        raise Forbidden("not_your_task", "You have no part in this conversation.")
    rows = found["page"]
    page = [message_view(message_from(row)) for row in rows[:limit]]
    if after is None:
        page.reverse()
    return {"items": page, "has_more": len(rows) > limit}
