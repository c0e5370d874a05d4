"""Templates: for agents in a task, and their files for administrators (C1)."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from rapport.api.access import AdministratorSession, AgentSession, Ctx, OnceKey
from rapport.api.context import Context
from rapport.api.routes.desk import Id
from rapport.application.access import Session
from rapport.application.configuration.administration import known
from rapport.application.templates import (
    FromTemplate,
    filled_template,
    filled_view,
    template_here,
    template_list,
)
from rapport.application.views import attachment_view
from rapport.domain import templates
from rapport.domain.errors import Forbidden, NotFound, Refused
from rapport.domain.message import Attachment, Contact
from rapport.domain.rules.files import check_files
from rapport.domain.task import Task

router = APIRouter(tags=["templates"])
MOST_FILES = 20


class FieldRange(BaseModel):
    """Where a field of the template stands in the text now, in code points."""

    name: Annotated[str, Field(max_length=200)]
    start: Annotated[int, Field(ge=0, le=2**31)]
    end: Annotated[int, Field(ge=0, le=2**31)]


class MadeFrom(BaseModel):
    """Says of a message which template it was made from."""

    template_id: Id
    fields: list[FieldRange] = Field(default=[], max_length=200)

    def origin(self, *, more_may_follow: bool = False) -> FromTemplate:
        """As the use case has it."""
        fields = tuple(templates.Field(f.name, f.start, f.end) for f in self.fields)
        return FromTemplate(self.template_id, fields, more_may_follow)


@router.get("/tasks/{task_id}/templates")
async def for_task(
    task_id: Id,
    context: Ctx,
    session: AgentSession,
    q: Annotated[str, Query(max_length=100)] = "",
) -> dict[str, Any]:
    """Templates for this task's channel and the agent's teams."""
    task, contact = await part_of(context, session.user_id, task_id)
    return await offered(context, session, task, contact, q)


@router.get("/tasks/{task_id}/templates/{template_id}")
async def filled(
    task_id: Id, template_id: Id, context: Ctx, session: AgentSession
) -> dict[str, Any]:
    """One of them with its system parameters filled in, and its fields as ranges."""
    task, contact = await part_of(context, session.user_id, task_id)
    return await filled_in(context, session, task, contact, template_id)


async def offered(
    context: Context, session: Session, task: Task, contact: Contact, query: str
) -> dict[str, Any]:
    """The templates that a person may use in a task, which need not have begun."""
    return template_list(
        context.services.configuration.current,
        task,
        contact,
        session.user_id,
        query,
        await context.reader.preferences(session.user_id),
        await context.template_files.counts(),
    )


async def filled_in(
    context: Context, session: Session, task: Task, contact: Contact, template_id: int
) -> dict[str, Any]:
    """One of them as it goes into the message field, with its files."""
    current = context.services.configuration.current
    spec = template_here(current, task, session.user_id, template_id)
    found = filled_template(current, task, contact, session.user_id, template_id)
    files = await context.template_files.files(template_id)
    view = filled_view(template_id, current.name(template_id) or "", spec, found)
    return {**view, "files": [file_view(file) for file in files]}


@router.post("/tasks/{task_id}/templates/{template_id}/files")
async def lend_files(
    task_id: Id, template_id: Id, context: Ctx, session: AgentSession, _: OnceKey
) -> dict[str, Any]:
    """The template's files as uploads of this conversation, for its next message."""
    task, _contact = await part_of(context, session.user_id, task_id)
    current = context.services.configuration.current
    template_here(current, task, session.user_id, template_id)
    limits = current.accounts[task.account_id].files_from_agents
    check_files(limits, await context.template_files.files(template_id))
    ids = await context.services.store.new_ids(MOST_FILES)
    now = context.services.clock.now()
    lent = await context.template_files.lend(template_id, task.conversation_id, ids, now)
    return {"attachments": [attachment_view(one) for one in lent]}


@router.get("/config/templates/{template_id}/files")
async def files(template_id: Id, context: Ctx, _: AdministratorSession) -> dict[str, Any]:
    """The files that go with a template."""
    _known(context, template_id)
    found = await context.template_files.files(template_id)
    return {"items": [file_view(file) for file in found]}


@router.post("/config/templates/{template_id}/files", status_code=201)
async def upload(
    template_id: Id,
    request: Request,
    context: Ctx,
    _: AdministratorSession,
    filename: Annotated[str, Query(min_length=1, max_length=500)],
) -> dict[str, Any]:
    """Add a file (raw body) to a template."""
    _known(context, template_id)
    if len(await context.template_files.files(template_id)) >= MOST_FILES:
        words = f"A template has at most {MOST_FILES} files."
        raise Refused("too_many_files", words, {"max_count": MOST_FILES})
    # Held to the account's own limits once it is lent to a conversation.
    limits = context.services.configuration.current.settings.files.from_agents.limits()
    kept = await context.files.save(request.stream(), filename, limits)
    (file_id,) = await context.services.store.new_ids(1)
    await context.template_files.add(file_id, template_id, kept, context.services.clock.now())
    return file_view(
        Attachment(id=file_id, filename=kept.filename, media_type=kept.media_type, size=kept.size)
    )


@router.delete("/config/templates/{template_id}/files/{file_id}", status_code=204)
async def remove(template_id: Id, file_id: Id, context: Ctx, _: AdministratorSession) -> None:
    """Take a file away; conversations that have it already keep it."""
    _known(context, template_id)
    if not await context.template_files.remove(template_id, file_id):
        raise NotFound("file_not_found", "This file does not exist.")


async def part_of(context: Ctx, agent_id: int, task_id: int) -> tuple[Task, Contact]:
    """A task in which the agent has a part now, with its customer.

    Raises:
        Forbidden: they have none.
    """
    found = await context.template_files.part_of(task_id, agent_id)
    if found is None:
        raise Forbidden("not_your_task", "You have no part in this conversation.")
    return found


def _known(context: Ctx, template_id: int) -> None:
    items = context.services.configuration.current.items
    known(items.get(template_id), "templates")


def file_view(file: Attachment) -> dict[str, Any]:
    """A template's file."""
    return {
        "id": file.id,
        "filename": file.filename,
        "media_type": file.media_type,
        "size": file.size,
    }
