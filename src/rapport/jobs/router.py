"""Runs routing passes: on the doorbell of what may change a match, and every second besides."""

from __future__ import annotations

import asyncio

import structlog

from rapport.application.offer_tasks import offer_tasks
from rapport.application.ports import OfferBoard, Services
from rapport.observability.metrics import OFFERS

TICK_S = 1.0
RINGS = frozenset(
    {
        "task.queued",
        "task.requeued",
        "task.widened",
        "wrap_up.submitted",
        "agent.state_changed",
        "agent.load_changed",
        "task.parked",
        "catalog.changed",
    }
)
log = structlog.get_logger()


class Router:
    """One router; several, also on several nodes, do no harm."""

    def __init__(self, services: Services, board: OfferBoard) -> None:
        self._services = services
        self._board = board
        self._bell = asyncio.Event()

    def ring_for(self, kinds: set[str]) -> None:
        """Route soon if any of these events may make a match."""
        if kinds & RINGS:
            self._bell.set()

    async def run(self) -> None:
        """Route until cancelled."""
        while True:
            try:
                while (made := await offer_tasks(self._services, self._board)) > 0:
                    OFFERS.inc(made)
            except Exception:  # the loop must outlive any one failure
                log.exception("routing.failed")
            try:
                async with asyncio.timeout(TICK_S):
                    await self._bell.wait()
            except TimeoutError:
                pass
            self._bell.clear()
