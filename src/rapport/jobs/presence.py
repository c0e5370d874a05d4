"""Notes which agents' desktops are live here, and keeps all sockets awake."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from rapport.application.ports import Clock, DueBoard

PERIOD_S = 15
log = structlog.get_logger()


async def keep_presence(
    board: DueBoard, live_agents: Callable[[], list[int]], pulse: Callable[[], None], clock: Clock
) -> None:
    """Every 15 s: one statement for all live desktops, one ping to every socket."""
    while True:
        await asyncio.sleep(PERIOD_S)
        pulse()
        agents = live_agents()
        if not agents:
            continue
        try:
            await board.mark_seen(agents, clock.now())
        except Exception:  # the loop must outlive any one failure
            log.exception("presence.failed")
