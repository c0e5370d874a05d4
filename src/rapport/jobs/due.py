"""Runs what is due (MECHANISMS §5).

Deadlines are columns of the rows they belong to; what is picked here is locked and checked again
by the ordinary use cases, so that two sweepers, or a stale pick, do no harm.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from rapport.application import agent_state, timers
from rapport.application.ports import DueBoard, Services
from rapport.observability.metrics import OFFERS_EXPIRED

TICK_S = 0.5
TIDY_EVERY = timedelta(hours=1)
_DEFAULT_ABANDON = timedelta(seconds=60)
log = structlog.get_logger()


class Sweeper:
    """Runs what is due, every half second."""

    def __init__(self, board: DueBoard, services: Services, started_at: datetime) -> None:
        self._board = board
        self._services = services
        self._started_at = started_at
        self._tidied_at = started_at

    async def run(self) -> None:
        """Work until cancelled; a database that is away is waited for."""
        while True:
            try:
                await self.sweep()
            except Exception:  # the loop must outlive any one failure
                log.exception("sweep.failed")
            await asyncio.sleep(TICK_S)

    async def sweep(self) -> int:
        """Everything that is due now; returns how much was done."""
        now = self._services.clock.now()
        if now - self._tidied_at >= TIDY_EVERY:
            self._tidied_at = now
            await self._board.tidy(now)
        return (
            await self._legs(now)
            + await self._tasks(now)
            + await self._overflow()
            + await self._abandoned(now)
            + await self._gone(now)
        )

    async def _legs(self, now: datetime) -> int:
        done = 0
        for leg in await self._board.legs(now):
            if leg.offered:
                expired = await timers.expire_offer(self._services, leg.task_id, leg.leg_id)
                OFFERS_EXPIRED.inc(expired)
                done += expired
            else:
                done += await timers.submit_wrap_up(self._services, leg.task_id, leg.leg_id)
        return done

    async def _tasks(self, now: datetime) -> int:
        return sum(
            [await timers.pass_deadline(self._services, i) for i in await self._board.tasks(now)]
        )

    async def _overflow(self) -> int:
        done = 0
        for queue in self._services.configuration.current.queues.values():
            if queue.overflow is None or queue.overflow.length is None:
                continue
            for task_id in await self._board.overflowing(queue.id, queue.overflow.length):
                done += await timers.overflow(self._services, task_id, queue.id)
        return done

    async def _abandoned(self, now: datetime) -> int:
        accounts = self._services.configuration.current.accounts
        done = 0
        for task_id, account_id, since in await self._board.abandoned(now):
            account = accounts.get(account_id)
            wait = account.abandon_after if account else _DEFAULT_ABANDON
            if since + wait <= now:
                done += await timers.abandon(self._services, task_id, now - wait)
        return done

    async def _gone(self, now: datetime) -> int:
        """After a start, desktops get one full period to come back (T10)."""
        limit = timedelta(seconds=self._services.configuration.current.settings.desktop_gone_s)
        if now - self._started_at < limit:
            return 0
        gone = await self._board.agents_unseen_since(now - limit)
        for agent_id in gone:
            await agent_state.disconnect(self._services, agent_id, unseen_since=now - limit)
        return len(gone)
