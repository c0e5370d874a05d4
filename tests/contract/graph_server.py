"""A provider on a real socket, and the product's transport that reaches it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import msgspec

from rapport.channels.sdk.http import HttpTransport
from rapport.domain.sending import OutboundFile

SILENCE = "silence"
"""In place of an answer: the provider hangs up after the request has come."""


@dataclass(slots=True)
class Received:
    """One request as it came over the wire."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


@dataclass(slots=True)
class Provider:
    """Answers requests in the order given, then with an empty object.

    `aside`: requests that come when they like (read reports); answered, not counted.
    """

    address: str
    answers: list[Any]
    received: list[Received] = field(default_factory=list)
    aside: Callable[[Received], bool] = lambda _: False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await _read(reader)
            counted = not self.aside(request)
            if counted:
                self.received.append(request)
            answer = self.answers.pop(0) if counted and self.answers else {}
            if answer != SILENCE:
                writer.write(_answer_bytes(answer))
                await writer.drain()
        finally:
            writer.close()
            await writer.wait_closed()


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while size := int(await reader.readline(), 16):
            body += await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
    else:
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = urlsplit(target)
    return Received(method, parts.path, dict(parse_qsl(parts.query)), headers, body)


def _answer_bytes(answer: Any) -> bytes:
    """`{"status", "headers", "json" or "text"}`, all optional; anything else is the JSON."""
    if not isinstance(answer, dict) or not answer.keys() & {"status", "headers", "json", "text"}:
        answer = {"json": answer}
    body = str(answer["text"]).encode() if "text" in answer else json.dumps(answer.get("json", {}))
    raw = body if isinstance(body, bytes) else body.encode()
    headers = {"Content-Type": "application/json", **answer.get("headers", {})}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {answer.get('status', 200)} Said\r\n{lines}Content-Length: {len(raw)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + raw


@asynccontextmanager
async def provider(
    answers: Sequence[Any] = (), aside: Callable[[Received], bool] = lambda _: False
) -> AsyncIterator[Provider]:
    """A provider that listens while the block runs."""
    found = Provider("", list(answers), aside=aside)
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield found


@asynccontextmanager
async def transport(files: Mapping[str, bytes] | None = None) -> AsyncIterator[HttpTransport]:
    """The product's transport with the given stored files, by their keys."""
    stored = files or {}

    async def opened(file: OutboundFile) -> AsyncIterator[bytes]:
        yield stored[file.key]

    async with httpx2.AsyncClient(timeout=5) as client:
        yield HttpTransport(client, opened, lambda: datetime(2026, 9, 21, tzinfo=UTC))
