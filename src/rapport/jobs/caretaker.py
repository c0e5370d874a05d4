"""Looks after channel accounts: health noted, credentials probed, early receipts merged."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from rapport.application.ports import Outbox, Services
from rapport.domain.sending import AccountBroken, Rejected, RetryAfter, SendOutcome, Sent
from rapport.jobs.rounds import keep_working

TICK_S = 1.0
PROBE_EVERY, FIRST_AGAIN = timedelta(minutes=5), timedelta(seconds=5)
log = structlog.get_logger()


class AccountHealth(Protocol):
    """Where it is noted how accounts fare."""

    def sent(self, account_id: int) -> None:
        """The provider took a message."""

    def failed(self, account_id: int, code: str, message: str) -> None:
        """The provider did not."""

    async def flush(self, *, at_once: bool = False) -> None:
        """Write what was noted, if it is time."""

    async def set_state(
        self,
        account_id: int,
        state: str,
        code: str | None,
        message: str | None,
        *,
        facts: Mapping[str, str] | None = None,
        probed: bool = False,
    ) -> bool:
        """Record a state; True if it changed."""


class EarlyReceipts(Protocol):
    """Receipts that came before the provider's answer."""

    async def sweep(self) -> int:
        """Merge those that have become known."""


class Answer(Protocol):
    """What a probe says."""

    @property
    def ok(self) -> bool:
        """Whether the credentials work."""

    @property
    def code(self) -> str:
        """A stable code."""

    @property
    def message(self) -> str:
        """Words for the administrator."""

    @property
    def facts(self) -> Mapping[str, str]:
        """What the provider says of the account."""


class Prober(Protocol):
    """Asks providers."""

    def carries(self, channel: str) -> bool:
        """Whether there is a connector."""

    async def probe(self, account_id: int) -> Answer:
        """Ask one account's provider."""


@dataclass(frozen=True, slots=True)
class _NextProbe:
    """When an account of this version is asked next, and how long after that if it fails."""

    version: int
    at: datetime
    again: timedelta = FIRST_AGAIN


class Caretaker:
    """One node's; what it does is harmless when done twice."""

    def __init__(
        self,
        services: Services,
        health: AccountHealth,
        receipts: EarlyReceipts,
        prober: Prober,
        outbox: Outbox,
        flush_segments: Callable[[], Awaitable[None]],
    ) -> None:
        self._services = services
        self._health = health
        self._receipts = receipts
        self._prober = prober
        self._outbox = outbox
        self._flush_segments = flush_segments
        self._next_probe: dict[int, _NextProbe] = {}
        self._broken: dict[int, AccountBroken] = {}
        self._told: dict[int, tuple[str, str]] = {}

    def noted(self, account_id: int, outcome: SendOutcome) -> None:
        """How an account fared in sending."""
        match outcome:
            case Sent():
                self._health.sent(account_id)
            case AccountBroken(code, message):
                self._health.failed(account_id, code, message)
                self._broken[account_id] = outcome
            case RetryAfter(_, code):
                self._health.failed(account_id, code, "The provider asks to wait or is away.")
            case Rejected(code, message):
                self._health.failed(account_id, code, message)

    def told(self, account_id: int, code: str, message: str) -> None:
        """What a connection of the channel's own says of itself."""
        self._told[account_id] = (code, message)

    async def run(self) -> None:
        """Work until cancelled."""
        await keep_working("caretaker", self.round, TICK_S)

    async def round(self) -> None:
        """What is due now."""
        await self._receipts.sweep()
        await self._flush_segments()
        broken, self._broken = self._broken, {}
        for account_id, outcome in broken.items():
            await self._health.set_state(account_id, "broken", outcome.code, outcome.message)
        told, self._told = self._told, {}
        for account_id, (code, message) in told.items():
            state = "ok" if code == "connected" else "broken"
            await self._health.set_state(account_id, state, code, message)
            if state == "ok":
                await self._outbox.resume(account_id)
        await self._health.flush()
        await self._probe_due()

    async def _probe_due(self) -> None:
        """Every account now and then, and at once after its configuration has changed.

        One that has failed is asked again soon, then more and more seldom: most faults pass.
        """
        configuration, now = self._services.configuration.current, self._services.clock.now()
        for account_id, spec in configuration.account_specs.items():
            if not spec.active or not self._prober.carries(spec.channel):
                continue
            version = configuration.items[account_id].version
            following = self._next_probe.get(account_id)
            same = following is not None and following.version == version
            if same and following is not None and now < following.at:
                continue
            again = following.again if same and following is not None else FIRST_AGAIN
            # Before it is asked: an answer that takes its time must not be asked for twice.
            self._next_probe[account_id] = _NextProbe(version, now + PROBE_EVERY)
            if not (await self.probe(account_id)).ok:
                later = min(2 * again, PROBE_EVERY)
                self._next_probe[account_id] = _NextProbe(version, now + again, later)

    async def probe(self, account_id: int) -> Answer:
        """Ask the provider, record what it says, and send again if it is well."""
        answer = await self._prober.probe(account_id)
        state = "ok" if answer.ok else "broken"
        await self._health.set_state(
            account_id, state, answer.code, answer.message, facts=answer.facts, probed=True
        )
        if answer.ok:
            await self._outbox.resume(account_id)
        return answer
