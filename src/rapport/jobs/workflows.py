"""Runs what agents have started: leased, repeated under one key, finished in one commit (C2)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from rapport.application.finish_workflow import finish_run
from rapport.application.ports import RunBoard, Services
from rapport.domain.workflows import Outcome, Run
from rapport.jobs.rounds import Bell, keep_working

TICK_S = 0.5
AT_ONCE = 16
SLACK_S = 15.0
FIRST_BACK_OFF_S = 1.0
Carry = Callable[[Run], Awaitable[Outcome]]
"""Asks the other system once; never raises for what it answers."""
log = structlog.get_logger()


class WorkflowRunner:
    """One node's; several share the work by leases."""

    def __init__(self, services: Services, board: RunBoard, carry: Carry) -> None:
        self._services = services
        self._board = board
        self._carry = carry
        self._bell = Bell()

    def ring_for(self, kinds: set[str]) -> None:
        """Something was committed that may be a start."""
        if "message.announced" in kinds:
            self._bell.ring()

    async def run(self) -> None:
        """Work until cancelled."""
        await keep_working("workflows", self.run_due, TICK_S, self._bell)

    async def run_due(self) -> int:
        """One round; returns how many were tried."""
        runs = await self._board.claim(AT_ONCE, 60 + SLACK_S)
        await asyncio.gather(*(self._run(run) for run in runs))
        return len(runs)

    async def _run(self, run: Run) -> None:
        outcome = await self._carry(run)
        log.info("workflow.tried", run_id=run.id, status=outcome.status, code=outcome.code)
        if outcome.again and run.attempts <= run.call.retries:
            await self._board.later(run, FIRST_BACK_OFF_S * 2 ** (run.attempts - 1))
        else:
            await finish_run(self._services, run, outcome)
