"""The outbox: claims lanes, not jobs, so that order holds by construction (MECHANISMS §4).

A lane is a conversation. Claimed means started: a lease that runs out is an unknown outcome,
never a second sending.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from rapport.application.ports import Dispatch, EventRecord, Settlement
from rapport.application.views import message_view
from rapport.domain.message import DeliveryStatus, Message, later_status
from rapport.storage.changes import insert_events
from rapport.storage.database import Database
from rapport.storage.rows import message_from

LEASE_S = 60

_RATE = """
INSERT INTO outbox_rate (account_id, per_second, burst, tokens, refilled_at)
VALUES ($1, $2, $3, $3, now()) ON CONFLICT (account_id) DO UPDATE
SET per_second = excluded.per_second, burst = excluded.burst
WHERE (outbox_rate.per_second, outbox_rate.burst) <> (excluded.per_second, excluded.burst)"""
# The rate by the database's clock, which all nodes share; whoever finds the row locked waits
# for the next turn instead.
_CLAIM = """
WITH rate AS (
    SELECT account_id, least(burst, tokens
        + extract(epoch FROM clock_timestamp() - refilled_at) * per_second) AS tokens
    FROM outbox_rate
    WHERE account_id = $1 AND (paused_until IS NULL OR paused_until <= clock_timestamp())
    FOR UPDATE SKIP LOCKED),
lane AS (
    SELECT id, last_job_id FROM outbox_lane
    WHERE account_id = $1 AND due <= clock_timestamp() AND EXISTS (SELECT FROM rate)
    ORDER BY due, id
    LIMIT (SELECT least($2, floor(tokens)::int) FROM rate) FOR UPDATE SKIP LOCKED),
spent AS (
    UPDATE outbox_rate SET tokens = rate.tokens - (SELECT count(*) FROM lane),
        refilled_at = clock_timestamp()
    FROM rate WHERE outbox_rate.account_id = rate.account_id),
leased AS (
    UPDATE outbox_lane o SET due = NULL, token = o.token + 1,
        lease_until = clock_timestamp() + make_interval(secs => $3)
    FROM lane WHERE o.id = lane.id RETURNING o.id, o.token)
SELECT l.id AS lane_id, l.token, j.job_id, j.attempts, c.contact_key, m.*
FROM leased l
CROSS JOIN LATERAL (SELECT id AS job_id, message_id, attempts FROM outbox_job
                    WHERE lane_id = l.id ORDER BY id LIMIT 1) j
JOIN message m ON m.id = j.message_id JOIN conversation c ON c.id = l.id"""
_EXPIRED = """
SELECT l.id AS lane_id, l.token, j.job_id, j.attempts, c.contact_key, m.*
FROM outbox_lane l
CROSS JOIN LATERAL (SELECT id AS job_id, message_id, attempts FROM outbox_job
                    WHERE lane_id = l.id ORDER BY id LIMIT 1) j
JOIN message m ON m.id = j.message_id JOIN conversation c ON c.id = l.id
WHERE l.lease_until <= clock_timestamp() LIMIT 200"""
_LOCK_LANES = """
SELECT o.id, o.token FROM outbox_lane o JOIN unnest($1::bigint[], $2::bigint[]) k(id, token)
ON o.id = k.id AND o.token = k.token ORDER BY o.id FOR UPDATE OF o"""
_RELEASE = """
UPDATE outbox_lane o SET lease_until = NULL, due = CASE
    WHEN n.retry THEN clock_timestamp() + make_interval(secs => n.delay)
    WHEN o.last_job_id > n.job_id THEN clock_timestamp() END
FROM unnest($1::bigint[], $2::bigint[], $3::bool[], $4::float8[]) n(id, job_id, retry, delay)
WHERE o.id = n.id"""
_DONE = "DELETE FROM outbox_job WHERE id = ANY($1::bigint[])"
_AGAIN = "UPDATE outbox_job SET attempts = attempts + 1 WHERE id = ANY($1::bigint[])"
_DEAD = """
INSERT INTO outbox_dead SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[],
    $4::timestamptz[], $5::text[]) ON CONFLICT DO NOTHING"""
_LOCK_MESSAGES = "SELECT * FROM message WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE"
_EARLY = """
DELETE FROM early_receipt r USING unnest($1::bigint[], $2::text[]) k(account_id, external_id)
WHERE r.account_id = k.account_id AND r.external_id = k.external_id RETURNING r.*"""
_SAVE_STATUS = """
UPDATE message m SET status = n.status, version = m.version + 1, external_id = n.external_id,
    error_code = n.error_code, error_message = n.error_message, sent_at = n.sent_at,
    delivered_at = n.delivered_at, read_at = n.read_at
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[],
            $7::timestamptz[], $8::timestamptz[])
    n(id, status, external_id, error_code, error_message, sent_at, delivered_at, read_at)
