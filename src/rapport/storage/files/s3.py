"""Files in a bucket of an S3-compatible object store, under the same names as in a directory.

A bucket never shows half an object, so a file is whole and scanned before it is anywhere but in an
unnamed temporary file of this machine. Reading goes by ranges: a slow reader holds no request open.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import S3Store
from typing_extensions import override

if TYPE_CHECKING:
    from obstore.store import S3Config

from rapport.domain.errors import FilesAway, NotFound
from rapport.storage.files.contract import (
    KINDS,
    Arrival,
    Files,
    Kind,
    Scan,
    folded,
    missing,
    new_key,
)
from rapport.storage.files.room import Room

RANGE = 4 * 1024 * 1024
"""Bytes of one request, and so in memory at a time, where a file is read."""
PART = 5 * 1024 * 1024
"""Bytes of a part of an upload: the least that S3 takes."""
PARTS_AT_ONCE = 2
TIMEOUT = timedelta(seconds=30)
CONNECT_TIMEOUT = timedelta(seconds=5)
MOST_RETRIES, RETRIES_WITHIN = 3, timedelta(seconds=20)
CLEAN_UP_WITHIN_S = 5.0
LONGEST_REASON = 300
_NO_BUCKET = "NoSuchBucket"
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where it is and how it is spoken to; what is None comes from the environment or machine."""

    name: str
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None
    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)
    by_host: bool = False
    """The bucket's name is part of the host (`bucket.example.com`), not of the path."""

    @override
    def __str__(self) -> str:
        return f"s3://{self.name}/{self.prefix}".rstrip("/")


class S3Files(Files):
    """A bucket of files; several nodes share it by its nature."""

    def __init__(
        self,
        bucket: Bucket,
        spool: Path,
        scan: Scan | None = None,
        *,
        timeout: timedelta = TIMEOUT,
    ) -> None:
        """`spool` is a directory for files on their way; they have no name in it.

        `timeout` is for each request to the store, of at most `PART` bytes.
        """
        super().__init__(scan)
        self._bucket = bucket
        self._spool = spool
        self._room = Room(spool)
        self._store = _store(bucket, timeout)

    @override
    @asynccontextmanager
    async def arriving(self) -> AsyncIterator[Arrival]:
        async def keep() -> str:
            key = new_key()
            await asyncio.to_thread(file.seek, 0)
            try:
                with self._answering():
                    await obstore.put_async(
                        self._store,
                        folded(key),
                        file,
                        chunk_size=PART,
                        max_concurrency=PARTS_AT_ONCE,
                    )
            except BaseException:
                # It may be there although the answer got lost, and nobody will ever name it.
                with suppress(Exception):
                    async with asyncio.timeout(CLEAN_UP_WITHIN_S):
                        await self._remove(folded(key))
                raise
            return key

        with self._room.wanted(), self._unnamed() as file:
            yield Arrival(file, keep)

    @override
    async def read(
        self, key: str, start: int = 0, end: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        while end is None or start < end:
            upto = start + RANGE if end is None else min(start + RANGE, end)
            with self._answering():
                found = await obstore.get_async(
                    self._store, folded(key), options={"range": (start, upto)}
                )
                piece = bytes(await found.bytes_async())
            yield piece
            start += len(piece)
            end = found.meta["size"] if end is None else min(end, found.meta["size"])

    @override
    @asynccontextmanager
    async def at_hand(self, key: str) -> AsyncIterator[BinaryIO]:
        with self._room.wanted(), self._unnamed() as file:
            async for piece in self.read(key):
                await asyncio.to_thread(file.write, piece)
            await asyncio.to_thread(file.seek, 0)
            yield file

    @override
    async def has(self, key: str) -> bool:
        try:
            with self._answering():
                await obstore.head_async(self._store, folded(key))
        except NotFound:
            return False
        return True

    @override
    async def delete(self, key: str) -> None:
        # The file last: what is half deleted is still found, and deleted again.
        for path in (*(_beside(key, kind) for kind in KINDS), folded(key)):
            await self._remove(path)

    @override
    async def keep_beside(self, key: str, kind: Kind, data: bytes) -> None:
        with self._answering():
            await obstore.put_async(self._store, _beside(key, kind), data)

    @override
    async def beside(self, key: str, kind: Kind) -> bytes | None:
        try:
            with self._answering():
                found = await obstore.get_async(self._store, _beside(key, kind))
                return bytes(await found.bytes_async())
        except NotFound:
            return None

    @override
    async def check(self) -> None:
        key = await self.put(b"rapport")
        try:
            if await self.contents(key) != b"rapport":
                raise FilesAway(f"{self._bucket} does not give back what was put there.")
        finally:
            await self.delete(key)

    async def _remove(self, path: str) -> None:
        with suppress(NotFound), self._answering():
            await obstore.delete_async(self._store, path)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Failures of the store in our words; what it says itself is for operators."""
        try:
            yield
        except FileNotFoundError as error:
            if _NO_BUCKET not in str(error):
                raise missing() from None
            raise self._away(error) from None
        except BaseError as error:
            raise self._away(error) from None

    def _away(self, error: Exception) -> FilesAway:
        told = " ".join(str(error).partition("Debug source:")[0].split())[:LONGEST_REASON]
        log.warning("files.away", bucket=str(self._bucket), why=told)
        return FilesAway(f"{self._bucket} does not answer as it should: {told}")

    @contextmanager
    def _unnamed(self) -> Iterator[BinaryIO]:
        # In no thread: its file would be nobody's where we are cancelled meanwhile.
        self._spool.mkdir(parents=True, exist_ok=True)
        file = cast(BinaryIO, tempfile.TemporaryFile(dir=self._spool))  # noqa: SIM115 - below
        try:
            yield file
        finally:
            # It writes what is left, for which there may be no room; nobody wants that now.
            with suppress(OSError):
                file.close()


def _store(bucket: Bucket, timeout: timedelta) -> S3Store:
    config: S3Config = {}
    if bucket.endpoint is not None:
        config["endpoint"] = bucket.endpoint
    if bucket.region is not None:
        config["region"] = bucket.region
    if bucket.access_key is not None and bucket.secret_key is not None:
        config["access_key_id"] = bucket.access_key
        config["secret_access_key"] = bucket.secret_key
    return S3Store(
        bucket.name,
        prefix=bucket.prefix or None,
        config=config,
        virtual_hosted_style_request=bucket.by_host,
        client_options={
            "allow_http": (bucket.endpoint or "").startswith("http://"),
            "timeout": timeout,
            "connect_timeout": CONNECT_TIMEOUT,
        },
        retry_config={"max_retries": MOST_RETRIES, "retry_timeout": RETRIES_WITHIN},
    )


def _beside(key: str, kind: Kind) -> str:
    return f"{folded(key)}.{kind}"
