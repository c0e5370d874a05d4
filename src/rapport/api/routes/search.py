"""Finding messages, conversations and contacts, as far as the person may see them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from rapport.api.access import AgentSession, Ctx, sight_of
from rapport.api.cursors import FIRST, Cursor, cursor_of, place_of
from rapport.domain.channel import ChannelType
from rapport.domain.errors import Invalid
from rapport.domain.search_words import asked_for
from rapport.storage.queries.search import Filters, Place

router = APIRouter(tags=["search"])
AnId = Annotated[int | None, Query(ge=1, le=2**62)]
Asking = Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")]


@router.get("/search")
async def search(
    context: Ctx,
    session: AgentSession,
    q: Asking,
    kind: Literal["messages", "conversations", "contacts"] = "messages",
    channel: ChannelType | None = None,
    queue_id: AnId = None,
    agent_id: AnId = None,
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
    state: Literal["open", "ended"] | None = None,
    has_files: bool = False,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
) -> dict[str, Any]:
    """Newest first; the last word may be the start of one, unless a space follows it."""
    asked = asked_for(q)
    if not asked.words and asked.start is None:
        raise Invalid.field("q", "Write at least one word to look for.")
    sight = sight_of(context, session)
    if kind == "contacts":
        before = int(cursor.split(".")[0]) if cursor else FIRST
        contacts, after = await context.search.contacts(asked, sight, before, limit)
        return {"items": contacts, "next": None if after is None else str(after)}
    filters = Filters(
        channel=channel.value if channel else None,
        queue_id=queue_id,
        agent_id=agent_id,
        since=since,
        until=until,
        state=state,
        has_files=has_files,
    )
    start = (
        Place(*place_of(cursor)) if cursor else Place(until or context.services.clock.now(), FIRST)
    )
    if kind == "conversations":
        found = await context.search.conversations(asked, filters, sight, start, limit)
        return {"items": found, "next": None}
    items, place = await context.search.messages(asked, filters, sight, start, limit)
    return {
        "items": items,
        "next": None if place is None else cursor_of(place.at, place.message_id),
    }
