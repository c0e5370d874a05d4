"""People who cannot sign in yet: the first administrator, and the invited."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from rapport.api.access import AccountsSession, Ctx, OnceKey, address_of, user_agent_of
from rapport.api.routes.desk import Id
from rapport.api.routes.passwords import Secret
from rapport.api.routes.session import from_own_page, welcome
from rapport.application.set_up import FirstAdministrator

router = APIRouter(tags=["session"])
Token = Annotated[SecretStr, Field(min_length=1, max_length=100)]


class SetUpState(BaseModel):
    """Whether the first administrator is still to be created."""

    needed: bool


class SetUpBody(BaseModel):
    """The first administrator, with the code that the server prints."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[SecretStr, Field(max_length=100)]
    company: Annotated[str, Field(max_length=100)] = ""
    name: Annotated[str, Field(max_length=100)]
    login: Annotated[str, Field(max_length=100)]
    password: Secret


class TokenBody(BaseModel):
    """What an invitation's link carries."""

    model_config = ConfigDict(extra="forbid")

    token: Token


class Acceptance(TokenBody):
    """An invited person's password."""

    password: Secret


class Invited(BaseModel):
    """The link's secret part, told this once, and until when it is good."""

    token: str
    expires_at: str


@router.get("/setup")
async def set_up_state(context: Ctx) -> SetUpState:
    """Whether this installation is empty and waits for its first administrator."""
    return SetUpState(needed=context.set_up.needed)


@router.post("/setup")
async def set_up(
    body: SetUpBody, request: Request, response: Response, context: Ctx
) -> dict[str, Any]:
    """Create the first administrator and sign them in; only while there is no user."""
    address = from_own_page(request, context)
    await context.access.count_attempt("setup", address)
    first = FirstAdministrator(
        company=body.company.replace("\x00", ""),
        name=body.name,
        login=body.login,
        password=body.password.get_secret_value(),
    )
    user_id = await context.set_up.run(body.code.get_secret_value(), first)
    token, session = await context.access.begin(user_id, address, user_agent_of(request))
    return await welcome(context, response, token, session)


@router.post("/users/{user_id}/invitation")
async def invite(
    user_id: Id, request: Request, context: Ctx, session: AccountsSession, once: OnceKey
) -> Invited:
    """A link for a person to give themselves a password; an earlier one is no longer good."""
    del once
    context.access.reach(session, user_id)
    token, expires_at = await context.invitations.invite(
        user_id, session.user_id, address_of(request)
    )
    return Invited(token=token, expires_at=expires_at.isoformat())


@router.get("/users/{user_id}/invitation")
async def invitation(user_id: Id, context: Ctx, _: AccountsSession) -> dict[str, Any]:
    """Whether and when somebody was invited last, and whether they have a password."""
    state = await context.invitations.state(user_id)
    return {**state, "has_password": await context.access.has_password(user_id)}


@router.post("/invitation/look")
async def look(body: TokenBody, request: Request, context: Ctx) -> dict[str, Any]:
    """Whom a link invites."""
    from_own_page(request, context)
    return await context.invitations.look(body.token.get_secret_value())


@router.post("/invitation")
async def accept(
    body: Acceptance, request: Request, response: Response, context: Ctx
) -> dict[str, Any]:
    """Give oneself a password by a link, which is used up, and sign in.

    Who has a second factor is not signed in by this: they sign in with both.
    """
    address = from_own_page(request, context)
    user_id = await context.invitations.accept(
        body.token.get_secret_value(), body.password.get_secret_value(), address
    )
    if await context.second_factors.asked_of(user_id):
        return {"user": None, "csrf_token": None}
    token, session = await context.access.begin(user_id, address, user_agent_of(request))
    return await welcome(context, response, token, session)
