"""How a worker works: rounds until nothing is left, then a rest that a bell can end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger()


class Bell:
    """Tells a worker that there may be something to do."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """End the rest; if there is none, the next one is none either."""
        self._rung.set()

    async def rest(self, at_most_s: float) -> None:
        """Until it is rung, or long enough."""
        try:
            async with asyncio.timeout(at_most_s):
                await self._rung.wait()
        except TimeoutError:
            pass
        self._rung.clear()


async def keep_working(
    name: str,
    work: Callable[[], Awaitable[object]],
    rest_s: float,
    bell: Bell | None = None,
) -> None:
    """Work until cancelled: again at once while `work` says that it did something.

    No failure ends it. It is logged as `worker.failed`, by name, and tried again after the rest.
    """
    while True:
        try:
            while await work():
                pass
        except Exception:  # the loop must outlive any one failure
            log.exception("worker.failed", worker=name)
        await (asyncio.sleep(rest_s) if bell is None else bell.rest(rest_s))
