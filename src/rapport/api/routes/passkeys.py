"""Passkeys: signing in by one, and one's own. The browser's part is W3C Web Authentication."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from pydantic import AwareDatetime, BaseModel, Field

from rapport.api.access import ArrivedPerson, Ctx, OnceKey, address_of, user_agent_of
from rapport.api.context import Context
from rapport.api.routes.desk import Id
from rapport.api.routes.passwords import Secret
from rapport.api.routes.session import from_own_page, welcome
from rapport.application.ceremonies import Party
from rapport.domain.errors import Refused

router = APIRouter(tags=["session"])
LARGEST = 20_000


class Proof(BaseModel):
    """One's present password."""

    password: Secret


class Question(BaseModel):
    """For the browser's `navigator.credentials`, and what comes back with its answer."""

    options: dict[str, Any]
    ticket: str


class Answer(BaseModel):
    """What the browser has got from the authenticator (`PublicKeyCredential.toJSON()`)."""

    ticket: Annotated[str, Field(max_length=2000)]
    credential: Annotated[dict[str, Any], Field(max_length=20)]


class NewPasskey(Answer):
    """A passkey that was made, and what to call it."""

    name: Annotated[str, Field(max_length=200)]


class Passkey(BaseModel):
    """One of a person's."""

    id: int
    name: str
    host: str
    """The host name under which it is good."""
    created_at: AwareDatetime
    used_at: AwareDatetime | None


class PasskeyList(BaseModel):
    """All of a person's."""

    items: list[Passkey]


def party_of(request: Request, context: Context) -> Party:
    """For whom a passkey is good: the host of our own page that asks.

    Raises:
        Forbidden: another site's page asks.
        Refused: `passkey_host`; browsers make none for a page without a host name.
    """
    from_own_page(request, context)
    origin = request.headers.get("origin") or context.public_url or str(request.base_url)
    parts = urlsplit(origin)
    host = parts.hostname or ""
    try:
        ip_address(host)
    except ValueError:
        name = context.services.configuration.current.settings.company or "Rapport"
        return Party(host, f"{parts.scheme}://{parts.netloc}", name)
    raise Refused("passkey_host", "Passkeys need this page to be opened by a host name.")


@router.post("/session/passkey/options")
async def ask(request: Request, context: Ctx) -> Question:
    """What the browser asks an authenticator for signing in."""
    options, ticket = context.passkeys.begin_sign_in(party_of(request, context))
    return Question(options=options, ticket=ticket)


@router.post("/session/passkey")
async def sign_in(
    body: Answer, request: Request, response: Response, context: Ctx
) -> dict[str, Any]:
    """Sign in by a passkey alone: sets the session cookie. A signed-in agent is Idle."""
    token, session = await context.passkeys.sign_in(
        body.ticket,
        body.credential,
        party_of(request, context),
        address_of(request),
        user_agent_of(request),
    )
    return await welcome(context, response, token, session)


@router.get("/me/passkeys")
async def own(context: Ctx, session: ArrivedPerson) -> PasskeyList:
    """One's passkeys, the oldest first."""
    return PasskeyList.model_validate({"items": await context.passkeys.views(session.user_id)})


@router.post("/me/passkeys/options")
async def begin(
    body: Proof, request: Request, context: Ctx, session: ArrivedPerson, once: OnceKey
) -> Question:
    """What the browser asks an authenticator for a new passkey."""
    del once
    options, ticket = await context.passkeys.begin_adding(
        session, body.password.get_secret_value(), party_of(request, context), address_of(request)
    )
    return Question(options=options, ticket=ticket)


@router.post("/me/passkeys", status_code=201)
async def add(
    body: NewPasskey, request: Request, context: Ctx, session: ArrivedPerson, once: OnceKey
) -> Passkey:
    """Keep a passkey that the authenticator has made."""
    del once
    made = await context.passkeys.add(
        session,
        body.ticket,
        body.name,
        body.credential,
        party_of(request, context),
        address_of(request),
    )
    return Passkey.model_validate(made)


@router.delete("/me/passkeys/{passkey_id}", status_code=204)
async def remove(passkey_id: Id, request: Request, context: Ctx, session: ArrivedPerson) -> None:
    """Take one away; refused where a role needs a second factor and there is no other."""
    await context.passkeys.remove(session, passkey_id, address_of(request))
