"""Where people are signed in, and ending it: one's own sessions, and those of others."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel

from rapport.api.access import (
    AccountsSession,
    Ctx,
    OnceKey,
    PersonSession,
    address_of,
)
from rapport.api.context import Context
from rapport.api.routes.desk import Id
from rapport.application.access import Session
from rapport.domain.errors import NotFound

router = APIRouter(tags=["session"])


class SessionView(BaseModel):
    """One place where somebody is signed in; browser and system as far as they are known."""

    id: int
    browser: str | None
    system: str | None
    address: str
    created_at: AwareDatetime
    seen_at: AwareDatetime
    """To the minute."""
    current: bool
    """Whether it is the one that asks."""


class SessionList(BaseModel):
    """The one seen last comes first."""

    items: list[SessionView]


@router.get("/me/sessions")
async def own_sessions(context: Ctx, session: PersonSession) -> SessionList:
    """Where one is signed in oneself."""
    return _list(await context.access.sessions(session.user_id, session.id))


@router.delete("/me/sessions/{session_id}", status_code=204)
async def end_own(session_id: Id, request: Request, context: Ctx, session: PersonSession) -> None:
    """End one of one's own sessions; its desktop is closed at once."""
    await context.access.end_one(session, session.user_id, session_id, address_of(request))


@router.post("/me/sessions/end-others", status_code=204)
async def end_others(request: Request, context: Ctx, session: PersonSession, once: OnceKey) -> None:
    """End all of one's own sessions but the one that asks."""
    del once
    await context.access.end_many(session, session.user_id, address_of(request), session.id)


@router.get("/users/{user_id}/sessions")
async def sessions(user_id: Id, context: Ctx, session: AccountsSession) -> SessionList:
    """Where somebody is signed in."""
    _known(context, user_id)
    return _list(await context.access.sessions(user_id, session.id))


@router.delete("/users/{user_id}/sessions/{session_id}", status_code=204)
async def end(
    user_id: Id, session_id: Id, request: Request, context: Ctx, session: AccountsSession
) -> None:
    """End a session of somebody; its desktop is closed at once."""
    _reach(context, session, user_id)
    await context.access.end_one(session, user_id, session_id, address_of(request))


@router.post("/users/{user_id}/sessions/end-all", status_code=204)
async def end_all(
    user_id: Id, request: Request, context: Ctx, session: AccountsSession, once: OnceKey
) -> None:
    """End all sessions of somebody."""
    del once
    _reach(context, session, user_id)
    await context.access.end_many(session, user_id, address_of(request))


def _known(context: Context, user_id: int) -> None:
    if user_id not in context.services.configuration.current.users:
        raise NotFound("not_found", "There is no such user.")


def _reach(context: Context, session: Session, user_id: int) -> None:
    _known(context, user_id)
    context.access.reach(session, user_id)


def _list(views: list[dict[str, Any]]) -> SessionList:
    return SessionList(items=[SessionView.model_validate(view) for view in views])
