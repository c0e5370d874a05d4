"""Sends reports when they are due: planned in the database, each under a name of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol

import structlog

from rapport.application.letters import Carry, Letter
from rapport.application.ports import Services
from rapport.application.report_letter import ReportRun
from rapport.application.saved_reports import may_send
from rapport.domain.errors import Refused
from rapport.domain.sending import RefusedRecipient, Rejected, SendOutcome
from rapport.jobs.rounds import keep_working

TICK_S = 5.0
AT_ONCE = 4
LEASE_S = 300.0
Write = Callable[[ReportRun], Awaitable[Letter]]
log = structlog.get_logger()


class SendingBoard(Protocol):
    """Where sendings are planned and kept."""

    async def plan(self, now: datetime) -> int:
        """Plan what has become due; of moments that were missed only the last."""

    async def claim(self, limit: int, lease_s: float, now: datetime) -> list[ReportRun]:
        """Sendings that are due, leased."""

    async def settle(
        self,
        run: ReportRun,
        outcome: SendOutcome,
        refused: Sequence[RefusedRecipient],
        now: datetime,
    ) -> bool:
        """Record what became of an attempt; False if it was no longer this worker's."""


class ReportMailer:
    """One node's; several share the work by leases."""

    def __init__(self, services: Services, board: SendingBoard, write: Write, carry: Carry) -> None:
        self._services = services
        self._board = board
        self._write = write
        self._carry = carry

    async def run(self) -> None:
        """Work until cancelled."""
        await keep_working("report_mails", self.run_due, TICK_S)

    async def run_due(self) -> int:
        """One round; returns how many were tried."""
        await self._board.plan(self._services.clock.now())
        runs = await self._board.claim(AT_ONCE, LEASE_S, self._services.clock.now())
        await asyncio.gather(*(self._attempt(run) for run in runs))
        return len(runs)

    async def _attempt(self, run: ReportRun) -> None:
        outcome, refused = await self._send(run)
        log.info("report_mail.tried", run_id=run.id, outcome=type(outcome).__name__)
        await self._board.settle(run, outcome, refused, self._services.clock.now())

    async def _send(self, run: ReportRun) -> tuple[SendOutcome, Sequence[RefusedRecipient]]:
        if not may_send(self._services.configuration.current, run.owner_id):
            words = "Whoever scheduled this report may no longer see reports."
            return Rejected("owner_may_not", words), ()
        try:
            letter = await self._write(run)
        except Refused as refusal:
            return Rejected(refusal.code, refusal.message), ()
        return await self._carry(letter)
