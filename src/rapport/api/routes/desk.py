"""The agent's desk: snapshot, catalogue, own state, threads, drafts, contacts."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from rapport.api.access import AgentSession, AnybodySession, Ctx, OnceKey, clean_text, sight_of
from rapport.api.cursors import FIRST, Cursor, cursor_of, place_of
from rapport.api.routes.session import user_view
from rapport.application import agent_state
from rapport.application.privacy import cleared
from rapport.domain.channel import ChannelType
from rapport.domain.errors import Forbidden

router = APIRouter(tags=["desk"])
Id = Annotated[int, Field(ge=1, le=2**62)]
HISTORY = timedelta(hours=24)
Seq = Annotated[int | None, Query(ge=0, le=2**62)]


class StateChange(BaseModel):
    """The state an agent chooses."""

    status: Literal["available", "idle"]
    idle_code_id: int | None = Field(default=None, ge=1, le=2**62)


Mode = Annotated[str, Query(pattern="^(|quick|reply|reply_all|forward)$")]
Word = Annotated[str, Field(max_length=320, pattern=r"^[^\x00]*$")]
People = Annotated[list[dict[Word, Word]], Field(max_length=100)]


class DraftFields(BaseModel):
    """What stands around the text of an e-mail: whom it goes to, and the mail it answers."""

    to: People | None = None
    cc: People | None = None
    latest_seq: int | None = Field(default=None, ge=0, le=2**62)


class Draft(BaseModel):
    """Text not sent yet, written on top of a version."""

    text: str = Field(max_length=200_000)
    version: int = Field(ge=0, le=2**62)
    fields: DraftFields = DraftFields()


@router.get("/snapshot")
async def snapshot(context: Ctx, session: AgentSession) -> dict[str, Any]:
    """The agent's whole state at an exact stream position."""
    view = await context.reader.snapshot(session.user_id)
    preferences = await context.reader.preferences(session.user_id)
    catalog = context.catalog.of(context.services.configuration.current)
    return {**view, "user": user_view(session, preferences), "catalog": catalog}


@router.get("/catalog")
async def catalog(context: Ctx, _: AnybodySession) -> dict[str, Any]:
    """Names and rules that views need."""
    return context.catalog.of(context.services.configuration.current)


@router.post("/me/state")
async def change_state(
    change: StateChange, context: Ctx, session: AgentSession, _: OnceKey
) -> dict[str, Any]:
    """Available, or Idle with a code; while engaged Idle stays pending."""
    return await agent_state.change_state(
        context.services, session.user_id, change.status, change.idle_code_id
    )


@router.get("/me/history")
async def own_history(
    context: Ctx,
    session: AgentSession,
    q: Annotated[str, Query(max_length=100, pattern=r"^[^\x00]*$")] = "",
    channel: ChannelType | None = None,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 30,
) -> dict[str, Any]:
    """The conversations that the agent has handled in the last 24 hours, newest first."""
    now = context.services.clock.now()
    words = q.strip()
    configuration = context.services.configuration.current
    named = {i: (configuration.name(i) or "").casefold() for i in configuration.queue_specs}
    items, last = await context.reader.handled(
        session.user_id,
        since=now - HISTORY,
        before=place_of(cursor) if cursor else (now, FIRST),
        channel=channel.value if channel else None,
        words=words,
        queue_ids=[i for i, name in named.items() if words.casefold() in name],
        limit=limit,
    )
    return {"items": items, "next": None if last is None else cursor_of(*last)}


@router.get("/conversations/{conversation_id}/messages")
async def messages(
    conversation_id: Id,
    context: Ctx,
    session: AgentSession,
    before: Seq = None,
    after: Seq = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """A page of the thread, ascending, as far as the agent may see it."""
    return await context.reader.thread(
        conversation_id,
        sight_of(context, session),
        before=before,
        after=after,
        limit=limit,
    )


@router.get("/conversations/{conversation_id}/presence")
async def presence(
    conversation_id: Id, context: Ctx, session: AgentSession
) -> dict[str, bool | None]:
    """Whether the customer is on the website now; null on other channels.

    The stream tells what changes from here on.
    """
    online = await context.reader.presence(conversation_id, sight_of(context, session))
    return {"online": online}


@router.get("/conversations/{conversation_id}/draft")
async def draft(
    conversation_id: Id, context: Ctx, session: AgentSession, mode: Mode = ""
) -> dict[str, Any]:
    """The agent's own draft; version 0 is none. An e-mail has one per composer mode."""
    return await context.reader.draft(session.user_id, conversation_id, mode)


@router.put("/conversations/{conversation_id}/draft")
async def save_draft(
    conversation_id: Id, draft: Draft, context: Ctx, session: AgentSession, mode: Mode = ""
) -> dict[str, Any]:
    """Keep what was typed; `stale_version` carries the stored draft."""
    if not await context.reader.may_read(conversation_id, session.user_id):
        raise Forbidden("not_your_task", "You have no part in this conversation.")
    return await context.reader.save_draft(
        session.user_id,
        conversation_id,
        cleared(clean_text(draft.text), context.services.configuration.current).text,
        draft.version,
        context.services.clock.now(),
        mode,
        draft.fields.model_dump(exclude_none=True),
    )


@router.get("/contacts/{contact_id}")
async def contact(contact_id: Id, context: Ctx, session: AgentSession) -> dict[str, Any]:
    """Who the customer is and what was talked about before."""
    return await context.reader.contact(contact_id, sight_of(context, session))


@router.get("/queues")
async def queues(context: Ctx, session: AgentSession) -> dict[str, Any]:
    """Queues that the agent may take conversations from; supervisors see all, `takes` says which.

    With how many wait, and since when the first.
    """
    configuration = context.services.configuration.current
    takeable = configuration.takeable_queues(session.user_id)
    shown = tuple(configuration.queue_specs) if session.supervises else takeable
    counts = await context.reader.waiting_counts(shown)
    none = {"waiting": 0, "waiting_since": None}
    items = [
        {"id": i, "name": configuration.name(i), "takes": i in takeable, **counts.get(i, none)}
        for i in shown
    ]
    return {"items": items}


@router.get("/queues/{queue_id}/tasks")
async def waiting_tasks(
    queue_id: Id,
    context: Ctx,
    session: AgentSession,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Who waits in a queue that the agent may take from, in the order of service."""
    configuration = context.services.configuration.current
    queue = configuration.queue_specs.get(queue_id)
    if queue is None or not (queue.self_assign or session.supervises):
        raise Forbidden("self_assign_off", "This queue does not allow taking conversations.")
    if not (session.supervises or queue_id in configuration.takeable_queues(session.user_id)):
        raise Forbidden("not_your_queue", "This queue is served by other agents.")
    after = place_of(cursor) if cursor else None
    items, last = await context.reader.waiting_in(queue_id, after, limit)
    return {"items": items, "next": None if last is None else cursor_of(*last)}
