"""A business's webhook: keeps what arrives, answers what the test wants."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from rapport_simulators.graph import GraphSettings
from rapport_simulators.provider.server import LoopbackServer


@dataclass(frozen=True)
class Hook:
    """One webhook as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def value(self) -> dict[str, Any]:
        """The value of the first change, as WhatsApp nests it."""
        return self.json["entry"][0]["changes"][0]["value"]

    @property
    def event(self) -> dict[str, Any]:
        """The first event, as Messenger nests it."""
        return self.json["entry"][0]["messaging"][0]


@dataclass
class Receiver:
    """Everything that came, and the statuses of the next answers (then 200)."""

    verify_token: str
    url: str = ""
    hooks: list[Hook] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    checks: list[str] = field(default_factory=list)
    keep: bool = True
    count: int = 0
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "GET":
            await self._get(scope, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        self.count += 1
        if self.keep:
            headers = {name.decode(): value.decode() for name, value in scope["headers"]}
            self.hooks.append(Hook(scope["path"], headers, body))
        status = self.answers.pop(0) if self.answers else 200
        await _respond(send, status, b"")
        async with self._arrived:
            self._arrived.notify_all()

    async def _get(self, scope: Scope, send: Send) -> None:
        if scope["path"] in self.files:
            media_type, content = self.files[scope["path"]]
            await _respond(send, 200, content, media_type)
            return
        query = dict(parse_qsl(scope["query_string"].decode()))
        passed = (
            query.get("hub.mode") == "subscribe"
            and query.get("hub.verify_token") == self.verify_token
        )
        self.checks.append(scope["path"])
        await _respond(send, 200 if passed else 403, query.get("hub.challenge", "").encode())

    async def wait(self, count: int, timeout_s: float = 10.0) -> list[Hook]:
        """Wait until so many have come."""
        async with asyncio.timeout(timeout_s), self._arrived:
            await self._arrived.wait_for(lambda: self.count >= count)
        return self.hooks

    def values(self, name: str) -> list[dict[str, Any]]:
        """WhatsApp's `messages` or `statuses`, in order of arrival."""
        found = [hook.value for hook in self.hooks if b'"changes"' in hook.body]
        return [one for value in found for one in value.get(name, [])]

    def events(self, name: str) -> list[dict[str, Any]]:
        """Messenger's events of a kind, in order of arrival."""
        found = [hook.event for hook in self.hooks if b'"messaging"' in hook.body]
        return [event for event in found if name in event]

    @property
    def forms(self) -> list[dict[str, str]]:
        return [hook.form for hook in self.hooks]


async def _respond(
    send: Send, status: int, body: bytes, media_type: str = "text/plain; charset=utf-8"
) -> None:
    headers = [
        (b"content-type", media_type.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver that listens."""
    receiver = Receiver(GraphSettings().verify_token)
    server = LoopbackServer(receiver)
    await server.start()
    receiver.url = server.url
    try:
        yield receiver
    finally:
        await server.stop()


def meta_signature(secret: str, body: bytes) -> str:
    """Worked out from Meta's description, independently of the simulator."""
    return "sha256=" + hmac.digest(secret.encode(), body, hashlib.sha256).hex()


def twilio_signature(token: str, url: str, parameters: dict[str, str]) -> str:
    """Worked out from Twilio's description, independently of the simulator."""
    text = url
    for name in sorted(parameters):
        text += name
        text += parameters[name]
    return base64.b64encode(hmac.digest(token.encode(), text.encode(), hashlib.sha1)).decode()
