"""Answers for who may not see how customers can be reached: covered on their way out (P3).

One place for every route, so that none can forget it. What a route has to do itself is to take a
covered value back (`domain.covering.as_known`) and to refuse what cannot be covered.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from rapport.api.sockets import Message, Receive, Scope, Send
from rapport.application.access import Session
from rapport.application.configuration.snapshot import Configuration
from rapport.domain.covering import cover_text, covered
from rapport.domain.errors import Forbidden

App = Callable[[Scope, Receive, Send], Awaitable[None]]
_OURS = re.compile(
    r"/api/v1/(config|channels|accounts|session|openid|audit|users|tokens|catalog|setup|invitations?"
    r"|me/(?!history))(/|\?|$)"
)
"""Answers about the installation and its people, not about customers."""
_OWN_WORDS = re.compile(r"/api/v1/(conversations/\d+/draft|tasks/\d+/templates(/\d+)?)$")
"""What the person writes or is about to send: covered, it would reach the customer so."""
_DATA = re.compile(r"data:[^\"')\s]+")
_COVERED = ("application/json", "text/")
_encode = msgspec.json.Encoder().encode


def note(scope: Scope, session: Session, configuration: Configuration) -> None:
    """Remember with a request whether its answer is to be covered."""
    path = str(scope.get("path", ""))
    whole = not _OURS.match(path) and "/attachments/" not in path
    own = session.token_id is None and _OWN_WORDS.match(path)
    if session.covered and whole and not own:
        scope.setdefault("state", {})["ours"] = configuration.own_addresses


def check_uncovered(session: Session) -> None:
    """Refuse what leaves as it is: sources of mails, exports, logs of providers.

    Raises:
        Forbidden: `no_right`.
    """
    if session.covered:
        raise Forbidden("no_right", "You have no right to see customers' addresses.")


def cover_frame(encoded: bytes, ours: frozenset[str]) -> bytes:
    """An event of the stream, covered."""
    return _encode(covered(msgspec.json.decode(encoded), ours))


class Covering:
    """Around the application: holds back what is to be covered until it is whole."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        state: dict[str, Any] = scope.setdefault("state", {})
        start: Message | None = None
        body = b""

        async def sent(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                if "ours" in state and _media_type(message).startswith(_COVERED):
                    start = message
                    return
            elif start is not None and message["type"] == "http.response.body":
                body += message.get("body", b"")
                if message.get("more_body"):
                    return
                body = _cover(_media_type(start), body, state["ours"])
                await send(_with_length(start, len(body)))
                message = {"type": "http.response.body", "body": body}
            await send(message)

        await self._app(scope, receive, sent)


def _media_type(start: Message) -> str:
    headers = dict(start.get("headers", ()))
    found: bytes = headers.get(b"content-type", b"")
    return found.decode("latin-1")


def _cover(media_type: str, body: bytes, ours: frozenset[str]) -> bytes:
    if not body:
        return body
    if media_type.startswith("application/json"):
        return _encode(covered(msgspec.json.decode(body), ours))
    text = body.decode()
    parts = zip(_DATA.split(text), [*_DATA.findall(text), ""], strict=True)
    return "".join(f"{cover_text(part, ours)}{data}" for part, data in parts).encode()


def _with_length(start: Message, length: int) -> Message:
    headers = [(k, v) for k, v in start["headers"] if k.lower() != b"content-length"]
    return {**start, "headers": [*headers, (b"content-length", b"%d" % length)]}
