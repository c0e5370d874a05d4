"""An HTTP server in the same process, on loopback, that can also hang up or keep silent."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Any

import uvicorn
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

STOP_S = 1.0
"""How long a request may still take when the server stops."""
_TRANSPORT = "simulator.transport"


class _Protocol(HttpToolsProtocol):
    """Shows the connection to the application, so that it can be dropped."""

    @override
    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {_TRANSPORT: {"transport": self.transport}}


class HangUp(Response):
    """Drops the connection instead of answering."""

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["extensions"][_TRANSPORT]["transport"].abort()
        await _until_gone(receive)


class Silence(Response):
    """Never answers; returns when the client has gone, or after `seconds` hangs up."""

    def __init__(self, seconds: float | None) -> None:
        super().__init__()
        self._seconds = seconds

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._seconds):
                await _until_gone(receive)
        scope["extensions"][_TRANSPORT]["transport"].abort()
        await _until_gone(receive)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class LoopbackServer:
    """Serves an ASGI application on 127.0.0.1.

    Args:
        port: 0 takes any free one.
    """

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        config = uvicorn.Config(
            app,
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            timeout_keep_alive=75,
        )
        config.load()
        self._server = uvicorn.Server(config)
        self._server.lifespan = config.lifespan_class(config)
        self._port = port
        self._socket: socket.socket | None = None
        self._ticking: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where it can be reached; only while it runs."""
        if self._socket is None:
            raise RuntimeError("the server is not running")
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    async def start(self) -> None:
        """Listen; requests are answered from here on."""
        # Named as TCP, or asyncio leaves Nagle on and every answer waits 40 ms for an ACK.
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self._port))
        self._socket = listening
        await self._server.startup(sockets=[listening])
        self._ticking = asyncio.create_task(self._server.main_loop())

    async def stop(self) -> None:
        """Drop every connection and stop listening."""
        if self._ticking is None or self._socket is None:
            return
        self._ticking.cancel()
        for listening in self._server.servers:
            listening.close()
        for connection in list(self._server.server_state.connections):
            transport: Any = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()
        tasks = set(self._server.server_state.tasks)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=STOP_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await asyncio.gather(self._ticking, return_exceptions=True)
        self._socket.close()
        self._socket = self._ticking = None


def without_version(app: ASGIApp) -> ASGIApp:
    """Take the version off a Graph path: `/v25.0/me` and `/me` are the same."""

    async def strip(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            first, slash, rest = scope["path"][1:].partition("/")
            if slash and first[:1] == "v" and first[1:].replace(".", "", 1).isdigit():
                scope = {**scope, "path": f"/{rest}"}
        await app(scope, receive, send)

    return strip
