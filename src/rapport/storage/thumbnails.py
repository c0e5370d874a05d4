"""Small pictures for the conversation, made once each and kept beside their file."""

from __future__ import annotations

import asyncio
import secrets
import sys
from pathlib import Path
from typing import Literal

import structlog

from rapport.storage.files import LocalFiles

AT_ONCE = 2
WITHIN_S = 20.0
Made = Literal["made", "none", "later"]
"""There is one; none can be made, which is remembered; or it took too long: try it again."""
KILLED = -9
"""By the system, for want of memory perhaps: nothing is known of the picture."""
log = structlog.get_logger()


class Thumbnails:
    """Thumbnails of kept files; several nodes that make the same one at once do no harm."""

    def __init__(self, files: LocalFiles, *, within_s: float = WITHIN_S) -> None:
        self._files = files
        self._within_s = within_s
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def of(self, key: str) -> Path | None:
        """A file's thumbnail, made now if need be; None where there is none, or none in time."""
        return self._files.beside(key, "webp") if await self.make(key) == "made" else None

    async def make(self, key: str) -> Made:
        """See that a file has its thumbnail.

        The file itself is not touched, whatever becomes of its thumbnail.
        """
        made, never = self._files.beside(key, "webp"), self._files.beside(key, "no-webp")
        async with self._turn:
            if await asyncio.to_thread(made.is_file):
                return "made"
            source = self._files.path(key)
            if await asyncio.to_thread(never.is_file) or not await asyncio.to_thread(
                source.is_file
            ):
                return "none"
            partial = made.with_suffix(f".{secrets.token_hex(4)}.part")
            try:
                outcome = await self._make(source, partial)
                if outcome == "made":
                    await asyncio.to_thread(partial.replace, made)
            finally:
                await asyncio.to_thread(partial.unlink, missing_ok=True)
            if outcome == "none":
                await asyncio.to_thread(never.touch)
            return outcome

    async def _make(self, source: Path, target: Path) -> Made:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "rapport.storage.thumbnail_process",
            str(source),
            str(target),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
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
