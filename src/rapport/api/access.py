"""Who is asking: session cookie, CSRF token, idempotency key."""

from __future__ import annotations

import hashlib
import hmac
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Header, Request

from rapport.api.context import Context
from rapport.application.access import Session
from rapport.application.perform import Once
from rapport.domain.errors import Forbidden, Invalid

COOKIE = "rapport_session"


def context_of(request: Request) -> Context:
    """The application's context."""
    context: Context = request.app.state.context
    return context


Ctx = Annotated[Context, Depends(context_of)]


async def session_of(request: Request, context: Ctx) -> Session:
    """The signed-in person; a changing request must carry the session's CSRF token."""
    session = await context.access.recognise(request.cookies.get(COOKIE))
    changes = request.method not in {"GET", "HEAD"}
    if changes and request.headers.get("x-csrf-token") != session.csrf_token:
        raise Forbidden("csrf_token_invalid", "The page is out of date. Load it again.")
    return session


Signed = Annotated[Session, Depends(session_of)]


async def agent_of(session: Signed) -> Session:
    """A person with an agent desktop."""
    session.require("agent", "supervisor")
    return session


AgentSession = Annotated[Session, Depends(agent_of)]


async def administrator_of(session: Signed) -> Session:
    """A person who may configure."""
    session.require("administrator")
    return session


AdministratorSession = Annotated[Session, Depends(administrator_of)]


async def supervisor_of(session: Signed) -> Session:
    """A person who may steer."""
    session.require("supervisor", "administrator")
    return session


SupervisorSession = Annotated[Session, Depends(supervisor_of)]


async def once_of(
    request: Request,
    session: Signed,
    idempotency_key: Annotated[str, Header(min_length=8, max_length=64)],
) -> Once:
    """What makes sending a command twice doing it once."""
    body = await request.body()
    asked = f"{request.method} {request.url.path}\n".encode() + body
    # Keyed, because a body may hold a password and fingerprints are stored.
    secret = context_of(request).secret
    fingerprint = hmac.digest(secret, asked, hashlib.sha256).hex()
    return Once(session.user_id, idempotency_key, fingerprint)


OnceKey = Annotated[Once, Depends(once_of)]


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
