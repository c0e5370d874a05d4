"""A virus scanner that speaks clamd's protocol on a real socket, with faults on request."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""The test file of www.eicar.org: harmless, and found by every scanner."""
Fault = Literal["silent", "closes", "closes_at_once", "error", "nonsense"]


@dataclass
class FakeClamd:
    """Finds EICAR; `most` bytes are looked through, as with StreamMaxLength."""

    most: int = 1_000_000
    fault: Fault | None = None
    address: str = ""
    seen: list[bytes] = field(default_factory=list)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, EOFError):
            await self._answer(reader, writer)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.fault == "closes_at_once":
            return
        command = await reader.readuntil(b"\0")
        if command == b"zPING\0":
            writer.write(b"PONG\0")
            return
        assert command == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!I", await reader.readexactly(4))[0]:
            if len(content) + size > self.most:
                writer.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
            content += await reader.readexactly(size)
        self.seen.append(content)
        match self.fault:
            case "silent":
                await self.gone.wait()
            case "closes":
                return
            case "error":
                writer.write(b"stream: Can't allocate memory ERROR\0")
            case "nonsense":
                writer.write(b"x" * 70_000)
            case _:
                found = b"Eicar-Signature FOUND" if EICAR in content else b"OK"
                writer.write(b"stream: " + found + b"\0")


@asynccontextmanager
async def scanner(**how: int | Fault) -> AsyncIterator[FakeClamd]:
    """One that listens on a loopback port of its own."""
    clamd = FakeClamd(**how)  # type: ignore[arg-type]
    server = await asyncio.start_server(clamd.serve, "127.0.0.1", 0)
    clamd.address = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield clamd
    finally:
        clamd.gone.set()
        server.close()
        await server.wait_closed()
