"""Where attachments and mails' sources are kept: what every place does, and how a file gets in."""

from __future__ import annotations

import asyncio
import secrets
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass
from typing import BinaryIO, Literal

from rapport.application.ports import KeptFile
from rapport.domain.errors import Invalid, NotFound, Refused, ScannerAway, TooLarge
from rapport.domain.policy import FileLimits
from rapport.domain.rules.files import check_enabled, in_words
from rapport.storage.files.naming import HEAD, clean_filename, sniff

PIECE = 262_144
"""Bytes that are in memory at a time where a file of this machine is read."""
Kind = Literal["webp", "no-webp"]
"""What may be kept beside a file: its thumbnail, or the mark that there is none."""
KINDS: tuple[Kind, ...] = ("webp", "no-webp")
Scan = Callable[[AsyncIterator[bytes]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A file on its way in: nobody can see it until `keep` has put it under its key.

    Raises (keep):
        FilesAway: it could not be put there; nothing of it is under the key.
    """

    file: BinaryIO
    keep: Callable[[], Awaitable[str]]


class Files(ABC):
    """Files under random keys; they never change, they only come and go.

    Every method that reaches for them raises FilesAway (`files_away`) where the place does not
    answer, every one that writes FilesFull (`files_full`) where there is no room, and every one
    that reads NotFound (`file_missing`) where it has no such file.
    """

    def __init__(self, scan: Scan | None = None) -> None:
        """`scan` raises for a file that must not be kept; it is asked before anybody else."""
        self._scan = scan

    async def save(
        self,
        chunks: AsyncIterator[bytes],
        filename: str,
        limits: FileLimits,
        *,
        hold: bool = False,
    ) -> KeptFile:
        """Store a stream of bytes; nothing stays behind when it is refused or ends early.

        Args:
            hold: Keep it also where the scanner is away; the caller lets nobody open it.

        Raises:
            Refused: `files_off` where there may be none; before a byte is read.
            TooLarge: more bytes than allowed; found while streaming.
            Refused: what the scan says.
            ScannerAway: it says nothing, and files are not to be held.
            Refused: a type that is not allowed, by content.
            Invalid: no bytes, or no name.
            FilesAway: it can't be kept now.
        """
        check_enabled(limits)
        name = clean_filename(filename)
        async with self.arriving() as arrival:
            size, head = await _receive(chunks, arrival.file, limits.max_bytes)
            if size == 0:
                raise Invalid.field("body", "The file is empty.", code="file_empty")
            media_type = sniff(head, name)
            if limits.types is not None and media_type not in limits.types:
                raise Refused(
                    "file_type_refused",
                    f"Files of this type ({media_type}) cannot be sent here.",
                    {"media_type": media_type, "allowed": sorted(limits.types)},
                )
            held = await self._unscanned(arrival.file, hold=hold)
            key = await arrival.keep()
        return KeptFile(key, size, media_type, name, held)

    async def _unscanned(self, file: BinaryIO, *, hold: bool) -> bool:
        if self._scan is None:
            return False
        try:
            # Whatever the scanner says, nobody reads the file any more when it moves or goes.
            async with aclosing(pieces_of(file)) as pieces:
                await self._scan(pieces)
        except ScannerAway:
            if not hold:
                raise
            return True
        return False

    async def put(self, data: bytes) -> str:
        """Keep bytes of our own making; returns their key."""
        async with self.arriving() as arrival:
            await asyncio.to_thread(arrival.file.write, data)
            return await arrival.keep()

    async def contents(self, key: str) -> bytes:
        """A file's bytes, all at once."""
        return b"".join([piece async for piece in self.read(key)])

    @abstractmethod
    def arriving(self) -> AbstractAsyncContextManager[Arrival]:
        """Room for a file; what was not kept when it ends leaves no trace, nor does a crash.

        What a crash leaves is never under a key.
        """

    @abstractmethod
    def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncGenerator[bytes, None]:
        """A file's bytes from `start` up to and without `end`, in pieces, never whole."""

    @abstractmethod
    def at_hand(self, key: str) -> AbstractAsyncContextManager[BinaryIO]:
        """A file as an open file of this machine, for programs that need one."""

    @abstractmethod
    async def has(self, key: str) -> bool:
        """Whether there is such a file."""

    @abstractmethod
    async def delete(self, key: str) -> None:
        """Remove a file and what is beside it; one that is gone already is no error."""

    @abstractmethod
    async def keep_beside(self, key: str, kind: Kind, data: bytes) -> None:
        """Keep something made from a file; it leaves with the file, and no backup has it."""

    @abstractmethod
    async def beside(self, key: str, kind: Kind) -> bytes | None:
        """What is kept beside a file; None where nothing is."""

    @abstractmethod
    async def check(self) -> None:
        """Write, read and remove a file of a few bytes.

        Raises:
            FilesAway: one of it failed; the words say what.
        """


def new_key() -> str:
    """A key that cannot be guessed."""
    return secrets.token_hex(16)


def folded(key: str) -> str:
    """Where a key's bytes are, from the place's top; the same in every place.

    Raises:
        ValueError: no key.
    """
    if not (key.isalnum() and key.isascii()):
        raise ValueError("not a file key")
    return f"{key[:2]}/{key}"


def missing() -> NotFound:
    """There is no such file, although something names it."""
    return NotFound(
        "file_missing", "The file is no longer where files are kept. Tell your administrator."
    )


async def pieces_of(file: BinaryIO) -> AsyncGenerator[bytes, None]:
    """An open file's bytes from its beginning."""
    await asyncio.to_thread(file.seek, 0)
    while piece := await asyncio.to_thread(file.read, PIECE):
        yield piece


async def _receive(
    chunks: AsyncIterator[bytes], file: BinaryIO, max_bytes: int
) -> tuple[int, bytes]:
    size, head = 0, b""
    async for chunk in chunks:
        size += len(chunk)
        if size > max_bytes:
            raise TooLarge(
                "file_too_large",
                f"The file is larger than {in_words(max_bytes)}.",
                {"max_bytes": max_bytes},
            )
        if len(head) < HEAD:
            head += chunk[: HEAD - len(head)]
        await asyncio.to_thread(file.write, chunk)
    return size, head
