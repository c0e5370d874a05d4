"""Saved reports and their sendings in the database; sendings are leased and fenced by token."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from rapport.application.letters import next_wait_s, words_of
from rapport.application.perform import Once
from rapport.application.report_letter import ReportRun
from rapport.application.saved_reports import (
    Draft,
    ReportSpec,
    SavedReport,
    ScheduleSpec,
    Sending,
)
from rapport.domain.report_schedule import latest, next_after
from rapport.domain.sending import RefusedRecipient, SendOutcome, Sent
from rapport.storage.database import Database, decode_json, encode_json

PLANNED_AT_ONCE = 50
_SEEN = """
SELECT * FROM saved_report WHERE owner_id = $1 OR shared ORDER BY lower(name), id"""
_ADD = """
INSERT INTO saved_report (id, owner_id, name, shared, spec, schedule, due_at, created_at,
    changed_at, once, once_asked)
VALUES ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7, $8, $8, $9, $10)
ON CONFLICT (owner_id, once) DO NOTHING"""
_ADDED = "SELECT id, once_asked FROM saved_report WHERE owner_id = $1 AND once = $2"
_CHANGE = """
UPDATE saved_report SET name = $3, shared = $4, spec = $5::jsonb, schedule = $6::jsonb,
    due_at = $7, changed_at = $8, version = version + 1
WHERE id = $1 AND version = $2 RETURNING id"""
_DUE = """
SELECT id, schedule, due_at FROM saved_report WHERE due_at <= $1
ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED"""
_PLAN = """
INSERT INTO report_sending (id, report_id, planned_at, due, once) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT DO NOTHING"""
_CLAIM = """
UPDATE report_sending s SET attempts = s.attempts + 1, token = s.token + 1,
    doubled = s.doubled OR s.lease_until IS NOT NULL, lease_until = $1::timestamptz + $3::interval
FROM (SELECT id FROM report_sending
      WHERE due <= $1 AND (lease_until IS NULL OR lease_until <= $1)
      ORDER BY due LIMIT $2 FOR UPDATE SKIP LOCKED) found, saved_report r
WHERE s.id = found.id AND r.id = s.report_id AND r.schedule IS NOT NULL
RETURNING s.id, s.report_id, s.planned_at, s.attempts, s.token, r.owner_id, r.name, r.spec,
    r.schedule"""
# Silence after the whole mail had been given is the same as a worker that died: see `doubled`.
_SETTLE = """
UPDATE report_sending SET state = $3, due = $4, lease_until = NULL, code = $5, reason = $6,
    refused = $7::jsonb, finished_at = $8, doubled = doubled OR $9