WHERE m.id = n.id"""
_LIVE = """
SELECT t.conversation_id, l.agent_id FROM task t JOIN leg l ON l.task_id = t.id
WHERE t.id = ANY($1::bigint[]) AND l.state IN ('offered', 'active')"""


class PostgresOutbox:
    """Implements `application.ports.Outbox`; what each method does is said there."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(  # noqa: D102
        self, account_id: int, per_second: float, burst: float, limit: int, now: datetime
    ) -> list[Dispatch]:
        del now
        await self._database.pool.execute(_RATE, account_id, per_second, burst)
        rows = await self._database.pool.fetch(_CLAIM, account_id, limit, float(LEASE_S))
        return [_dispatch(row) for row in rows]

    async def expired(self, now: datetime) -> list[Dispatch]:  # noqa: D102
        del now
        return [_dispatch(row) for row in await self._database.pool.fetch(_EXPIRED)]

    async def pause(self, account_id: int, reason: str, until: datetime) -> None:  # noqa: D102
        await self._database.pool.execute(
            "UPDATE outbox_rate SET paused_until = $2, broken_reason = $3 WHERE account_id = $1",
            account_id,
            until,
            reason,
        )

    async def settle(self, settlements: Sequence[Settlement], now: datetime) -> None:  # noqa: D102
        (commit_id,) = await self._database.new_ids(1)
        async with self._database.pool.acquire() as connection:
            await connection.execute("BEGIN")
            try:
                held = await connection.fetch(
                    _LOCK_LANES,
                    [s.dispatch.lane_id for s in settlements],
                    [s.dispatch.token for s in settlements],
                )
                mine = {(row["id"], row["token"]) for row in held}
                valid = [s for s in settlements if (s.dispatch.lane_id, s.dispatch.token) in mine]
                events = await self._record(connection, valid, now)
                if events:
                    await insert_events(connection, events, commit_id)
                    await connection.execute(f"SELECT seal({commit_id:d}); COMMIT")
                else:
                    await connection.execute("COMMIT")
            except BaseException:
                if not connection.is_closed():
                    await connection.execute("ROLLBACK")
                raise

    async def _record(
        self, connection: Any, settlements: list[Settlement], now: datetime
    ) -> list[EventRecord]:
        await connection.execute(
            _RELEASE,
            [s.dispatch.lane_id for s in settlements],
            [s.dispatch.job_id for s in settlements],
            [s.status is None for s in settlements],
            [s.retry_in_s for s in settlements],
        )
        again = [s.dispatch.job_id for s in settlements if s.status is None]
        if again:
            await connection.execute(_AGAIN, again)
        done = [s for s in settlements if s.status is not None]
        if not done:
            return []
        await connection.execute(_DONE, [s.dispatch.job_id for s in done])
        dead = [s for s in done if s.dead]
        if dead:
            await connection.execute(
                _DEAD,
                [s.dispatch.job_id for s in dead],
                [s.dispatch.account_id for s in dead],
                [s.dispatch.message.id for s in dead],
                [now] * len(dead),
                [s.error_code or "" for s in dead],
            )
        return await self._record_status(connection, done, now)

    async def _record_status(
        self, connection: Any, done: list[Settlement], now: datetime
    ) -> list[EventRecord]:
        by_message = {s.dispatch.message.id: s for s in done}
        early: dict[tuple[int, str], list[Any]] = {}
        for row in await connection.fetch(
            _EARLY,
            [s.dispatch.account_id for s in done if s.external_id],
            [s.external_id for s in done if s.external_id],
        ):
            early.setdefault((row["account_id"], row["external_id"]), []).append(row)
        messages = []
        for row in await connection.fetch(_LOCK_MESSAGES, sorted(by_message)):
            settled = by_message[row["id"]]
            message = replace(message_from(row), external_id=settled.external_id)
            message = with_status(
                message, settled.status, now, settled.error_code, settled.error_message
            )
            for receipt in early.get((message.account_id, settled.external_id or ""), ()):
                message = with_status(
                    message,
                    DeliveryStatus(receipt["status"]),
                    receipt["at"],
                    receipt["error_code"],
                    receipt["error_message"],
                )
            messages.append(replace(message, version=message.version + 1))
        return await save_statuses(connection, messages, now)


def with_status(
    message: Message,
    status: DeliveryStatus | None,
    at: datetime,
    error_code: str | None = None,
    error_message: str | None = None,
) -> Message:
    """A message after a word on its delivery; never backwards."""
    later = later_status(message.status, status) if status is not None else message.status
    if later is message.status:
        return message
    failed = later in {DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN}
    return replace(
        message,
        status=later,
        error_code=error_code if failed else None,
        error_message=error_message if failed else None,
        sent_at=at if later is DeliveryStatus.SENT else message.sent_at,
        delivered_at=at if later is DeliveryStatus.DELIVERED else message.delivered_at,
        read_at=at if later is DeliveryStatus.READ else message.read_at,
    )


async def save_statuses(
    connection: Any, messages: Sequence[Message], now: datetime
) -> list[EventRecord]:
    """Write delivery statuses; returns the events that tell the agents concerned."""
    await connection.execute(
        _SAVE_STATUS,
        [m.id for m in messages],
        [m.status for m in messages],
        [m.external_id for m in messages],
        [m.error_code for m in messages],
        [m.error_message for m in messages],
        [m.sent_at for m in messages],
        [m.delivered_at for m in messages],
        [m.read_at for m in messages],
    )
    live: dict[int, list[int]] = {}
    for row in await connection.fetch(_LIVE, sorted({m.task_id for m in messages if m.task_id})):
        live.setdefault(row["conversation_id"], []).append(row["agent_id"])
    return [
        EventRecord(
            kind="message.status",
            at=now,
            conversation_id=m.conversation_id,
            task_id=m.task_id,
            audience=tuple(f"agent.{i}" for i in live.get(m.conversation_id, ())),
            facts={"status": m.status.value if m.status else None, "error": m.error_code},
            entities={"message": message_view(m)},
        )
        for m in messages
    ]


def _dispatch(row: Any) -> Dispatch:
    return Dispatch(
        job_id=row["job_id"],
        lane_id=row["lane_id"],
        token=row["token"],
        account_id=row["account_id"],
        attempts=row["attempts"],
        message=message_from(row),
        contact_key=row["contact_key"],
    )
