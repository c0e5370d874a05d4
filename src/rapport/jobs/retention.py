"""Deletes what is older than the configuration says, a little at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from rapport.application.configuration.specs import RetentionSpec
from rapport.application.ports import Services
from rapport.domain.channel import ChannelType

ROUND_EVERY_S = 600.0
BREATH_S = 0.2
log = structlog.get_logger()


class Deleter(Protocol):
    """Where things are deleted."""

    async def delete(
        self,
        messages: Mapping[str, timedelta],
        events: timedelta | None,
        logs: timedelta | None,
        now: datetime,
    ) -> int:
        """One small batch of what is older; 0 when nothing is due."""


def ages(spec: RetentionSpec) -> dict[str, timedelta]:
    """For how long each channel's messages are kept; those that are kept for ever are left out."""
    days = {c.value: spec.messages_days_by_channel.get(c, spec.messages_days) for c in ChannelType}
    return {channel: timedelta(days=count) for channel, count in days.items() if count}


class RetentionJob:
    """One node's; several do no harm."""

    def __init__(self, services: Services, deleter: Deleter) -> None:
        self._services = services
        self._deleter = deleter

    async def run(self) -> None:
        """Work until cancelled, in batches with a breath between them."""
        while True:
            try:
                while deleted := await self.round():
                    log.info("retention.deleted", rows=deleted)
                    await asyncio.sleep(BREATH_S)
            except Exception:  # the loop must outlive any one failure
                log.exception("retention.failed")
            await asyncio.sleep(ROUND_EVERY_S)

    async def round(self) -> int:
        """One batch."""
        spec = self._services.configuration.current.settings.retention
        return await self._deleter.delete(
            ages(spec),
            _days(spec.events_days),
            _days(spec.logs_days),
            self._services.clock.now(),
        )


def _days(count: int | None) -> timedelta | None:
    return None if count is None else timedelta(days=count)
