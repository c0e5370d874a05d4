"""A provider on a real socket, and the transport that reaches it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import msgspec

from rapport.channels.sdk.transport import (
    ProviderAnswer,
    ProviderRequest,
    Unanswered,
    Unreached,
    body_of,
)

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
    """Answers requests in the order given, then with an empty object."""

    address: str
    answers: list[Any]
    received: list[Received] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await _read(reader)
            self.received.append(request)
            answer = self.answers.pop(0) if self.answers else {}
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
async def provider(answers: Sequence[Any] = ()) -> AsyncIterator[Provider]:
    """A provider that listens while the block runs."""
    found = Provider("", list(answers))
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield found


class HttpTransport:
    """Implements `channels.sdk.transport.Transport` over httpx2."""

    def __init__(self, client: httpx2.AsyncClient, files: Mapping[str, bytes]) -> None:
        self._client = client
        self._files = files

    async def request(
        self,
        request: ProviderRequest,
        *,
        base_url: str,
        authorize: Mapping[str, str] | None = None,
        basic: tuple[str, str] | None = None,
    ) -> ProviderAnswer:
        more: dict[str, Any] = {}
        if request.json is not None:
            more["content"] = body_of(request)
        if request.upload is not None:
            file = request.upload.file
            content = (file.filename, self._files[file.key], file.media_type)
            more |= {"data": dict(request.upload.fields), "files": {request.upload.field: content}}
        try:
            answer = await self._client.request(
                request.method,
                request.url or f"{base_url}{request.path}",
                params=dict(request.query) or None,
                headers={**request.headers, **(authorize or {})},
                **more,
            )
        except httpx2.ConnectError as failure:
            raise Unreached from failure
        except httpx2.HTTPError as failure:
            raise Unanswered from failure
        try:
            decoded = msgspec.json.decode(answer.content)
        except msgspec.DecodeError:
            decoded = None
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return ProviderAnswer(
            status=answer.status_code, headers=headers, body=answer.content, json=decoded
        )


@asynccontextmanager
async def transport(files: Mapping[str, bytes] | None = None) -> AsyncIterator[HttpTransport]:
    """A transport with the given stored files, by their keys."""
    async with httpx2.AsyncClient(timeout=5) as client:
        yield HttpTransport(client, files or {})
