"""Supervisors steering conversations: watch, whisper, join, take over, hand on, notices."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from rapport.api.access import Ctx, OnceKey, SupervisorSession
from rapport.api.routes.tasks import AtEpoch, Number, Target
from rapport.application.perform import perform
from rapport.application.watch import begin_watching, send_notice
from rapport.application.whisper import whisper
from rapport.domain import commands as c
from rapport.domain.errors import Invalid

router = APIRouter(prefix="/floor", tags=["floor"])
Words = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")]


class Whisper(BaseModel):
    """What only the agents read."""

    text: str = Field(max_length=200_000)


class Priority(AtEpoch):
    """1 (most urgent) to 9."""

    priority: Annotated[int, Field(ge=1, le=9)]


class Place(AtEpoch):
    """A queue; the conversation's own where none is named."""

    queue_id: Number | None = None


class Notice(BaseModel):
    """Words for a team's desktops; for everybody's without a team."""

    team_id: Number | None = None
    level: Literal["info", "warning", "critical"] = "info"
    text: Words


class Recipients(BaseModel):
    """To how many people it went."""

    recipients: int


@router.get("/tasks")
async def tasks(
    context: Ctx,
    _: SupervisorSession,
    queue_id: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    agent_id: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> dict[str, Any]:
    """Open conversations of a queue or an agent, the most urgent first."""
    return await context.floor.tasks(queue_id, agent_id, limit)


@router.post("/tasks/{task_id}/watch")
async def watch(
    task_id: Number, context: Ctx, session: SupervisorSession, _: OnceKey
) -> dict[str, Any]:
    """Begin to read a conversation; its messages then come by the stream's `watch` frame."""
    return await begin_watching(context.services, supervisor_id=session.user_id, task_id=task_id)


@router.post("/tasks/{task_id}/whisper")
async def whisper_to(
    task_id: Number, body: Whisper, context: Ctx, session: SupervisorSession, once: OnceKey
) -> dict[str, Any]:
    """Write a note to the agents of a conversation."""
    return await whisper(
        context.services,
        supervisor_id=session.user_id,
        task_id=task_id,
        text=body.text,
        once=once,
    )


@router.post("/tasks/{task_id}/join")
async def join(
    task_id: Number, body: AtEpoch, context: Ctx, session: SupervisorSession, once: OnceKey
) -> dict[str, Any]:
    """Take part beside the owner."""
    me = session.user_id
    return await perform(
        context.services,
        task_id,
        lambda leg_id: c.JoinTask(supervisor_id=me, epoch=body.epoch, leg_id=leg_id),
        involved=(me,),
        once=once,
    )


@router.post("/tasks/{task_id}/take-over")
async def take_over(
    task_id: Number, body: AtEpoch, context: Ctx, session: SupervisorSession, once: OnceKey
) -> dict[str, Any]:
    """Own the conversation; the former owner wraps up."""
    me = session.user_id
    return await perform(
        context.services,
        task_id,
        lambda leg_id: c.TakeOver(supervisor_id=me, epoch=body.epoch, leg_id=leg_id),
        involved=(me,),
        once=once,
    )


@router.post("/tasks/{task_id}/reassign")
async def reassign(
    task_id: Number, body: Target, context: Ctx, session: SupervisorSession, once: OnceKey
) -> dict[str, Any]:
    """Give the conversation to an agent, at whom it rings, or to a queue."""
    me, target, queue_id = session.user_id, body.agent_id, body.queue_id
    if (queue_id is None) == (target is None):
        raise Invalid.field("queue_id", "Choose a queue or an agent.", code="target_missing")
    if target is None:
        return await perform(
            context.services,
            task_id,
            lambda _: c.Requeue(supervisor_id=me, epoch=body.epoch, queue_id=queue_id),
            once=once,
        )
    return await perform(
        context.services,
        task_id,
        lambda leg_id: c.Reassign(
            supervisor_id=me, epoch=body.epoch, target_id=target, leg_id=leg_id
        ),
        involved=(target,),
        once=once,
    )


@router.post("/tasks/{task_id}/requeue")
async def requeue(
    task_id: Number, body: Place, context: Ctx, session: SupervisorSession, once: OnceKey
) -> dict[str, Any]:
    """Let the conversation wait again."""
    return await perform(
        context.services,
        task_id,
        lambda _: c.Requeue(
            supervisor_id=session.user_id, epoch=body.epoch, queue_id=body.queue_id
        ),
        once=once,
    )


@router.post("/tasks/{task_id}/prioritise")
async def prioritise(
    task_id: Number, body: Priority, context: Ctx, session: SupervisorSession, once: OnceKey
) -> dict[str, Any]:
    """Make the conversation more or less urgent."""
    return await perform(
        context.services,
        task_id,
        lambda _: c.Prioritise(
            supervisor_id=session.user_id, epoch=body.epoch, priority=body.priority
        ),
        once=once,
    )


@router.post("/notices")
async def notice(
    body: Notice, context: Ctx, session: SupervisorSession, once: OnceKey
) -> Recipients:
    """Show a notice on a team's desktops."""
    view = await send_notice(
        context.services,
        supervisor_id=session.user_id,
        team_id=body.team_id,
        level=body.level,
        text=body.text,
        once=once,
    )
    return Recipients.model_validate(view)
