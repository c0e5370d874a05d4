"""Signing in with an identity provider: to it and back, by the browser's own navigation."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from rapport.api.access import Ctx, address_of, user_agent_of
from rapport.api.context import Context
from rapport.api.routes.desk import Id
from rapport.api.routes.session import welcome
from rapport.application.openid import LONGEST_ATTEMPT
from rapport.domain.errors import Refused

router = APIRouter(prefix="/openid", tags=["session"])
COOKIE = "rapport_openid"
PATH = "/api/v1/openid"
Text = Annotated[str, Query(max_length=4000)]


@router.get("/providers")
async def providers(context: Ctx) -> dict[str, Any]:
    """The identity providers that people can sign in with."""
    return {"items": context.openid.providers()}


@router.get("/{provider_id}/start", include_in_schema=False)
async def start(provider_id: Id, request: Request, context: Ctx) -> RedirectResponse:
    """To the provider; it sends the browser back to `/api/v1/openid/callback`."""
    try:
        await context.access.count_attempt("openid", address_of(request))
        url, kept = await context.openid.begin(provider_id, _callback(request, context))
    except Refused as refused:
        return _back(refused)
    answer = RedirectResponse(url, 303)
    answer.set_cookie(
        COOKIE,
        kept,
        max_age=int(LONGEST_ATTEMPT.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=context.secure_cookies,
        path=PATH,
    )
    return answer


@router.get("/callback", include_in_schema=False)
async def callback(
    request: Request, context: Ctx, state: Text = "", code: Text = ""
) -> RedirectResponse:
    """Back from the provider: signed in, or on the sign-in page with a reason."""
    address = address_of(request)
    try:
        token, session = await context.openid.finish(
            request.cookies.get(COOKIE), state, code, address, user_agent_of(request)
        )
    except Refused as refused:
        return _back(refused)
    answer = RedirectResponse("/", 303)
    await welcome(context, answer, token, session)
    answer.delete_cookie(COOKIE, path=PATH)
    return answer


def _callback(request: Request, context: Context) -> str:
    base = context.public_url or str(request.base_url)
    return f"{base.rstrip('/')}{PATH}/callback"


def _back(refused: Refused) -> RedirectResponse:
    answer = RedirectResponse(f"/#refused={refused.code}", 303)
    answer.delete_cookie(COOKIE, path=PATH)
    return answer