WHERE id = $1 AND token = $2 AND state = 'pending' RETURNING id"""
# What has no schedule any more has nobody to be sent to.
_FORGET = "DELETE FROM report_sending WHERE report_id = $1 AND state = 'pending'"
_SENDINGS = """
SELECT s.* FROM unnest($1::bigint[]) r(id)
CROSS JOIN LATERAL (SELECT * FROM report_sending WHERE report_id = r.id
                    ORDER BY planned_at DESC LIMIT $2) s"""


class PostgresReportShelf:
    """Implements `application.saved_reports.ReportShelf` and `jobs.report_mailer.SendingBoard`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pool = database.pool

    async def seen_by(self, user_id: int) -> list[SavedReport]:  # noqa: D102
        return [_report(row) for row in await self._pool.fetch(_SEEN, user_id)]

    async def one(self, report_id: int) -> SavedReport | None:  # noqa: D102
        row = await self._pool.fetchrow("SELECT * FROM saved_report WHERE id = $1", report_id)
        return None if row is None else _report(row)

    async def add(  # noqa: D102
        self, draft: Draft, due_at: datetime | None, now: datetime, once: Once
    ) -> int | None:
        (new_id,) = await self._database.new_ids(1)
        columns = (*_columns(draft), due_at, now, once.key, once.fingerprint)
        await self._pool.execute(_ADD, new_id, once.user_id, *columns)
        made = await self._pool.fetchrow(_ADDED, once.user_id, once.key)
        same = made is not None and made["once_asked"] == once.fingerprint
        return int(made["id"]) if made is not None and same else None

    async def change(  # noqa: D102
        self, report_id: int, draft: Draft, due_at: datetime | None, now: datetime
    ) -> bool:
        async with self._pool.acquire() as connection, connection.transaction():
            found = await connection.fetchval(
                _CHANGE, report_id, draft.version, *_columns(draft), due_at, now
            )
            if found is not None and draft.schedule is None:
                await connection.execute(_FORGET, report_id)
        return found is not None

    async def remove(self, report_id: int) -> None:  # noqa: D102
        await self._pool.execute("DELETE FROM saved_report WHERE id = $1", report_id)

    async def send_now(self, report_id: int, now: datetime, once: str) -> None:  # noqa: D102
        (sending_id,) = await self._database.new_ids(1)
        await self._pool.execute(_PLAN, sending_id, report_id, now, now, once)

    async def sendings(  # noqa: D102
        self, report_ids: Sequence[int], each: int
    ) -> dict[int, list[Sending]]:
        found: dict[int, list[Sending]] = {}
        for row in await self._pool.fetch(_SENDINGS, list(report_ids), each):
            found.setdefault(row["report_id"], []).append(_sending(row))
        return found

    async def plan(self, now: datetime) -> int:  # noqa: D102
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(_DUE, now, PLANNED_AT_ONCE)
            ids = await self._database.new_ids(len(rows)) if rows else ()
            for sending_id, row in zip(ids, rows, strict=True):
                rule = ScheduleSpec.model_validate_json(row["schedule"]).rule
                planned = latest(rule, row["due_at"], now)
                await connection.execute(_PLAN, sending_id, row["id"], planned, now, None)
                await connection.execute(
                    "UPDATE saved_report SET due_at = $2 WHERE id = $1",
                    row["id"],
                    next_after(rule, planned),
                )
        return len(rows)

    async def claim(self, limit: int, lease_s: float, now: datetime) -> list[ReportRun]:  # noqa: D102
        rows = await self._pool.fetch(_CLAIM, now, limit, timedelta(seconds=lease_s))
        return [
            ReportRun(
                id=row["id"],
                report_id=row["report_id"],
                owner_id=row["owner_id"],
                name=row["name"],
                spec=ReportSpec.model_validate_json(row["spec"]),
                schedule=ScheduleSpec.model_validate_json(row["schedule"]),
                planned_at=row["planned_at"],
                attempts=row["attempts"],
                token=row["token"],
            )
            for row in rows
        ]

    async def settle(  # noqa: D102
        self,
        run: ReportRun,
        outcome: SendOutcome,
        refused: Sequence[RefusedRecipient],
        now: datetime,
    ) -> bool:
        code, words = words_of(outcome)
        wait_s = next_wait_s(outcome, run.attempts)
        again = wait_s is not None
        found = await self._pool.fetchval(
            _SETTLE,
            run.id,
            run.token,
            "sent" if isinstance(outcome, Sent) else "pending" if again else "failed",
            None if wait_s is None else now + timedelta(seconds=wait_s),
            code,
            words,
            encode_json([(one.address, one.message) for one in refused]).decode(),
            None if again else now,
            again and code == "unanswered",
        )
        return found is not None


def _columns(draft: Draft) -> tuple[Any, ...]:
    schedule = draft.schedule
    return (
        draft.name,
        draft.shared,
        draft.spec.model_dump_json(),
        None if schedule is None else schedule.model_dump_json(),
    )


def _report(row: Any) -> SavedReport:
    schedule = row["schedule"]
    return SavedReport(
        id=row["id"],
        owner_id=row["owner_id"],
        name=row["name"],
        shared=row["shared"],
        spec=ReportSpec.model_validate_json(row["spec"]),
        schedule=None if schedule is None else ScheduleSpec.model_validate_json(schedule),
        due_at=row["due_at"],
        version=row["version"],
    )


def _sending(row: Any) -> Sending:
    return Sending(
        planned_at=row["planned_at"],
        state=row["state"],
        attempts=row["attempts"],
        doubled=row["doubled"],
        next_at=row["due"] if row["state"] == "pending" else None,
        finished_at=row["finished_at"],
        code=row["code"],
        reason=row["reason"],
        refused=[(address, words) for address, words in decode_json(row["refused"])],
    )
