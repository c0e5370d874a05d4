"""Files in a directory of this machine, or one that several nodes share."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from typing_extensions import override

from rapport.domain.errors import FilesAway
from rapport.storage.files.contract import (
    KINDS,
    PIECE,
    Arrival,
    Files,
    Kind,
    Scan,
    folded,
    missing,
    new_key,
)
from rapport.storage.files.room import Room


class LocalFiles(Files):
    """A directory of files under random names."""

    def __init__(self, directory: Path, scan: Scan | None = None) -> None:
        super().__init__(scan)
        self._directory = directory
        self._room = Room(directory)

    def path(self, key: str) -> Path:
        """Where a key's bytes are."""
        return self._directory / folded(key)

    @override
    @asynccontextmanager
    async def arriving(self) -> AsyncIterator[Arrival]:
        key = new_key()
        path = self.path(key)
        partial = path.with_suffix(".part")

        async def keep() -> str:
            await asyncio.to_thread(_to_disk, file)
            await asyncio.to_thread(partial.replace, path)
            return key

        with self._room.wanted():
            await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
            # Opened here: a thread's file would be nobody's where we are cancelled meanwhile.
            file = partial.open("w+b")
            try:
                yield Arrival(file, keep)
            finally:
                # It writes what is left, for which there may be no room; nobody wants that now.
                with suppress(OSError):
                    file.close()
                await asyncio.to_thread(partial.unlink, missing_ok=True)

    @override
    async def read(
        self, key: str, start: int = 0, end: int | None = None
    ) -> AsyncGenerator[bytes, None]:
        async with self.at_hand(key) as file:
            await asyncio.to_thread(file.seek, start)
            while piece := await asyncio.to_thread(file.read, _most(start, end)):
                yield piece
                start += len(piece)

    @override
    @asynccontextmanager
    async def at_hand(self, key: str) -> AsyncIterator[BinaryIO]:
        try:
            file = self.path(key).open("rb")
        except FileNotFoundError:
            raise missing() from None
        try:
            yield file
        finally:
            file.close()

    @override
    async def has(self, key: str) -> bool:
        return await asyncio.to_thread(self.path(key).is_file)

    @override
    async def delete(self, key: str) -> None:
        for path in (*(self._beside(key, kind) for kind in KINDS), self.path(key)):
            await asyncio.to_thread(path.unlink, missing_ok=True)

    @override
    async def keep_beside(self, key: str, kind: Kind, data: bytes) -> None:
        path = self._beside(key, kind)
        partial = path.with_suffix(f".{new_key()[:8]}.part")
        with self._room.wanted():
            try:
                await asyncio.to_thread(partial.write_bytes, data)
                await asyncio.to_thread(partial.replace, path)
            finally:
                await asyncio.to_thread(partial.unlink, missing_ok=True)

    @override
    async def beside(self, key: str, kind: Kind) -> bytes | None:
        try:
            return await asyncio.to_thread(self._beside(key, kind).read_bytes)
        except FileNotFoundError:
            return None

    @override
    async def check(self) -> None:
        try:
            key = await self.put(b"rapport")
            await self.delete(key)
        except OSError as error:
            raise FilesAway(f"{self._directory} cannot be written: {error.strerror}.") from None

    def _beside(self, key: str, kind: Kind) -> Path:
        return self.path(key).with_suffix(f".{kind}")


def _most(start: int, end: int | None) -> int:
    return PIECE if end is None else min(PIECE, end - start)


def _to_disk(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
    file.close()
