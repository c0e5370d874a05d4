"""Makes thumbnails of pictures that have come, before anybody looks at them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import structlog

from rapport.domain.errors import FilesAway
from rapport.jobs.rounds import keep_working

TICK_S = 1.0
AT_ONCE = 8
LEASE_S = 300.0
MOST_TRIES = 5
FIRST_BACK_OFF_S = 30.0
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
Make = Callable[[str], Awaitable[str]]
"""Makes one, by the file's key: `made`, `none`, or `later` where it took too long;
raises FilesAway where the file can't be had now."""
log = structlog.get_logger()


class ThumbnailBoard(Protocol):
    """Where it is written which files are still to be looked at."""

    async def claim(self, limit: int, lease_s: float) -> Sequence[tuple[int, str, str, int]]:
        """Files that are due: id, key, media type and tries so far; due again after the lease."""

    async def done(self, ids: Sequence[int]) -> None:
        """These need none, or have one."""

    async def later(self, attachment_id: int, seconds: float) -> None:
        """Try this one again."""


class Thumbnailer:
    """One node's; several share the work by leases, and the same one made twice does no harm."""

    def __init__(self, board: ThumbnailBoard, make: Make) -> None:
        self._board = board
        self._make = make

    async def run(self) -> None:
        """Work until cancelled."""
        await keep_working("thumbnails", self.make_due, TICK_S)

    async def make_due(self) -> int:
        """One round; returns how many files were looked at."""
        jobs = await self._board.claim(AT_ONCE, LEASE_S)
        if jobs:
            found = await asyncio.gather(*(self._tried(*job) for job in jobs))
            await self._board.done([job[0] for job, over in zip(jobs, found, strict=True) if over])
        return len(jobs)

    async def _tried(self, attachment_id: int, key: str, media_type: str, tries: int) -> bool:
        """Whether that was all; after `MOST_TRIES` whoever looks at it first may try."""
        if media_type not in PICTURES or await self._made(key) != "later":
            return True
        if tries + 1 >= MOST_TRIES:
            return True
        await self._board.later(attachment_id, FIRST_BACK_OFF_S * 2**tries)
        return False

    async def _made(self, key: str) -> str:
        try:
            return await self._make(key)
        except FilesAway:
            return "later"
