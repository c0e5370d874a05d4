"""Tells other systems what happens, along the stream: at least once, in order by conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import Protocol

import structlog

from rapport.application.configuration.integration import WebhookSpec
from rapport.application.ports import Services
from rapport.domain.webhooks import KINDS, Answer, Delivery
from rapport.jobs.rounds import Bell, keep_working
from rapport.observability.metrics import WEBHOOK_ATTEMPTS

TICK_S = 0.5
AT_ONCE = 8
"""Deliveries of one endpoint under way in this process."""
SLACK_S = 20.0
Carry = Callable[[Delivery, WebhookSpec], Awaitable[Answer]]
"""Posts once; never raises for what is answered."""
log = structlog.get_logger()


class DeliveryBoard(Protocol):
    """Where deliveries are made and kept."""

    async def advance(self, endpoint_id: int, spec: WebhookSpec) -> int:
        """Make the deliveries of the next commits; 0 when all are made."""

    async def claim(self, endpoint_id: int, limit: int, lease_s: float) -> list[Delivery]:
        """Deliveries that are due, leased."""

    async def settle(self, delivery: Delivery, answer: Answer, name: str, now: datetime) -> bool:
        """Record what became of an attempt."""


class WebhookRunner:
    """One node's; several share the work by leases. A slow endpoint holds up itself only."""

    def __init__(self, services: Services, board: DeliveryBoard, carry: Carry) -> None:
        self._services = services
        self._board = board
        self._carry = carry
        self._bell = Bell()
        self._under_way: dict[int, int] = {}

    def ring_for(self, kinds: set[str]) -> None:
        """Something was committed that may have to be told."""
        if kinds & _KINDS and self._endpoints():
            self._bell.ring()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            await keep_working("webhooks", partial(self._round, group), TICK_S, self._bell)

    async def _round(self, group: asyncio.TaskGroup) -> None:
        await self.make()
        await self._start(group)

    async def make(self) -> None:
        """Make the deliveries of all that has been committed."""
        for endpoint_id, spec in self._endpoints().items():
            while await self._board.advance(endpoint_id, spec):
                pass

    async def run_due(self) -> int:
        """One round to its end; returns how many were tried."""
        await self.make()
        claimed = [
            (delivery, spec)
            for endpoint_id, spec in self._endpoints().items()
            for delivery in await self._board.claim(endpoint_id, AT_ONCE, spec.timeout_s + SLACK_S)
        ]
        await asyncio.gather(*(self.attempt(*each) for each in claimed))
        return len(claimed)

    async def attempt(self, delivery: Delivery, spec: WebhookSpec) -> Answer:
        """Carry one that is leased, and record what came of it."""
        answer = await self._carry(delivery, spec)
        WEBHOOK_ATTEMPTS.labels("good" if answer.good else "failed").inc()
        log.info(
            "webhook.tried",
            delivery_id=delivery.id,
            endpoint_id=delivery.endpoint_id,
            status=answer.status,
            reason=answer.reason,
        )
        name = self._services.configuration.current.name(delivery.endpoint_id) or ""
        await self._board.settle(delivery, answer, name, self._services.clock.now())
        return answer

    def _endpoints(self) -> dict[int, WebhookSpec]:
        current = self._services.configuration.current
        return {i: spec for i, spec in current.webhooks.items() if spec.active}

    async def _start(self, group: asyncio.TaskGroup) -> None:
        for endpoint_id, spec in self._endpoints().items():
            room = AT_ONCE - self._under_way.get(endpoint_id, 0)
            if room <= 0:
                continue
            claimed = await self._board.claim(endpoint_id, room, spec.timeout_s + SLACK_S)
            for delivery in claimed:
                self._under_way[endpoint_id] = self._under_way.get(endpoint_id, 0) + 1
                group.create_task(self._one(delivery, spec))

    async def _one(self, delivery: Delivery, spec: WebhookSpec) -> None:
        try:
            await self.attempt(delivery, spec)
        except Exception:  # one delivery must not end the others: its lease runs out instead
            log.exception("webhook.lost", delivery_id=delivery.id)
        finally:
            self._under_way[delivery.endpoint_id] -= 1
            self._bell.ring()


_KINDS = frozenset({*KINDS, "catalog.changed"})
