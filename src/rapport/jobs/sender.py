"""Sends what is in the outbox: in order per conversation, at the account's pace, once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog

from rapport.application.ports import Dispatch, Outbox, Services, Settlement
from rapport.domain.message import DeliveryStatus
from rapport.domain.sending import (
    AccountBroken,
    OutboundMessage,
    Rejected,
    RetryAfter,
    SendOutcome,
    Sent,
    Unknown,
)

TICK_S = 0.5
AT_ONCE = 32
SEND_WITHIN_S = 30
MOST_ATTEMPTS = 10
FIRST_BACK_OFF_S, LONGEST_BACK_OFF_S = 2.0, 600.0
BROKEN_PAUSE = timedelta(minutes=5)
Gateway = Callable[[str, int, OutboundMessage], Awaitable[SendOutcome]]
"""Sends a message by a channel and an account's id."""
log = structlog.get_logger()


class Postman:
    """One node's sender; several share accounts by the rate row and the leases."""

    def __init__(
        self,
        services: Services,
        outbox: Outbox,
        channels: frozenset[str],
        gateway: Gateway,
    ) -> None:
        self._services = services
        self._outbox = outbox
        self._channels = channels
        self._gateway = gateway
        self._bell = asyncio.Event()

    def ring_for(self, kinds: set[str]) -> None:
        """Look soon if any of these events may have put something in the outbox."""
        if kinds & {"message.sent", "message.status"}:
            self._bell.set()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            try:
                while await self.deliver():
                    pass
            except Exception:  # the loop must outlive any one failure
                log.exception("outbox.failed")
            try:
                async with asyncio.timeout(TICK_S):
                    await self._bell.wait()
            except TimeoutError:
                pass
            self._bell.clear()

    async def deliver(self) -> int:
        """One round over all accounts; returns how many messages were tried."""
        now = self._services.clock.now()
        lost = await self._outbox.expired(now)
        if lost:
            await self._outbox.settle([_settlement(d, Unknown("lease_expired")) for d in lost], now)
        tried = 0
        for account_id, spec in self._services.configuration.current.account_specs.items():
            if spec.channel in self._channels and spec.active:
                per_second = spec.custom.per_second if spec.custom else 80.0
                tried += await self._deliver(account_id, spec.channel, per_second)
        return tried

    async def _deliver(self, account_id: int, channel: str, per_second: float) -> int:
        now = self._services.clock.now()
        burst = max(1.0, min(2.0, per_second))
        if per_second > AT_ONCE:
            burst = per_second / 10
        claimed = await self._outbox.claim(account_id, per_second, burst, AT_ONCE, now)
        if not claimed:
            return 0
        outcomes: Sequence[SendOutcome] = await asyncio.gather(
            *(self._send(channel, dispatch) for dispatch in claimed)
        )
        broken = next((o for o in outcomes if isinstance(o, AccountBroken)), None)
        now = self._services.clock.now()
        if broken is not None:
            log.error("account.broken", account_id=account_id, code=broken.code)
            await self._outbox.pause(account_id, broken.code, now + BROKEN_PAUSE)
        await self._outbox.settle(
            [_settlement(d, o) for d, o in zip(claimed, outcomes, strict=True)], now
        )
        return len(claimed)

    async def _send(self, channel: str, dispatch: Dispatch) -> SendOutcome:
        message = OutboundMessage(
            id=dispatch.message.id, contact_key=dispatch.contact_key, text=dispatch.message.text
        )
        try:
            async with asyncio.timeout(SEND_WITHIN_S):
                return await self._gateway(channel, dispatch.account_id, message)
        except TimeoutError:
            return Unknown("timeout")
        except Exception:  # a connector's fault must not hold up the other lanes
            log.exception("sender.failed", message_id=message.id)
            return Unknown("internal_error")


def _settlement(dispatch: Dispatch, outcome: SendOutcome) -> Settlement:
    match outcome:
        case Sent(external_id):
            return Settlement(
                dispatch=dispatch, status=DeliveryStatus.SENT, external_id=external_id
            )
        case Rejected(code, message):
            return Settlement(
                dispatch=dispatch,
                status=DeliveryStatus.FAILED,
                error_code=code,
                error_message=message,
            )
        case Unknown(code):
            return Settlement(
                dispatch=dispatch,
                status=DeliveryStatus.UNKNOWN,
                error_code=code,
                error_message="It is not known whether the message arrived.",
            )
        case RetryAfter(seconds, code) if dispatch.attempts + 1 >= MOST_ATTEMPTS:
            del seconds
            return Settlement(
                dispatch=dispatch,
                status=DeliveryStatus.FAILED,
                error_code=code,
                error_message="The receiver could not be reached in many attempts.",
                dead=True,
            )
        case RetryAfter(seconds, _):
            return Settlement(dispatch=dispatch, retry_in_s=back_off(dispatch.attempts, seconds))
        case AccountBroken():
            return Settlement(dispatch=dispatch, retry_in_s=BROKEN_PAUSE.total_seconds())


def back_off(attempts: int, asked_s: float | None) -> float:
    """How long to wait: as the provider asks, at least doubling from two seconds on."""
    own: float = min(LONGEST_BACK_OFF_S, FIRST_BACK_OFF_S * 2**attempts)
    return own if asked_s is None else max(asked_s, FIRST_BACK_OFF_S)
