"""Sends letters that wait, each under a Message-ID of its own: transcripts, invitations."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Generic, Protocol, TypeVar

import structlog

from rapport.application.letters import Carry, Letter
from rapport.application.ports import Clock
from rapport.domain.errors import Refused
from rapport.domain.sending import Rejected, SendOutcome, Sent
from rapport.jobs.rounds import keep_working

TICK_S = 2.0
AT_ONCE = 4
LEASE_S = 300.0
log = structlog.get_logger()


class Waiting(Protocol):
    """What a letter is written from."""

    @property
    def id(self) -> int:
        """Told in the log."""


T = TypeVar("T", bound=Waiting)


class LetterBoard(Protocol[T]):
    """What waits to be sent."""

    async def claim(self, limit: int, lease_s: float, now: datetime) -> list[T]:
        """Those that are due, leased."""

    async def settle(self, waiting: T, outcome: SendOutcome, now: datetime) -> bool:
        """Record what became of an attempt; False if it was no longer this worker's."""


class LetterMailer(Generic[T]):
    """One node's, for one sort of letters; several nodes share the work by leases."""

    def __init__(
        self,
        sort: str,
        board: LetterBoard[T],
        write: Callable[[T], Awaitable[Letter]],
        carry: Carry,
        clock: Clock,
    ) -> None:
        self._sort = sort
        self._board = board
        self._write = write
        self._carry = carry
        self._clock = clock

    async def run(self) -> None:
        """Work until cancelled."""
        await keep_working(f"{self._sort}s", self.run_due, TICK_S)

    async def run_due(self) -> int:
        """One round; returns how many were tried."""
        found = await self._board.claim(AT_ONCE, LEASE_S, self._clock.now())
        await asyncio.gather(*(self._attempt(one) for one in found))
        return len(found)

    async def _attempt(self, waiting: T) -> None:
        outcome: SendOutcome
        try:
            outcome, _ = await self._carry(await self._write(waiting))
        except Refused as refusal:
            outcome = Rejected(refusal.code, refusal.message)
        told = log.info if isinstance(outcome, Sent) else log.warning
        told(f"{self._sort}.tried", id=waiting.id, outcome=type(outcome).__name__)
        await self._board.settle(waiting, outcome, self._clock.now())
