"""What is done with a mail that came: read again, or given a conversation of its own."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter

from rapport.api.access import AgentSession, Ctx, OnceKey
from rapport.api.routes.desk import Id
from rapport.application.amend_mail import check_may_split, mark_split, read_again
from rapport.channels.email.connector import METHOD
from rapport.channels.sdk.connector import Request
from rapport.domain.errors import Forbidden, NotFound, Refused
from rapport.domain.message import InboundMessage

router = APIRouter(tags=["mail"])


@router.post("/messages/{message_id}/parse-again")
async def parse_again(
    message_id: Id, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Read a kept mail once more, with the parser of today (M10). Twice is as once."""
    del once
    found, key, _ = await _again(context, session, message_id)
    return await read_again(
        context.services,
        agent_id=session.user_id,
        message_id=message_id,
        text=found.text or "",
        details=found.details or {},
        media=context.mail_room.placed_media(found.media, key),
    )


@router.post("/messages/{message_id}/split")
async def split(
    message_id: Id, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Give a mail a conversation of its own; what answers it goes there from now on (M9).

    It is routed like any new one. Split twice is split once.
    """
    earlier = await check_may_split(
        context.services, agent_id=session.user_id, message_id=message_id, once=once
    )
    if earlier is not None:
        return earlier
    found, key, account_id = await _again(context, session, message_id)
    mail = context.mail_room.split_off(found, key, message_id)
    (received,) = await context.inbox.submit(account_id, [mail])
    _, account = context.channels.account(account_id)
    await context.mail_room.moved(message_id, mail, received, account)
    if mail.media:
        context.ring_media()
    return await mark_split(
        context.services,
        agent_id=session.user_id,
        message_id=message_id,
        received=received,
        once=once,
    )


async def _again(
    context: Ctx, session: AgentSession, message_id: int
) -> tuple[InboundMessage, str, int]:
    """The mail as it is understood now, where its source is, and its account."""
    conversation_id = await context.channel_reader.conversation_of(message_id)
    if conversation_id is None:
        raise NotFound("message_not_found", "This message does not exist.")
    if not await context.reader.may_read(conversation_id, session.user_id):
        raise Forbidden("not_your_task", "You have no part in this conversation.")
    account_id, key = await context.mail_room.where(message_id)
    raw = await context.mail_room.raw(message_id)
    connector, account = context.channels.account(account_id)
    request = Request(method=METHOD, path="", query="", headers={}, body=raw)
    parsed = await asyncio.to_thread(connector.parse, request, account)
    for item in parsed:
        if isinstance(item, InboundMessage):
            return item, key, account_id
    raise Refused("no_message", "There is no message in this mail.")
