"""Keeps the sums of the reports close behind the log."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from rapport.jobs.rounds import keep_working

TICK_S = 5.0
log = structlog.get_logger()


class ReportKeeper:
    """Adds what is new every few seconds; several, also on several nodes, do no harm."""

    def __init__(self, add_newest: Callable[[], Awaitable[bool]]) -> None:
        self._add_newest = add_newest

    async def run(self) -> None:
        """Keep up until cancelled."""
        await keep_working("reports", self._add_newest, TICK_S)
