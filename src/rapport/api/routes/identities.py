"""Who people are at identity providers, for administrators."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel

from rapport.api.access import AccountsSession, Ctx, address_of
from rapport.api.routes.desk import Id
from rapport.api.routes.passwords import reach

router = APIRouter(tags=["session"])


class Identity(BaseModel):
    """Somebody's name at a provider, by which they are known from their first sign-in on."""

    issuer: str
    subject: str
    bound_at: AwareDatetime


class IdentityList(BaseModel):
    """At most one of every issuer."""

    items: list[Identity]


@router.get("/users/{user_id}/identities")
async def identities(user_id: Id, context: Ctx, _: AccountsSession) -> IdentityList:
    """By which identities somebody signs in with a provider."""
    found = await context.identities.of(user_id)
    return IdentityList(
        items=[
            Identity(issuer=one.issuer, subject=one.subject, bound_at=one.bound_at) for one in found
        ]
    )


@router.delete("/users/{user_id}/identities", status_code=204)
async def unbind(user_id: Id, request: Request, context: Ctx, session: AccountsSession) -> None:
    """Forget them, so that another identity with the same address can sign in; sessions end."""
    reach(context, session, user_id)
    await context.identities.unbind(user_id, actor_id=session.user_id, address=address_of(request))
