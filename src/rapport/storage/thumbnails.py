"""Small pictures for the conversation, made once each and kept beside their file."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from typing import BinaryIO, Literal, cast

import structlog

from rapport.domain.errors import NotFound
from rapport.storage.files import Files

AT_ONCE = 2
WITHIN_S = 20.0
Made = Literal["made", "none", "later"]
"""There is one; none can be made, which is remembered; or it took too long: try it again."""
KILLED = -9
"""By the system, for want of memory perhaps: nothing is known of the picture."""
log = structlog.get_logger()


class Thumbnails:
    """Thumbnails of kept files; several nodes that make the same one at once do no harm."""

    def __init__(self, files: Files, *, within_s: float = WITHIN_S) -> None:
        self._files = files
        self._within_s = within_s
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def of(self, key: str) -> bytes | None:
        """A file's thumbnail, made now if need be; None where there is none, or none in time.

        Raises:
            FilesAway: nothing is known of it now.
        """
        found = await self._files.beside(key, "webp")
        if found is None and await self.make(key) == "made":
            found = await self._files.beside(key, "webp")
        return found

    async def make(self, key: str) -> Made:
        """See that a file has its thumbnail.

        The file itself is not touched, whatever becomes of its thumbnail.

        Raises:
            FilesAway: nothing is known of it now.
        """
        async with self._turn:
            if await self._files.beside(key, "webp") is not None:
                return "made"
            if await self._files.beside(key, "no-webp") is not None:
                return "none"
            try:
                async with self._files.at_hand(key) as source:
                    outcome, thumbnail = await self._make(source)
            except NotFound:
                return "none"
            if outcome == "made":
                await self._files.keep_beside(key, "webp", thumbnail)
            elif outcome == "none":
                await self._files.keep_beside(key, "no-webp", b"")
            return outcome

    async def _make(self, source: BinaryIO) -> tuple[Made, bytes]:
        with _unnamed() as target:
            outcome = await self._run(source, target)
            return outcome, await asyncio.to_thread(_all_of, target)

    async def _run(self, source: BinaryIO, target: BinaryIO) -> Made:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "rapport.storage.thumbnail_process",
            stdin=source,
            stdout=target,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            async with asyncio.timeout(self._within_s):
                status = await process.wait()
        except TimeoutError:
            status = KILLED
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if status != 0:
            log.info("thumbnail.none", status=status)
        if status == KILLED:
            return "later"
        return "made" if status == 0 else "none"


def _unnamed() -> BinaryIO:
    return cast(BinaryIO, tempfile.TemporaryFile())


def _all_of(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read()
