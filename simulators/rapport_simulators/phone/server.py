"""Serves the phone page and carries what it does to the providers' simulators."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx2
import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from rapport_simulators.phone.providers import (
    Controlled,
    MessageCentre,
    Provider,
    Unavailable,
    Watch,
)
from rapport_simulators.provider.clock import Clock
from rapport_simulators.provider.http import http_client
from rapport_simulators.provider.server import LoopbackServer

PAGE = Path(__file__).parent / "page"
MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' blob:; media-src 'self' blob:; frame-src 'self'; base-uri 'none'; "
    "form-action 'none'; "
    "frame-ancestors 'self'"
)
SAFE = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
LARGEST_FILE = 100_000_000
VERBS = frozenset({"messages", "read", "react", "block"})


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneSettings:
    """Which simulators there are; an empty address is none.

    Attributes:
        business: What the contact is called on the phone.
    """

    port: int = 0
    graph: str = ""
    twilio: str = ""
    smsc: str = ""
    mail: str = ""
    business: str = "Kettle & Clay"


class PhoneServer:
    """The page's server: `async with PhoneServer(settings) as phone: …`."""

    def __init__(self, settings: PhoneSettings) -> None:
        self._settings = settings
        self._http = http_client(30.0)
        self._channels = _channels(settings, self._http)
        self._server = LoopbackServer(self._app(), settings.port)

    @property
    def url(self) -> str:
        """Where the page is."""
        return self._server.url

    async def __aenter__(self) -> Self:
        await self._server.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._server.stop()
        await self._http.aclose()

    def _app(self) -> Starlette:
        customer = "/api/{channel}/customers/{customer}"
        table: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
            ("GET", "/api/channels", self._list),
            ("GET", "/api/{channel}/customers", self._customers),
            ("GET", f"{customer}/events", self._events),
            ("POST", f"{customer}/{{verb}}", self._act),
            ("PATCH", customer, self._act),
            ("POST", "/api/{channel}/files", self._upload),
            ("GET", "/api/{channel}/media/{file}", self._download),
            ("GET", "/", self._page),
            ("GET", "/{name}", self._page),
        ]
        return Starlette(
            routes=[Route(path, _told(work), methods=[method]) for method, path, work in table]
        )

    async def _page(self, request: Request) -> Response:
        file = PAGE / request.path_params.get("name", "index.html")
        # Only what lies in the folder itself: no way up, no way down.
        if file.parent != PAGE or file.suffix not in MEDIA_TYPES or not file.is_file():
            return Response(status_code=404)
        headers = {"content-security-policy": POLICY, "cache-control": "no-cache"}
        return Response(file.read_bytes(), media_type=MEDIA_TYPES[file.suffix], headers=headers)

    async def _list(self, _request: Request) -> Response:
        return _json({"business": self._settings.business, "channels": list(self._channels)})

    async def _customers(self, request: Request) -> Response:
        return _json({"customers": await self._provider(request).customers()})

    async def _events(self, request: Request) -> Response:
        provider = self._provider(request)
        stream = _stream(provider, request.path_params["customer"])
        headers = {"cache-control": "no-store"}
        return StreamingResponse(stream, media_type="text/event-stream", headers=headers)

    async def _act(self, request: Request) -> Response:
        verb = request.path_params.get("verb", "")
        if verb and verb not in VERBS:
            return Response(status_code=404)
        customer, body = request.path_params["customer"], await request.body()
        return _json(await self._provider(request).act(request.method, customer, verb, body))

    async def _upload(self, request: Request) -> Response:
        content = await request.body()
        if len(content) > LARGEST_FILE:
            raise Unavailable("the file is too large", 413)
        media_type = request.headers.get("content-type") or "application/octet-stream"
        filename = request.query_params.get("filename", "file")
        return _json(await self._provider(request).upload(content, media_type, filename))

    async def _download(self, request: Request) -> Response:
        found = await self._provider(request).download(request.path_params["file"])
        headers = {
            "x-content-type-options": "nosniff",
            "content-security-policy": SAFE,
            "cache-control": "private, max-age=3600",
        }
        media_type = found.headers.get("content-type", "application/octet-stream")
        return Response(found.content, media_type=media_type, headers=headers)

    def _provider(self, request: Request) -> Provider:
        found = self._channels.get(request.path_params["channel"])
        if found is None:
            raise Unavailable("there is no such channel", 404)
        return found


def _channels(settings: PhoneSettings, http: httpx2.AsyncClient) -> dict[str, Provider]:
    channels: dict[str, Provider] = {}
    if settings.graph:
        channels["whatsapp"] = Controlled(http, settings.graph, "whatsapp")
        channels["messenger"] = Controlled(http, settings.graph, "messenger")
    if settings.twilio:
        channels["sms"] = Controlled(http, settings.twilio, "sms")
    if settings.smsc:
        channels["smpp"] = MessageCentre(http, settings.smsc, Clock().now)
    if settings.mail:
        channels["email"] = Controlled(http, settings.mail, "email")
    return channels


async def _stream(provider: Provider, customer: str) -> AsyncIterator[bytes]:
    """Server-sent events: the whole thread first, then what changes."""
    watch = Watch()
    try:
        while True:
            whole = watch.person is None
            news = await provider.news(customer, watch)
            if news is None:
                yield b": still here\n\n"
            else:
                yield b"data: " + msgspec.json.encode({**news, "whole": whole}) + b"\n\n"
    except Unavailable as error:
        yield b"event: gone\ndata: " + msgspec.json.encode({"reason": str(error)}) + b"\n\n"


def _json(content: Any) -> Response:
    return Response(msgspec.json.encode(content), media_type="application/json")


def _told(
    work: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """Answer with the reason where a provider doesn't do what it was asked."""

    async def answer(request: Request) -> Response:
        try:
            return await work(request)
        except Unavailable as error:
            body = msgspec.json.encode({"error": str(error)})
            return Response(body, error.status, media_type="application/json")

    return answer
