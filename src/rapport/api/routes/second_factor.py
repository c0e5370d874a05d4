"""Second factors: one's own, and those of others for administrators."""

from __future__ import annotations

from typing import Annotated

import segno
from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, Field, SecretStr

from rapport.api.access import AccountsSession, ArrivedPerson, Ctx, OnceKey, address_of
from rapport.api.routes.desk import Id
from rapport.api.routes.passwords import Secret, reach

router = APIRouter(tags=["session"])


class State(BaseModel):
    """Whether somebody is asked for a second factor, and whether a role of theirs requires it."""

    on: bool
    since: AwareDatetime | None
    recovery_codes_left: int
    required: bool
    passkeys: int
    """How many they have: each stands for password and second factor."""


class Begun(BaseModel):
    """A secret for an authenticator: in groups to type, as address, and as a picture of that."""

    secret: str
    uri: str
    picture: str
    """A QR code as `data:image/svg+xml`."""


class Code(BaseModel):
    """What the authenticator shows."""

    code: Annotated[SecretStr, Field(min_length=1, max_length=40)]


class Proof(BaseModel):
    """One's present password."""

    password: Secret


class RecoveryCodes(BaseModel):
    """Each is good once, instead of a code; told this once."""

    recovery_codes: list[str]


@router.get("/me/second-factor")
async def own_state(context: Ctx, session: ArrivedPerson) -> State:
    """Whether one is asked for a second factor."""
    return State.model_validate(await context.second_factors.state(session.user_id))


@router.post("/me/second-factor")
async def begin(context: Ctx, session: ArrivedPerson, once: OnceKey) -> Begun:
    """Take a secret into an authenticator; it counts once a code of it has confirmed it."""
    del once
    secret, uri = await context.second_factors.begin(session)
    picture = segno.make(uri, error="m").svg_data_uri(scale=4, border=4, light="#fff")
    return Begun(secret=secret, uri=uri, picture=picture)


@router.post("/me/second-factor/confirm")
async def confirm(
    body: Code, request: Request, context: Ctx, session: ArrivedPerson, once: OnceKey
) -> RecoveryCodes:
    """Turn it on by a first code."""
    del once
    codes = await context.second_factors.confirm(
        session, body.code.get_secret_value(), address_of(request)
    )
    return RecoveryCodes(recovery_codes=codes)


@router.post("/me/second-factor/recovery-codes")
async def renew(
    body: Proof, request: Request, context: Ctx, session: ArrivedPerson, once: OnceKey
) -> RecoveryCodes:
    """Other recovery codes; those from before are good no more."""
    del once
    codes = await context.second_factors.renew(
        session, body.password.get_secret_value(), address_of(request)
    )
    return RecoveryCodes(recovery_codes=codes)


@router.post("/me/second-factor/off", status_code=204)
async def turn_off(
    body: Proof, request: Request, context: Ctx, session: ArrivedPerson, once: OnceKey
) -> None:
    """Ask for it no more; refused where a role requires it."""
    del once
    await context.second_factors.turn_off(
        session, body.password.get_secret_value(), address_of(request)
    )


@router.get("/users/{user_id}/second-factor")
async def state(user_id: Id, context: Ctx, _: AccountsSession) -> State:
    """Whether somebody is asked for a second factor."""
    return State.model_validate(await context.second_factors.state(user_id))


@router.delete("/users/{user_id}/second-factor", status_code=204)
async def reset(user_id: Id, request: Request, context: Ctx, session: AccountsSession) -> None:
    """Take it from somebody who has lost it; their sessions end."""
    reach(context, session, user_id)
    await context.second_factors.reset(
        user_id, actor_id=session.user_id, address=address_of(request)
    )
