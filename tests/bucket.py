"""A real S3 server in a process of its own, and buckets on it that can be cut off at will."""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import obstore
from obstore.store import S3Store

from rapport.storage.files import Bucket

PREFIX = "centre/files"
SECRET = "the-bucket's-secret-key"
_LISTENS = re.compile(rb"Running on (http://127\.0\.0\.1:\d+)")


@contextmanager
def s3_process(folder: Path) -> Iterator[str]:
    """Its address; it keeps everything in memory."""
    told = folder / "s3.log"
    with told.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )
    try:
        yield _address(process, told)
    finally:
        process.kill()
        process.wait()


def _address(process: subprocess.Popen[bytes], told: Path) -> str:
    while process.poll() is None:
        if found := _LISTENS.search(told.read_bytes()):
            return found.group(1).decode()
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
    raise AssertionError(told.read_text())


@dataclass
class Relay:
    """Stands between Rapport and the server: the store is away when it says so."""

    port: int
    away: bool = False
    silent: bool = False
    """Takes every request and answers none."""
    most: int | None = None
    """Bytes of all requests that still come through; then it is away."""
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _serving: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        try:
            await self._serve(reader, writer)
        finally:
            self._serving.discard(task)

    async def end(self) -> None:
        """Leave, and wait until every connection has ended."""
        self.leave()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.away:
            writer.close()
            return
        if self.silent:
            self._open.add(writer)
            with suppress(ConnectionError):
                while await reader.read(65_536):
                    pass
            return
        back, forth = await asyncio.open_connection("127.0.0.1", self.port)
        self._open |= {writer, forth}
        await asyncio.gather(self._pass(reader, forth, counted=True), self._pass(back, writer))

    async def _pass(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, *, counted: bool = False
    ) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65_536):
                if counted and self.most is not None:
                    self.most -= len(data)
                    if self.most < 0:
                        self.leave()
                        break
                target.write(data)
                await target.drain()
        target.close()
        self._open.discard(target)

    def leave(self) -> None:
        """Be away, in the middle of whatever goes on."""
        self.away = True
        for writer in self._open:
            writer.transport.abort()

    def return_(self) -> None:
        self.away, self.silent, self.most = False, False, None


class TestBucket:
    """A bucket of a test's own."""

    __test__ = False

    def __init__(self, name: str, url: str, relay: Relay, address: str) -> None:
        self.relay = relay
        self.url = url
        self.name = name
        self.described = Bucket(name, PREFIX, address, "us-east-1", "the-access-key", SECRET)
        self.settings = {
            "files": f"s3://{name}/{PREFIX}",
            "files_endpoint": address,
            "files_region": "us-east-1",
            "files_access_key": "the-access-key",
            "files_secret_key": SECRET,
        }
        self._store = S3Store(
            name,
            config={
                "endpoint": url,
                "region": "us-east-1",
                "access_key_id": "k",
                "secret_access_key": "s",
            },
            client_options={"allow_http": True},
        )

    def names(self) -> list[str]:
        """Every object there is, also those that Rapport does not know."""
        return sorted(str(item["path"]) for batch in obstore.list(self._store) for item in batch)

    def everything(self) -> bytes:
        """What stands in all of them."""
        return b"\n".join(bytes(obstore.get(self._store, name).bytes()) for name in self.names())

    async def unfinished(self) -> int:
        """How many uploads have begun and neither ended nor been given up."""
        async with httpx2.AsyncClient() as client:
            answer = await client.get(f"{self.url}/{self.name}?uploads")
        return answer.text.count("<Upload>")


@asynccontextmanager
async def new_bucket(url: str) -> AsyncIterator[TestBucket]:
    name = f"test-{secrets.token_hex(6)}"
    async with httpx2.AsyncClient() as client:
        answer = await client.put(f"{url}/{name}")
        assert answer.is_success, answer.text
    relay = Relay(int(url.rpartition(":")[2]))
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield TestBucket(name, url, relay, f"http://127.0.0.1:{port}")
    finally:
        server.close()
        await relay.end()
