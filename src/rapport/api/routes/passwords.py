"""Passwords: one's own, and those of others for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, SecretStr

from rapport.api.access import AccountsSession, ArrivedPerson, Ctx, OnceKey, address_of
from rapport.api.context import Context
from rapport.api.routes.desk import Id
from rapport.application.access import Session
from rapport.application.passwords import LONGEST_PASSWORD
from rapport.domain.errors import NotFound

router = APIRouter(tags=["session"])
Secret = Annotated[SecretStr, Field(min_length=1, max_length=LONGEST_PASSWORD)]


class NewPassword(BaseModel):
    """A password given by an administrator."""

    password: Secret
    must_change: bool = False
    """Whether the person must choose another one as soon as they sign in with it."""


class OwnPassword(BaseModel):
    """One's own new password, with the present one."""

    current: Secret
    new: Secret


@router.post("/users/{user_id}/password", status_code=204)
async def give_password(
    user_id: Id,
    body: NewPassword,
    request: Request,
    context: Ctx,
    session: AccountsSession,
    once: OnceKey,
) -> None:
    """Give a person a password; their sessions end. Sending it twice changes nothing more."""
    del once
    password = body.password.get_secret_value()
    reach(context, session, user_id)
    context.access.check_password(user_id, password)
    await context.access.set_password(
        user_id,
        password,
        actor_id=session.user_id,
        address=address_of(request),
        must_change=body.must_change,
    )


@router.post("/users/{user_id}/password/expire", status_code=204)
async def expire_password(
    user_id: Id, request: Request, context: Ctx, session: AccountsSession, once: OnceKey
) -> None:
    """Let a person choose another password before they do anything else."""
    del once
    reach(context, session, user_id)
    await context.access.require_change(session, user_id, address_of(request))


def reach(context: Context, session: Session, user_id: int) -> None:
    """Refuse to act upon the account of nobody, or of somebody beyond one's own rights.

    Raises:
        NotFound, Forbidden: `more_rights`.
    """
    if user_id not in context.services.configuration.current.users:
        raise NotFound("not_found", "There is no such user.")
    context.access.reach(session, user_id)


@router.post("/me/password", status_code=204)
async def change_own_password(
    body: OwnPassword, request: Request, context: Ctx, session: ArrivedPerson, once: OnceKey
) -> None:
    """Change one's own password; all other sessions of oneself end."""
    del once
    await context.access.change_password(
        session,
        body.current.get_secret_value(),
        body.new.get_secret_value(),
        address_of(request),
    )
