"""Answers in one piece: head and body of a response leave by one system call instead of two."""

from __future__ import annotations

import asyncio
from typing import Any

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_BEGIN, _END = b"HTTP/1.1 ", b"\r\n\r\n"


class CorkedTransport:
    """Holds the head of a response back until its body comes, or for one turn of the loop."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head: bytes | None = None

    def __getattr__(self, name: str) -> Any:
        """Everything else is the transport's own."""
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send, what was held back first."""
        if self._head is not None:
            head, self._head = self._head, None
            self._transport.write(head + data)
        elif data.startswith(_BEGIN) and data.endswith(_END):
            self._head = data
            self._loop.call_soon(self._flush)
        else:
            self._transport.write(data)

    def close(self) -> None:
        """Send what is held back, then close."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        if self._head is not None:
            head, self._head = self._head, None
            self._transport.write(head)


class CorkedProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol over such a transport."""

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(CorkedTransport(transport, self.loop))  # type: ignore[arg-type]

    @override
    def handle_websocket_upgrade(self) -> None:
        # A socket writes frames: it gets the connection itself.
        self.transport = self.transport._transport  # type: ignore[attr-defined]
        super().handle_websocket_upgrade()
