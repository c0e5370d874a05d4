"""Passwords: one's own, and those of others for administrators."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, SecretStr

from rapport.api.access import COOKIE, AdministratorSession, Ctx, OnceKey, Signed
from rapport.api.routes.desk import Id
from rapport.application.access import LONGEST_PASSWORD, check_password
from rapport.domain.errors import NotFound

router = APIRouter(tags=["session"])
Secret = Annotated[SecretStr, Field(min_length=1, max_length=LONGEST_PASSWORD)]


class NewPassword(BaseModel):
    """A password given by an administrator."""

    password: Secret


class OwnPassword(BaseModel):
    """One's own new password, with the present one."""

    current: Secret
    new: Secret


@router.post("/users/{user_id}/password", status_code=204)
async def give_password(
    user_id: Id, body: NewPassword, context: Ctx, _: AdministratorSession, once: OnceKey
) -> None:
    """Give a person a password; their sessions end. Sending it twice changes nothing more."""
    del once
    password = body.password.get_secret_value()
    check_password(password)
    if user_id not in context.services.configuration.current.users:
        raise NotFound("not_found", "There is no such user.")
    await context.access.set_password(user_id, password)


@router.post("/me/password", status_code=204)
async def change_own_password(
    body: OwnPassword, request: Request, context: Ctx, session: Signed, once: OnceKey
) -> None:
    """Change one's own password; all other sessions of oneself end."""
    del once
    await context.access.change_password(
        session.user_id,
        body.current.get_secret_value(),
        body.new.get_secret_value(),
        request.cookies[COOKIE],
        request.client.host if request.client else "unknown",
    )
