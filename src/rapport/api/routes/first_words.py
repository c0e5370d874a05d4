"""What goes into a first message besides its text: templates and files, before it is sent."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from rapport.api.access import AgentSession, Ctx, OnceKey, sight_of
from rapport.api.file_screen import check_upload
from rapport.api.routes.desk import Id
from rapport.api.routes.templates import MOST_FILES, filled_in, offered
from rapport.application.start_conversation import NOBODY, not_started, outbound_queue
from rapport.application.templates import (
    template_here,
)
from rapport.application.views import attachment_view
from rapport.domain.errors import Forbidden, NotFound
from rapport.domain.message import Attachment, Contact
from rapport.domain.rules.files import check_files
from rapport.domain.task import Task

router = APIRouter(tags=["outbound"])
Account = Annotated[int, Query(ge=1, le=2**62)]
Customer = Annotated[int | None, Query(ge=1, le=2**62)]


@router.get("/outbound/templates")
async def templates(
    context: Ctx,
    session: AgentSession,
    account_id: Account,
    contact_id: Customer = None,
    conversation_id: Customer = None,
    q: Annotated[str, Query(max_length=100)] = "",
) -> dict[str, Any]:
    """Templates for a first message on the account: to a contact, or in a conversation again."""
    task, contact = await _to_be(context, session, account_id, contact_id, conversation_id)
    return await offered(context, session, task, contact, q)


@router.get("/outbound/templates/{template_id}")
async def filled(
    template_id: Id,
    context: Ctx,
    session: AgentSession,
    account_id: Account,
    contact_id: Customer = None,
    conversation_id: Customer = None,
) -> dict[str, Any]:
    """One of them, filled; what is not known before the first message is a field."""
    task, contact = await _to_be(context, session, account_id, contact_id, conversation_id)
    return await filled_in(context, session, task, contact, template_id)


@router.post("/outbound/templates/{template_id}/files")
async def lend_files(
    template_id: Id, context: Ctx, session: AgentSession, account_id: Account, _: OnceKey
) -> dict[str, Any]:
    """The template's files as the agent's uploads for a first message."""
    task, _contact = await _to_be(context, session, account_id, None, None)
    current = context.services.configuration.current
    template_here(current, task, session.user_id, template_id)
    limits = current.accounts[account_id].files_from_agents
    check_files(limits, await context.template_files.files(template_id))
    ids = await context.services.store.new_ids(MOST_FILES)
    now = context.services.clock.now()
    lent = await context.first_files.lend(template_id, session.user_id, ids, now)
    return {"attachments": [attachment_view(one) for one in lent]}


@router.post("/outbound/attachments")
async def upload(
    request: Request,
    context: Ctx,
    session: AgentSession,
    account_id: Account,
    filename: Annotated[str, Query(min_length=1, max_length=500)],
) -> dict[str, Any]:
    """Upload a file (raw body) for a first message; a day later it is gone if none was sent."""
    current = context.services.configuration.current
    outbound_queue(current, session.user_id, account_id)
    limits = current.accounts[account_id].files_from_agents
    file = await context.files.save(request.stream(), filename, limits, hold=True)
    await check_upload(context, file)
    (file_id,) = await context.services.store.new_ids(1)
    await context.first_files.add(file_id, session.user_id, file, context.services.clock.now())
    attachment = Attachment(
        id=file_id,
        filename=file.filename,
        media_type=file.media_type,
        size=file.size,
        held=file.held,
    )
    return {"attachment": attachment_view(attachment)}


async def _to_be(
    context: Ctx,
    session: AgentSession,
    account_id: int,
    contact_id: int | None,
    conversation_id: int | None,
) -> tuple[Task, Contact]:
    """The task that a first message would start, and with whom.

    Raises:
        Refused, Forbidden: who may not write first here, or may not see the customer.
    """
    current = context.services.configuration.current
    queue_id = outbound_queue(current, session.user_id, account_id)
    contact: Contact | None = NOBODY
    sight = sight_of(context, session)
    if conversation_id is not None:
        if not await context.reader.sees(conversation_id, sight):
            raise Forbidden("not_your_task", "You have no part in this conversation.")
        contact = await context.first_files.customer(conversation_id)
    elif contact_id is not None:
        await context.reader.contact(contact_id, sight)
        contact = await context.first_files.contact(contact_id)
    if contact is None:
        raise NotFound("contact_not_found", "This customer does not exist.")
    now = context.services.clock.now()
    return not_started(current, account_id, queue_id, contact.id, now), contact
