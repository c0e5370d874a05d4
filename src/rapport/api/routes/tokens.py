"""API tokens: one's own, and everybody's for who looks after accounts."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from rapport.api.access import (
    AccountsSession,
    Ctx,
    OnceKey,
    PersonSession,
    address_of,
    having,
    person_of,
)
from rapport.api.routes.desk import Id
from rapport.application.access import Session
from rapport.application.configuration.administration import LONGEST_NAME
from rapport.application.tokens import LONGEST_DAYS, TokenDraft, token_text
from rapport.domain.rights import GRANTS, Right

# A token never makes or takes tokens: what is lost with one must not outlive it.
router = APIRouter(tags=["tokens"], dependencies=[Depends(person_of)])
OwnTokens = Annotated[Session, Depends(having(Right.TOKENS))]


class OwnTokenBody(BaseModel):
    """A token as it is to be."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
    scopes: Annotated[
        list[str],
        Field(min_length=1, max_length=len(GRANTS), description=f"Of {', '.join(GRANTS)}."),
    ]
    days: Annotated[
        int | None,
        Field(ge=1, le=LONGEST_DAYS, description="For how long it is good; null: always."),
    ] = 90


class TokenBody(OwnTokenBody):
    """A token for a person."""

    user_id: int


class Owner(BaseModel):
    """For whom a token acts."""

    id: int
    name: str


class TokenView(BaseModel):
    """A token without its text; `prefix` is how that begins."""

    id: int
    user: Owner
    name: str
    prefix: str
    scopes: list[str]
    created_at: AwareDatetime
    created_by: str | None
    expires_at: AwareDatetime | None
    used_at: AwareDatetime | None
    revoked_at: AwareDatetime | None
    good: bool


class NewToken(BaseModel):
    """The text of a token, told this once, and what it is."""

    text: str
    token: TokenView


class TokenList(BaseModel):
    """Newest first; revoked ones for a month. `scopes`: what the person's next one may be given."""

    items: list[TokenView]
    scopes: list[str]


@router.get("/me/tokens")
async def own_tokens(context: Ctx, session: PersonSession) -> TokenList:
    """One's own tokens."""
    return await _list(context, session.user_id, session)


@router.post("/me/tokens", status_code=201)
async def create_own(
    body: OwnTokenBody, request: Request, context: Ctx, session: OwnTokens, once: OnceKey
) -> NewToken:
    """A token for oneself. Its text is answered here and never again."""
    text = token_text(context.secret, str(once.user_id), once.key, once.fingerprint)
    draft = TokenDraft(body.name, body.scopes, body.days)
    view = await context.tokens.create(
        session.user_id, draft, text, actor=session, address=address_of(request)
    )
    return NewToken(text=text, token=TokenView.model_validate(view))


@router.delete("/me/tokens/{token_id}", status_code=204)
async def revoke_own(token_id: Id, request: Request, context: Ctx, session: PersonSession) -> None:
    """Revoke one of one's own tokens, at once."""
    await context.tokens.revoke(token_id, actor=session, own=True, address=address_of(request))


@router.get("/tokens")
async def tokens(
    context: Ctx,
    session: AccountsSession,
    user_id: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> TokenList:
    """Everybody's tokens, or a person's."""
    return await _list(context, user_id, session)


@router.post("/tokens", status_code=201)
async def create(
    body: TokenBody, request: Request, context: Ctx, session: AccountsSession, once: OnceKey
) -> NewToken:
    """A token for a person. Its text is answered here and never again."""
    text = token_text(context.secret, str(once.user_id), once.key, once.fingerprint)
    draft = TokenDraft(body.name, body.scopes, body.days)
    view = await context.tokens.create(
        body.user_id, draft, text, actor=session, address=address_of(request)
    )
    return NewToken(text=text, token=TokenView.model_validate(view))


@router.delete("/tokens/{token_id}", status_code=204)
async def revoke(token_id: Id, request: Request, context: Ctx, session: AccountsSession) -> None:
    """Revoke anybody's token, at once."""
    await context.tokens.revoke(token_id, actor=session, address=address_of(request))


async def _list(context: Ctx, user_id: int | None, actor: Session) -> TokenList:
    views = await context.tokens.of(user_id)
    scopes = [] if user_id is None else context.tokens.scopes_for(user_id, actor)
    return TokenList(items=[TokenView.model_validate(view) for view in views], scopes=scopes)
