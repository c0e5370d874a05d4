"""Workers that last as long as the node."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from rapport.storage.database import being_ended

REST_S = 0.1
"""What ends it each time it starts must not take the processor, nor fill the log."""
log = structlog.get_logger()


async def lasting(run: Callable[[], Awaitable[None]]) -> None:
    """Run it until the node ends it; again where something else has.

    A driver may cancel, of its own, what it waits for (asyncpg does so to whoever waits for a
    connection that is lost). A worker that this ends would be missed by nobody until its work is.
    """
    while True:
        try:
            await run()
        except asyncio.CancelledError:
            if being_ended():
                raise
            log.warning("worker.cancelled", worker=getattr(run, "__qualname__", repr(run)))
            await asyncio.sleep(REST_S)
        else:
            return
