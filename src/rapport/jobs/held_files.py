"""Shows uploads that came while the virus scanner was away to it, once it answers again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Protocol

import structlog

from rapport.application.ports import Services
from rapport.domain.errors import FilesAway, Refused, ScannerAway
from rapport.jobs.rounds import keep_working

TICK_S = 5.0
AT_ONCE = 4
LEASE_S = 300.0
AGAIN_S = 15.0
FAILED_S = 300.0
Read = Callable[[str], AsyncGenerator[bytes, None]]
"""A kept file's bytes by its key; raises FilesAway, or NotFound."""
log = structlog.get_logger()


class Scanner(Protocol):
    """The virus scanner."""

    async def ping(self) -> bool:
        """Whether it answers."""

    async def check(self, pieces: AsyncIterator[bytes]) -> None:
        """Let a file pass; raises Refused, or ScannerAway."""


class HeldBoard(Protocol):
    """Where it is written which uploads wait."""

    async def waiting(self) -> bool:
        """Whether any is due."""

    async def claim(self, limit: int, lease_s: float) -> Sequence[tuple[int, str]]:
        """Uploads that are due, by id and key; due again after the lease."""

    async def later(self, attachment_id: int, seconds: float) -> None:
        """Try this one again."""

    async def release(self, attachment_id: int, now: datetime) -> None:
        """It is clean: whoever may see its conversation may open it."""

    async def refuse(
        self, attachment_id: int, key: str, code: str, message: str, now: datetime
    ) -> None:
        """It goes, and its messages say why."""


class HeldFilesJob:
    """One node's; several share the work by leases, and one shown twice does no harm."""

    def __init__(
        self, services: Services, board: HeldBoard, scanner: Scanner | None, read: Read
    ) -> None:
        """Without a scanner, what was held before stays so."""
        self._services = services
        self._board = board
        self._scanner = scanner
        self._read = read

    async def run(self) -> None:
        """Work until cancelled."""
        await keep_working("held_files", self.look, TICK_S)

    async def look(self) -> int:
        """One round; returns how many files were shown, 0 while the scanner is away."""
        scanner = self._scanner
        if scanner is None or not await self._board.waiting() or not await scanner.ping():
            return 0
        files = await self._board.claim(AT_ONCE, LEASE_S)
        await asyncio.gather(*(self._show(scanner, *file) for file in files))
        return len(files)

    async def _show(self, scanner: Scanner, attachment_id: int, key: str) -> None:
        now = self._services.clock.now
        try:
            async with aclosing(self._read(key)) as pieces:
                await scanner.check(pieces)
        except (ScannerAway, FilesAway):
            await self._board.later(attachment_id, AGAIN_S)
        except Refused as refused:
            await self._board.refuse(attachment_id, key, refused.code, refused.message, now())
        except Exception:  # one file must not keep the others waiting
            log.exception("held_files.failed", attachment_id=attachment_id)
            await self._board.later(attachment_id, FAILED_S)
        else:
            await self._board.release(attachment_id, now())
