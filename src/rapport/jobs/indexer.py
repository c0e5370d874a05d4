"""Keeps what can be searched for behind the stream, a little later than it was written."""

from __future__ import annotations

import asyncio
from typing import Protocol

import structlog

IDLE_S = 0.5
MOST_S = 10.0
REST = 4.0
"""How much longer than a round the pause after it is: in a storm words come later. A round itself
is mostly waiting, so that whoever takes messages in has more than nine tenths of the time."""
log = structlog.get_logger()


class Index(Protocol):
    """Where words are entered."""

    async def advance(self) -> int:
        """Enter what the next commits brought; how many that were, 0 when all is entered."""


class Indexer:
    """One node works at a time; the others find it taken."""

    def __init__(self, index: Index) -> None:
        self._index = index

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            entered, loop = 0, asyncio.get_running_loop()
            began = loop.time()
            try:
                entered = await self._index.advance()
            except Exception:  # the loop must outlive any one failure
                log.exception("indexer.failed")
            took = loop.time() - began
            await asyncio.sleep(min(took * REST, MOST_S) if entered else IDLE_S)

    async def catch_up(self) -> None:
        """Enter everything there is."""
        while await self._index.advance():
            pass
