"""Files of agents: streamed in, served typed by content."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from rapport.api.access import AgentSession, Ctx, sight_of
from rapport.api.file_answer import GUARD, INLINE, check_open, file_answer
from rapport.api.file_screen import check_upload
from rapport.api.routes.desk import Id
from rapport.application.reading import FileRow
from rapport.application.views import attachment_view
from rapport.domain.errors import Forbidden, NotFound
from rapport.domain.message import Attachment

router = APIRouter(tags=["attachments"])


@router.post("/conversations/{conversation_id}/attachments")
async def upload(
    conversation_id: Id,
    request: Request,
    context: Ctx,
    session: AgentSession,
    filename: Annotated[str, Query(min_length=1, max_length=500)],
) -> dict[str, Any]:
    """Upload a file (raw body) for a later message of this conversation."""
    if not await context.reader.may_read(conversation_id, session.user_id):
        raise Forbidden("not_your_task", "You have no part in this conversation.")
    account_id = await context.reader.account_of(conversation_id)
    if account_id is None:
        raise NotFound("conversation_not_found", "This conversation does not exist.")
    limits = context.services.configuration.current.accounts[account_id].files_from_agents
    file = await context.files.save(request.stream(), filename, limits, hold=True)
    await check_upload(context, file)
    (attachment_id,) = await context.services.store.new_ids(1)
    row = FileRow(
        attachment_id,
        conversation_id,
        file.filename,
        file.media_type,
        file.size,
        file.key,
        file.held,
    )
    now = context.services.clock.now()
    await context.reader.add_attachment(
        attachment_id, conversation_id, row, by_customer=False, now=now
    )
    attachment = Attachment(
        id=attachment_id,
        filename=file.filename,
        media_type=file.media_type,
        size=file.size,
        held=file.held,
    )
    return {"attachment": attachment_view(attachment)}


@router.get("/attachments/{attachment_id}")
async def download(
    attachment_id: Id, request: Request, context: Ctx, session: AgentSession
) -> Response:
    """The file: images inline, everything else as a download, never sniffed."""
    row = await _seen(context, session, attachment_id)
    return await file_answer(context.files, row, request)


@router.get("/attachments/{attachment_id}/thumbnail")
async def thumbnail(attachment_id: Id, context: Ctx, session: AgentSession) -> Response:
    """A picture at most 480 pixels wide and high, as WebP without metadata."""
    row = await _seen(context, session, attachment_id)
    check_open(row)
    found = await context.thumbnails.of(row.storage_key) if row.media_type in INLINE else None
    if found is None:
        raise NotFound("no_thumbnail", "There is no preview of this file.")
    return Response(
        found,
        media_type="image/webp",
        headers={**GUARD, "Cache-Control": "private, max-age=31536000, immutable"},
    )


async def _seen(context: Ctx, session: AgentSession, attachment_id: int) -> FileRow:
    row = await context.reader.attachment(attachment_id)
    if row is None or not await context.reader.sees(
        row.conversation_id, sight_of(context, session)
    ):
        raise NotFound("file_not_found", "This file does not exist.")
    return row
