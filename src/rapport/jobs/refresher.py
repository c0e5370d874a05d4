"""Reads the configuration again when it has changed, until that has succeeded."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from rapport.jobs.rounds import Bell, keep_working

AGAIN_S = 1.0
News = TypeVar("News")


class Refresher(Generic[News]):
    """A database that goes away at this moment must not leave a node with what was before.

    Args:
        read: Reads it if it has changed.
        told: Is called for each change, once it has been read.
    """

    def __init__(
        self, read: Callable[[], Awaitable[object]], told: Callable[[News], object]
    ) -> None:
        self._read = read
        self._told = told
        self._news: list[News] = []
        self._bell = Bell()

    def note(self, news: News) -> None:
        """It has changed."""
        self._news.append(news)
        self._bell.ring()

    async def run(self) -> None:
        """Work until cancelled."""
        await keep_working("configuration", self.refresh, AGAIN_S, self._bell)

    async def refresh(self) -> int:
        """One round; returns how many changes were read."""
        read = len(self._news)
        if read:
            await self._read()
            for _ in range(read):
                self._told(self._news.pop(0))
        return read
