"""The gauges that are read when Prometheus asks."""

from __future__ import annotations

from rapport.observability import metrics
from rapport.storage.database import LOST, Database
from rapport.storage.figures import figures
from rapport.storage.spool import Spool


async def measure(database: Database, spool: Spool) -> None:
    """Set them; those of the database stay as they were while it is away."""
    metrics.SPOOL.set(spool.depth)
    try:
        found = await figures(database)
    except LOST:
        metrics.DATABASE_UP.set(0)
        return
    metrics.DATABASE_UP.set(1)
    metrics.OUTBOX_WAITING.set(found.outbox_waiting)
    metrics.OUTBOX_OVERDUE.set(found.outbox_overdue)
    metrics.DEAD_LETTERS.set(found.dead_letters)
    metrics.PARKED.set(found.parked_inputs)
    metrics.ACCOUNTS_BROKEN.set(found.accounts_broken)
    metrics.WEBHOOKS_WAITING.set(found.webhooks_waiting)
    metrics.WEBHOOKS_OVERDUE_S.set(found.webhooks_overdue_s)
    metrics.WEBHOOKS_PAUSED.set(found.webhooks_paused)
    metrics.FILES_HELD.set(found.files_held)
    metrics.FILES_TO_REMOVE.set(found.files_to_remove)
    metrics.STREAM_STORED.set(found.stream_stored)
