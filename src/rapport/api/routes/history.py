"""The log of configuration changes, and undoing one."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict

from rapport.api.access import AdministratorSession, Ctx, OnceKey
from rapport.api.routes.configuration import FieldChange
from rapport.application.configuration.history import undo, view
from rapport.application.configuration.reach import administration_of

router = APIRouter(prefix="/config/changes", tags=["configuration"])
Cursor = Annotated[str, Query(pattern=r"^[0-9]{1,18}\.[0-9]{1,18}\.[0-9]{1,9}$")]
ChangeId = Annotated[str, Path(pattern=r"^[0-9]{1,18}-[0-9]{1,9}$")]
Kind = Annotated[str, Query(max_length=40, pattern=r"^[a-z_]+$")]


class Actor(BaseModel):
    """Who changed something."""

    id: int
    name: str


class LoggedThing(BaseModel):
    """One thing that was changed; secrets by name, a password only as a fact."""

    action: Literal["created", "replaced", "deleted"]
    kind: str
    item_id: int
    name: str
    exists: bool
    fields: list[FieldChange]
    secrets: list[str]
    password: bool


class LoggedChange(BaseModel):
    """What was changed together. Without an actor: by a command on the server."""

    id: str
    at: str
    actor: Actor | None
    changes: list[LoggedThing]


class ChangePage(BaseModel):
    """Newest first."""

    items: list[LoggedChange]
    next: str | None


class UndoBody(BaseModel):
    """How to undo."""

    model_config = ConfigDict(extra="forbid")

    over_later: bool = False
    """Also take back what was changed after it."""


@router.get("")
async def page(
    context: Ctx,
    _: AdministratorSession,
    cursor: Cursor | None = None,
    kind: Kind | None = None,
    actor_id: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ChangePage:
    """What has been changed in the configuration, newest first."""
    found, following = await context.change_log.page(cursor, limit, kind, actor_id)
    now = context.services.configuration.current
    items = [LoggedChange.model_validate(view(logged, now)) for logged in found]
    return ChangePage(items=items, next=following)


@router.post("/{change_id}/undo")
async def undo_change(
    change_id: ChangeId,
    body: UndoBody,
    context: Ctx,
    session: AdministratorSession,
    once: OnceKey,
) -> dict[str, Any]:
    """Bring back what was before a change, as new versions; all of it or nothing."""
    return await undo(
        administration_of(context.administration, session),
        context.change_log,
        change_id,
        session.user_id,
        once,
        over_later=body.over_later,
    )
