"""Invitations that are open: listed, withdrawn, sent by e-mail."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from rapport.api.access import AccountsSession, Ctx, OnceKey, address_of
from rapport.api.routes.desk import Id
from rapport.application.invitation_letter import Wanted
from rapport.application.invitations import Language

router = APIRouter(tags=["session"])


class Invitee(BaseModel):
    """Who is invited; `email` is where a mail would go."""

    id: int
    name: str
    email: str
    active: bool


class InvitationMail(BaseModel):
    """How far the mail with the link has come, `next_at` when it is tried next.

    Why it has not gone: `code`, and `reason` where the mail server has words of its own.
    """

    to: str
    state: Literal["pending", "sent", "failed"]
    attempts: int
    next_at: AwareDatetime | None
    code: str | None
    reason: str | None


class OpenInvitation(BaseModel):
    """An unused link; not `good` when its week is over or the person may not sign in."""

    user: Invitee
    created_at: AwareDatetime
    created_by: str | None
    expires_at: AwareDatetime
    good: bool
    mail: InvitationMail | None
    """None: the link was handed over in another way."""


class Mailbox(BaseModel):
    """An account that invitations can be sent from."""

    id: int
    name: str


class InvitationList(BaseModel):
    """Newest first; without mailboxes nothing can be sent."""

    items: list[OpenInvitation]
    mailboxes: list[Mailbox]


class MailBody(BaseModel):
    """From which mailbox, and in which language."""

    model_config = ConfigDict(extra="forbid")

    account_id: Annotated[int, Field(ge=1, le=2**62)]
    language: Language = "en"


class Mailed(BaseModel):
    """Where the mail goes."""

    to: str


@router.get("/invitations")
async def invitations(context: Ctx, _: AccountsSession) -> InvitationList:
    """Links that nobody has used yet, expired ones included."""
    found: list[dict[str, Any]] = await context.invitations.open()
    return InvitationList(
        items=[OpenInvitation.model_validate(each) for each in found],
        mailboxes=[Mailbox(id=i, name=name) for i, name in context.invitation_post.mailboxes()],
    )


@router.delete("/users/{user_id}/invitation", status_code=204)
async def withdraw(user_id: Id, request: Request, context: Ctx, session: AccountsSession) -> None:
    """The person's unused link is good no more."""
    context.access.reach(session, user_id)
    await context.invitations.withdraw(user_id, session.user_id, address_of(request))


@router.post("/users/{user_id}/invitation/mail")
async def mail(
    user_id: Id,
    body: MailBody,
    request: Request,
    context: Ctx,
    session: AccountsSession,
    once: OnceKey,
) -> Mailed:
    """A new link by e-mail to the person's own address; an earlier one is no longer good.

    It goes out as soon as the mail server takes it: the open invitations tell how far it is.
    """
    del once
    context.access.reach(session, user_id)
    wanted = Wanted(
        user_id=user_id,
        account_id=body.account_id,
        language=body.language,
        base=context.public_url or str(request.base_url),
    )
    to = await context.invitation_post.ask(wanted, session.user_id, address_of(request))
    return Mailed(to=to)
