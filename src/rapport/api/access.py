"""Who is asking: session cookie and CSRF token, or an API token; idempotency key."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Header, Request

from rapport.api.context import Context
from rapport.api.covering import note
from rapport.application.access import Session
from rapport.application.perform import Once
from rapport.application.reading import Sight
from rapport.domain.errors import Forbidden, Invalid
from rapport.domain.rights import Right

COOKIE = "rapport_session"
BEARER = "bearer "


async def context_of(request: Request) -> Context:
    """The application's context.

    Asynchronous without awaiting anything, as every dependency is: FastAPI gives a plain function
    to a thread, and the hand-over costs a request up to 5 ms while the loop is busy.
    """
    context: Context = request.state.context
    return context


Ctx = Annotated[Context, Depends(context_of)]


async def arrived_of(request: Request, context: Ctx) -> Session:
    """Who asks; a changing request of a browser must carry the session's CSRF token.

    A browser never sends an API token by itself, so that needs none.
    """
    changes = request.method not in {"GET", "HEAD"}
    given = request.headers.get("authorization", "")
    if given[: len(BEARER)].casefold() == BEARER:
        text = given[len(BEARER) :].strip()
        session = await context.tokens.recognise(text, address_of(request), changes=changes)
        note(request.scope, session, context.services.configuration.current)
        return session
    session = await context.access.recognise(request.cookies.get(COOKIE), changes=changes)
    note(request.scope, session, context.services.configuration.current)
    if changes and request.headers.get("x-csrf-token") != session.csrf_token:
        raise Forbidden("csrf_token_invalid", "The page is out of date. Load it again.")
    return session


Arrived = Annotated[Session, Depends(arrived_of)]


async def session_of(session: Arrived) -> Session:
    """Who asks, with nothing left to do before anything else."""
    if session.must_change_password:
        raise Forbidden("password_change_required", "Choose another password first.")
    if session.must_set_up_second_factor:
        raise Forbidden("second_factor_required", "Set up a second factor first.")
    return session


Signed = Annotated[Session, Depends(session_of)]


async def arrived_person_of(session: Arrived) -> Session:
    """A person themselves: what is about their account is not for programs with a token."""
    if session.token_id is not None:
        raise Forbidden("session_required", "Sign in for this; a token does not do.")
    return session


async def person_of(session: Signed) -> Session:
    """A person themselves, with nothing left to do before anything else."""
    return await arrived_person_of(session)


ArrivedPerson = Annotated[Session, Depends(arrived_person_of)]
PersonSession = Annotated[Session, Depends(person_of)]


def having(*rights: Right) -> Callable[[Session], Awaitable[Session]]:
    """Somebody who has one of these rights."""

    async def session_with_right(session: Signed) -> Session:
        session.require(*rights)
        return session

    return session_with_right


AnybodySession = Annotated[Session, Depends(having(*Right))]
AgentSession = Annotated[Session, Depends(having(Right.DESK))]
SupervisorSession = Annotated[Session, Depends(having(Right.FLOOR))]
ReportsSession = Annotated[Session, Depends(having(Right.REPORTS))]
AdministratorSession = Annotated[Session, Depends(having(Right.CONFIGURATION))]
AccountsSession = Annotated[Session, Depends(having(Right.ACCOUNTS))]
PeopleSession = Annotated[Session, Depends(having(Right.PEOPLE))]
AuditSession = Annotated[Session, Depends(having(Right.AUDIT))]


async def once_of(
    request: Request,
    context: Ctx,
    session: Arrived,
    idempotency_key: Annotated[str, Header(min_length=8, max_length=64)],
) -> Once:
    """What makes sending a command twice doing it once."""
    body = await request.body()
    asked = f"{request.method} {request.url.path}\n".encode() + body
    # Keyed, because a body may hold a password and fingerprints are stored.
    secret = context.secret
    fingerprint = hmac.digest(secret, asked, hashlib.sha256).hex()
    return Once(session.user_id, idempotency_key, fingerprint)


OnceKey = Annotated[Once, Depends(once_of)]


def sight_of(context: Context, session: Session) -> Sight:
    """How far a person sees: everything, or their own and what their teams may find."""
    if session.supervises:
        return Sight(session.user_id, everything=True)
    configuration = context.services.configuration.current
    return Sight(
        session.user_id,
        queue_ids=configuration.findable_queues(session.user_id),
        take_from=configuration.takeable_queues(session.user_id),
    )


def address_of(request: Request) -> str:
    """Where a request comes from, as the trusted proxies say it."""
    return request.client.host if request.client else "unknown"


def user_agent_of(request: Request) -> str:
    """What a browser says it is."""
    return request.headers.get("user-agent", "")


def same_origin(origin: str | None, host: str | None, public_url: str | None) -> bool:
    """Whether a browser's request comes from our own pages."""
    if origin is None:
        return True
    allowed = {urlsplit(origin).netloc} & {host, urlsplit(public_url or "").netloc}
    return bool(allowed - {None, ""})


def clean_text(text: str) -> str:
    """Text as PostgreSQL can keep it."""
    if len(text) > 200_000:
        raise Invalid.field("text", "The text is too long.")
    return text.replace("\x00", "")
