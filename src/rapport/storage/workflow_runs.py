"""Runs of workflows in the database; claimed by lease, fenced by token."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import asyncpg

from rapport.domain.workflows import Call, Run, RunState
from rapport.storage.database import Database, decode_json, encode_json

_CLAIM = """
UPDATE workflow_run r SET lease_until = clock_timestamp() + make_interval(secs => $2),
    token = token + 1, attempts = attempts + 1
FROM (SELECT id FROM workflow_run
      WHERE due <= clock_timestamp()
        AND (lease_until IS NULL OR lease_until <= clock_timestamp())
      ORDER BY due LIMIT $1 FOR UPDATE SKIP LOCKED) found
WHERE r.id = found.id RETURNING r.*"""
_LATER = """
UPDATE workflow_run SET lease_until = NULL,
    due = clock_timestamp() + make_interval(secs => $3)
WHERE id = $1 AND token = $2 AND state = 'running'"""
_KEEP = """
INSERT INTO workflow_run (id, workflow_id, name, conversation_id, task_id, agent_id, state, key,
    request, inputs, attempts, token, started_at, finished_at, reason_code, reason, text, due)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10::jsonb, $11, $12, $13, $14, $15, $16, $17,
    CASE WHEN $7 = 'running' THEN clock_timestamp() END)
ON CONFLICT (id) DO UPDATE SET state = excluded.state, attempts = excluded.attempts,
    token = excluded.token, started_at = excluded.started_at,
    finished_at = excluded.finished_at, reason_code = excluded.reason_code,
    reason = excluded.reason, text = excluded.text, due = excluded.due, lease_until = NULL"""


class PostgresRuns:
    """Implements `application.ports.RunBoard`."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def claim(self, limit: int, lease_s: float) -> list[Run]:
        """Runs that are due, leased."""
        return [run_from(row) for row in await self._pool.fetch(_CLAIM, limit, lease_s)]

    async def later(self, run: Run, seconds: float) -> None:
        """Another attempt then."""
        await self._pool.execute(_LATER, run.id, run.token, seconds)

    async def run(self, task_id: int, run_id: int) -> Run | None:
        """One run of a task."""
        row = await self._pool.fetchrow(
            "SELECT * FROM workflow_run WHERE id = $1 AND task_id = $2", run_id, task_id
        )
        return run_from(row) if row else None


async def locked_run(connection: Any, run_id: int) -> Run | None:
    """A run under lock."""
    row = await connection.fetchrow("SELECT * FROM workflow_run WHERE id = $1 FOR UPDATE", run_id)
    return run_from(row) if row else None


async def keep_run(connection: Any, run: Run) -> None:
    """Write a run as it is now."""
    await connection.execute(
        _KEEP,
        run.id,
        run.workflow_id,
        run.name,
        run.conversation_id,
        run.task_id,
        run.agent_id,
        run.state.value,
        run.key,
        encode_json(asdict(run.call)).decode(),
        encode_json(dict(run.inputs)).decode(),
        run.attempts,
        run.token,
        run.started_at,
        run.finished_at,
        run.reason_code,
        run.reason,
        run.text,
    )


def run_from(row: asyncpg.Record) -> Run:
    """A run's row."""
    return Run(
        id=row["id"],
        workflow_id=row["workflow_id"],
        name=row["name"],
        conversation_id=row["conversation_id"],
        task_id=row["task_id"],
        agent_id=row["agent_id"],
        state=RunState(row["state"]),
        key=row["key"],
        call=Call(**decode_json(row["request"])),
        inputs=decode_json(row["inputs"]),
        attempts=row["attempts"],
        token=row["token"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        reason_code=row["reason_code"],
        reason=row["reason"],
        text=row["text"],
    )
