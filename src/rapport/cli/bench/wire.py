"""The least of a WebSocket client: enough to be one of ten thousand visitors, or an agent."""

from __future__ import annotations

import asyncio
import base64
import os
import struct
from collections.abc import Callable
from typing import cast

from typing_extensions import override

OnText = Callable[[bytes], None]
_OPCODE, _LENGTH, _SHORT, _MEDIUM = 0x0F, 0x7F, 126, 127
_TEXT, _CLOSE, _PING, _PONG = 0x1, 0x8, 0x9, 0xA


class WireSocket(asyncio.Protocol):
    """One connection; `on_text` gets every text frame, `opened` is set after the handshake."""

    __slots__ = ("_buffer", "_on_text", "_request", "_transport", "_upgraded", "closed", "opened")

    def __init__(self, path: str, headers: dict[str, str], on_text: OnText) -> None:
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {path} HTTP/1.1", "Host: bench", "Upgrade: websocket"]
        lines += ["Connection: Upgrade", f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self._request = ("\r\n".join(lines) + "\r\n\r\n").encode()
        self._on_text = on_text
        self._buffer = b""
        self._upgraded = False
        self._transport: asyncio.Transport | None = None
        loop = asyncio.get_running_loop()
        self.opened: asyncio.Future[None] = loop.create_future()
        self.closed = False

    def send(self, text: bytes, opcode: int = _TEXT) -> None:
        """A masked frame, as clients must send."""
        mask = os.urandom(4)
        length = len(text)
        if length < _SHORT:
            head = struct.pack("!BB", 0x80 | opcode, 0x80 | length)
        else:
            head = struct.pack("!BBH", 0x80 | opcode, 0x80 | _SHORT, length)
        pad = (mask * (length // 4 + 1))[:length]
        body = (int.from_bytes(text, "big") ^ int.from_bytes(pad, "big")).to_bytes(length, "big")
        if self._transport is not None:
            self._transport.write(head + mask + body)

    def close(self) -> None:
        """Drop the connection."""
        if self._transport is not None:
            self._transport.close()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._request)
        self._request = b""

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("closed during the handshake"))

    @override
    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._upgraded:
            head, separator, rest = self._buffer.partition(b"\r\n\r\n")
            if not separator:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.opened.set_exception(ConnectionError(head[:80].decode("latin-1")))
                return
            self._upgraded = True
            self._buffer = rest
            self.opened.set_result(None)
        while self._frame():
            pass

    def _frame(self) -> bool:
        buffer = self._buffer
        if len(buffer) < 2:
            return False
        opcode, length, start = buffer[0] & _OPCODE, buffer[1] & _LENGTH, 2
        if length == _SHORT:
            start, fmt = 4, "!H"
        elif length == _MEDIUM:
            start, fmt = 10, "!Q"
        if start > 2:
            if len(buffer) < start:
                return False
            (length,) = struct.unpack(fmt, buffer[2:start])
        if len(buffer) < start + length:
            return False
        payload = buffer[start : start + length]
        self._buffer = buffer[start + length :]
        if opcode == _TEXT:
            self._on_text(payload)
        elif opcode == _PING:
            self.send(payload, _PONG)
        elif opcode == _CLOSE:
            self.close()
        return True


async def open_socket(port: int, path: str, headers: dict[str, str], on_text: OnText) -> WireSocket:
    """Connect and finish the handshake."""
    loop = asyncio.get_running_loop()
    _, socket = await loop.create_connection(
        lambda: WireSocket(path, headers, on_text), "127.0.0.1", port
    )
    await socket.opened
    return socket
