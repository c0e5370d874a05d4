"""Runs routing passes: on the doorbell of what may change a match, and every second besides."""

from __future__ import annotations

import asyncio

import structlog

from rapport.application.offer_tasks import offer_tasks
from rapport.application.ports import OfferBoard, Services
from rapport.jobs.rounds import Bell, keep_working
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
        self._bell = Bell()

    def ring_for(self, kinds: set[str]) -> None:
        """Route soon if any of these events may make a match."""
        if kinds & RINGS:
            self._bell.ring()

    async def run(self) -> None:
        """Route until cancelled."""
        await keep_working("routing", self._offer, TICK_S, self._bell)

    async def _offer(self) -> int:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        made = await offer_tasks(self._services, self._board)
        OFFERS.inc(made)
        if not made:
            # Where ten thousand are free and none can do what waits, each change of anybody's
            # load would bring a pass in vain: no more than half of the time.
            await asyncio.sleep(min(loop.time() - begun, TICK_S))
        return made
