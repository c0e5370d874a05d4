"""What belongs to a conversation besides its words: variables, and the link into another system."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from rapport.api.access import AgentSession, Ctx, OnceKey, clean_text
from rapport.api.routes.tasks import AtEpoch, Number
from rapport.api.routes.templates import part_of
from rapport.application.perform import perform
from rapport.application.privacy import cleared
from rapport.application.screen_pop import screen_pop
from rapport.domain import commands as c
from rapport.domain.covering import as_known

router = APIRouter(prefix="/tasks", tags=["tasks"])
Name = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,39}$")]
Value = Annotated[str, Field(max_length=1000)]


class Change(BaseModel):
    """A variable as it is to be, and as the agent saw it; empty for none."""

    name: Name
    was: Value
    value: Value


class Changes(AtEpoch):
    """What is corrected at once."""

    changes: Annotated[list[Change], Field(min_length=1, max_length=50)]


class Link(BaseModel):
    """Where the screen pop leads; none is configured where it is null."""

    url: str | None


@router.post("/{task_id}/variables")
async def edit_variables(
    task_id: Number, body: Changes, context: Ctx, session: AgentSession, once: OnceKey
) -> dict[str, Any]:
    """Correct variables by hand: `variable_fixed`, or `variable_changed` with the value now."""
    configuration = context.services.configuration.current
    changes = tuple(
        c.VariableChange(
            name=each.name,
            was=each.was,
            value=cleared(clean_text(each.value), configuration).text.strip(),
        )
        for each in body.changes
    )
    me = session.user_id
    if session.covered:
        task, _ = await part_of(context, me, task_id)
        held = dict(task.variables)
        changes = tuple(
            replace(
                each,
                was=as_known(each.was, [held.get(each.name, "")], each.name),
                value=as_known(each.value, [held.get(each.name, "")], each.name),
            )
            for each in changes
        )
    return await perform(
        context.services,
        task_id,
        lambda _: c.EditVariables(agent_id=me, epoch=body.epoch, changes=changes),
        once=once,
    )


@router.get("/{task_id}/screen-pop")
async def link(task_id: Number, context: Ctx, session: AgentSession) -> Link:
    """The link into another system for this conversation."""
    task, contact = await part_of(context, session.user_id, task_id)
    attributes = await context.reader.contact_attributes(contact.id)
    configuration = context.services.configuration.current
    return Link(url=screen_pop(configuration, task, contact, attributes, session.user_id))
