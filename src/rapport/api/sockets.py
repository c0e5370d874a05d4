"""One WebSocket, raw: frames out from a subscription, frames in to a handler, no framework.

Raw because of memory and speed: 10,000 idle visitors must fit one process (DESIGN §5).
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

from rapport.observability.metrics import SOCKETS
from rapport.stream.hub import Subscription

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Handle = Callable[[str | bytes], Awaitable[None]]

RESET = 4409
SLOW = 4408
REFUSED = 4403
GONE = 1001


class Socket:
    """A WebSocket connection of one side, `agent` or `visitor`."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        self.query = scope.get("query_string", b"").decode("latin-1")
        client = scope.get("client")
        self.address: str = client[0] if client else "unknown"
        self._receive = receive
        self._send = send
        self._closed = False

    async def accept(self) -> bool:
        """Take the connection; False if it has gone already."""
        message = await self._receive()
        if message["type"] != "websocket.connect":
            return False
        await self._send({"type": "websocket.accept"})
        return True

    async def refuse(self) -> None:
        """Answer the handshake with 403."""
        await self._receive()
        await self._send({"type": "websocket.close", "code": REFUSED})

    async def send(self, frame: bytes | str) -> None:
        """One text frame; nothing once the socket has been closed."""
        if not self._closed:
            text = frame if isinstance(frame, str) else frame.decode()
            await self._send({"type": "websocket.send", "text": text})

    async def close(self, code: int, reason: str = "") -> None:
        """Close from our side."""
        if not self._closed:
            self._closed = True
            with suppress(RuntimeError, OSError):
                await self._send({"type": "websocket.close", "code": code, "reason": reason})

    async def next(self) -> str | bytes | None:
        """The next frame of the other side; None when it has gone."""
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            self._closed = True
            return None
        return message.get("text") or message.get("bytes") or ""

    async def serve(self, side: str, subscription: Subscription, handle: Handle) -> None:
        """Send what the subscription brings and handle what comes, until either side ends."""
        SOCKETS.labels(side).inc()
        sender = asyncio.create_task(self._pump(subscription))
        try:
            while not sender.done():
                frame = await self.next()
                if frame is None:
                    break
                await handle(frame)
        finally:
            SOCKETS.labels(side).dec()
            sender.cancel()
            with suppress(asyncio.CancelledError, RuntimeError, OSError):
                await sender

    async def _pump(self, subscription: Subscription) -> None:
        while True:
            for frame in await subscription.take():
                await self.send(frame)
            if subscription.slow:
                await self.send(b'{"type":"bye","reason":"slow"}')
                await self.close(SLOW, "slow")
                return
            if subscription.ended is not None:
                await self.send(b'{"type":"bye","reason":"%s"}' % subscription.ended.encode())
                await self.close(GONE, subscription.ended)
                return
