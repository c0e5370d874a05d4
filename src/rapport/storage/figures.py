"""Figures of the database for monitoring; counted when they are asked for."""

from __future__ import annotations

from dataclasses import dataclass

from rapport.storage.database import Database

_FIGURES = """
SELECT (SELECT count(*) FROM outbox_job) AS outbox_waiting,
    (SELECT count(*) FROM outbox_lane WHERE due < now() - interval '5 minutes') AS outbox_overdue,
    (SELECT count(*) FROM outbox_dead) AS dead_letters,
    (SELECT count(*) FROM parked_input) AS parked_inputs,
    (SELECT count(*) FROM account_health h JOIN configuration c ON c.id = h.account_id
     WHERE h.state = 'broken' AND coalesce((c.spec->>'active')::bool, true)) AS accounts_broken,
    (SELECT count(*) FROM webhook_delivery WHERE state = 'pending') AS webhooks_waiting,
    (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8
     FROM webhook_delivery WHERE state = 'pending') AS webhooks_overdue_s,
    (SELECT count(*) FROM webhook_state s JOIN configuration c ON c.id = s.endpoint_id
     WHERE s.paused_at IS NOT NULL AND coalesce((c.spec->>'active')::bool, true))
        AS webhooks_paused,
    (SELECT count(*) FROM attachment WHERE held_due IS NOT NULL) AS files_held,
    (SELECT count(*) FROM file_removal) AS files_to_remove,
    (SELECT coalesce(max(pos), 0) FROM stream_commit) AS stream_stored"""


@dataclass(frozen=True, slots=True)
class Figures:
    """How much waits, and what is out of order."""

    outbox_waiting: int
    outbox_overdue: int
    dead_letters: int
    parked_inputs: int
    accounts_broken: int
    webhooks_waiting: int
    webhooks_overdue_s: float
    webhooks_paused: int
    files_held: int
    files_to_remove: int
    stream_stored: int


async def figures(database: Database) -> Figures:
    """Count once; raises what a database that is away raises."""
    row = await database.pool.fetchrow(_FIGURES, timeout=5)
    return Figures(**dict(row or {}))
