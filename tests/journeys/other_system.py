"""A system that workflows ask: a real HTTP server whose answers a test puts in line."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class OtherSystem:
    """Answers (status, body) in their order, the last one again and again; None: never.

    `headers` are sent with the next answer only; while `reset` is set, connections are reset."""

    url: str
    answers: list[tuple[int, Any] | None]
    asked: list[Asked] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    reset: bool = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        method, path, _ = head[0].split(" ")
        pairs = (line.split(": ", 1) for line in head[1:] if line)
        headers = {name.lower(): value for name, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.asked.append(Asked(method, path, headers, body))
        if self.reset:
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.close()
            return
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            await reader.read()
        else:
            status, content = answer
            raw = content if isinstance(content, bytes) else json.dumps(content).encode()
            more = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
            self.headers = {}
            writer.write(
                f"HTTP/1.1 {status} x\r\nContent-Length: {len(raw)}\r\n{more}"
                f"Location: http://127.0.0.1/\r\nConnection: close\r\n\r\n".encode()
                + raw
            )
            await writer.drain()
        writer.close()


@asynccontextmanager
async def other_system(*answers: tuple[int, Any] | None) -> AsyncIterator[OtherSystem]:
    system = OtherSystem("", list(answers))
    server = await asyncio.start_server(system.serve, "127.0.0.1", 0)
    system.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield system
    finally:
        server.close()
        await server.wait_closed()
