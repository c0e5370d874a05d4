"""Signing in and out, and the person's own preferences."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from rapport.api.access import (
    COOKIE,
    ArrivedPerson,
    Ctx,
    PersonSession,
    address_of,
    same_origin,
    user_agent_of,
)
from rapport.api.context import Context
from rapport.application import agent_state
from rapport.application.access import Session
from rapport.application.storable import unstorable
from rapport.domain.errors import Forbidden, Invalid, Refused

router = APIRouter(tags=["session"])
LARGEST_PREFERENCES = 50_000


class Credentials(BaseModel):
    """What a person signs in with."""

    login: str = Field(max_length=200)
    password: str = Field(max_length=1000)
    code: str = Field(default="", max_length=40)
    """Of the authenticator, or a recovery code; for who has a second factor."""


def user_view(session: Session, preferences: dict[str, Any]) -> dict[str, Any]:
    """The signed-in person."""
    return {
        "id": session.user_id,
        "name": session.name,
        "login": session.login,
        "roles": sorted(session.roles),
        "rights": sorted(session.grants),
        "must_change_password": session.must_change_password,
        "must_set_up_second_factor": session.must_set_up_second_factor,
        "preferences": preferences,
    }


def from_own_page(request: Request, context: Context) -> str:
    """The address of somebody without a session who asks from Rapport's own pages.

    Raises:
        Forbidden: another site's page asks.
    """
    origin, host = request.headers.get("origin"), request.headers.get("host")
    if not same_origin(origin, host, context.public_url):
        raise Forbidden("origin_refused", "Sign in on Rapport's own page.")
    return address_of(request)


@router.post("/session")
async def sign_in(
    credentials: Credentials, request: Request, response: Response, context: Ctx
) -> dict[str, Any]:
    """Sign in: sets the session cookie. A signed-in agent is Idle."""
    address = from_own_page(request, context)
    token, session = await context.access.sign_in(
        credentials.login,
        credentials.password,
        address,
        user_agent_of(request),
        code=credentials.code,
        gate=context.second_factors,
    )
    return await welcome(context, response, token, session)


async def welcome(
    context: Context, response: Response, token: str, session: Session
) -> dict[str, Any]:
    """A session has begun: its cookie, and an agent is Idle."""
    if session.works:
        await agent_state.sign_in(context.services, session.user_id)
    response.set_cookie(
        COOKIE, token, httponly=True, samesite="lax", secure=context.secure_cookies, path="/"
    )
    preferences = await context.reader.preferences(session.user_id)
    return {"user": user_view(session, preferences), "csrf_token": session.csrf_token}


@router.get("/session")
async def current_session(context: Ctx, session: ArrivedPerson) -> dict[str, Any]:
    """Who is signed in."""
    preferences = await context.reader.preferences(session.user_id)
    return {"user": user_view(session, preferences), "csrf_token": session.csrf_token}


@router.delete("/session", status_code=204)
async def sign_out(
    request: Request, response: Response, context: Ctx, session: ArrivedPerson
) -> None:
    """Sign out; refused while an offer rings or a conversation is open."""
    if session.works:
        try:
            await agent_state.sign_out(context.services, session.user_id)
        except Refused as refused:
            if refused.code != "not_an_agent":
                raise
    await context.access.end(session, address_of(request))
    response.delete_cookie(COOKIE, path="/")


@router.patch("/me/preferences")
async def change_preferences(
    patch: dict[str, Any], request: Request, context: Ctx, session: PersonSession
) -> dict[str, Any]:
    """Merge-patch (RFC 7396) the person's own preferences."""
    if len(await request.body()) > LARGEST_PREFERENCES:
        raise Invalid.field("preferences", "These preferences are too large.")
    if next(unstorable(patch, "preferences"), None) is not None:
        raise Invalid.field("preferences", "There is a character that cannot be kept (NUL).")
    merged = await context.reader.merge_preferences(session.user_id, patch)
    return {"preferences": merged}
