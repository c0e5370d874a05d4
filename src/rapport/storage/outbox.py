"""The outbox: claims lanes, not jobs, so that order holds by construction (MECHANISMS §4).

A lane is a conversation. Claimed means started: a lease that runs out is an unknown outcome,
never a second sending. An account's pace is kept by slots: each message may leave at its own
moment, evenly spaced and a little slower than the rate, so that no second ever holds more than
the rate although messages arrive a little late; who sends tells by `fall_behind` when one was
later than that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from rapport.application.ports import Dispatch, EventRecord, Settlement
from rapport.domain.message import Content, DeliveryStatus, Message
from rapport.domain.pace import PACE
from rapport.domain.sending import RefusedRecipient
from rapport.storage.changes import insert_events
from rapport.storage.database import Database, decode_json, encode_json
from rapport.storage.first_answers import answered, locked_unanswered
from rapport.storage.receipts import merge_parts, save_statuses, with_status
from rapport.storage.rows import message_from
from rapport.storage.secrets import Vault

LEASE_S = 90
HORIZON_S = 0.25
"""How far ahead of their slots messages are claimed."""
LARGEST_DRIFT_S = 0.05
"""Between two readings of the database's clock; beyond it, one of the clocks was set."""

_RATE = """
INSERT INTO outbox_rate (account_id, per_second, next_slot) VALUES ($1, $2, clock_timestamp())
ON CONFLICT (account_id) DO UPDATE SET per_second = excluded.per_second
WHERE outbox_rate.per_second <> excluded.per_second"""
# Slots by the database's clock, which all nodes share; whoever finds the row locked waits for
# the next turn instead.
_CLAIM = """
WITH rate AS (
    SELECT account_id, per_second, greatest(next_slot, clock_timestamp()) AS start,
        clock_timestamp() AS asked FROM outbox_rate
    WHERE account_id = $1 AND (paused_until IS NULL OR paused_until <= clock_timestamp())
      AND next_slot <= clock_timestamp() + make_interval(secs => $4)
    FOR UPDATE SKIP LOCKED),
lane AS (
    SELECT id, due FROM outbox_lane
    WHERE account_id = $1 AND due <= clock_timestamp() AND EXISTS (SELECT FROM rate)
    ORDER BY due, id
    LIMIT (SELECT least($2, floor(extract(epoch FROM asked - start + make_interval(secs => $4))
                                  * per_second)::int + 1) FROM rate) FOR UPDATE SKIP LOCKED),
spent AS (
    UPDATE outbox_rate o SET next_slot = rate.start
        + make_interval(secs => (SELECT count(*) FROM lane) / rate.per_second)
    FROM rate WHERE o.account_id = rate.account_id AND EXISTS (SELECT FROM lane)),
placed AS (SELECT id, row_number() OVER (ORDER BY due, id) - 1 AS place FROM lane),
leased AS (
    UPDATE outbox_lane o SET due = NULL, token = o.token + 1,
        lease_until = clock_timestamp() + make_interval(secs => $3)
    FROM placed WHERE o.id = placed.id RETURNING o.id, o.token, placed.place)
SELECT l.id AS lane_id, l.token, j.job_id, j.attempts, j.queued_at, c.contact_key, p.phone, p.email,
    c.last_inbound_at, c.opted_out_at IS NOT NULL AS opted_out, r.external_id AS reply_to,
    CASE WHEN j.not_before IS NULL OR m.content->'details'->>'latest_only' = 'warn' THEN false
    ELSE EXISTS (SELECT FROM message i WHERE i.conversation_id = m.conversation_id
                 AND i.seq > m.seq AND i.direction = 'inbound'
                 AND NOT coalesce(i.content->'details' ? 'split_to', false)
                 AND i.content->'details'->>'class' IS DISTINCT FROM 'auto_reply') END AS overtaken,
    extract(epoch FROM rate.start)::float8 + l.place / rate.per_second AS slot_at,
    extract(epoch FROM clock_timestamp())::float8 AS told_at, m.*
FROM leased l CROSS JOIN rate
CROSS JOIN LATERAL (SELECT id AS job_id, message_id, attempts, created_at AS queued_at, not_before
                    FROM outbox_job WHERE lane_id = l.id ORDER BY id LIMIT 1) j
JOIN message m ON m.id = j.message_id JOIN conversation c ON c.id = l.id
JOIN contact p ON p.id = c.contact_id
LEFT JOIN message r ON r.conversation_id = m.conversation_id
    AND r.seq = (m.content->>'reply_to_seq')::bigint
ORDER BY l.place"""
_SLOT = """
UPDATE outbox_rate SET next_slot = greatest(next_slot, clock_timestamp())
    + make_interval(secs => 1 / per_second)
WHERE account_id = $1 RETURNING extract(epoch FROM next_slot - clock_timestamp())::float8
    - 1 / per_second AS slot_in_s"""
_BEHIND = """
UPDATE outbox_rate SET next_slot = greatest(next_slot, clock_timestamp())
    + make_interval(secs => $2) WHERE account_id = $1"""
_EXPIRED = """
SELECT l.id AS lane_id, l.token, j.job_id, j.attempts, j.queued_at, c.contact_key, NULL AS phone,
    NULL AS email, c.last_inbound_at, false AS opted_out, NULL AS reply_to, false AS overtaken, m.*
FROM outbox_lane l
CROSS JOIN LATERAL (SELECT id AS job_id, message_id, attempts, created_at AS queued_at
                    FROM outbox_job WHERE lane_id = l.id ORDER BY id LIMIT 1) j
JOIN message m ON m.id = j.message_id JOIN conversation c ON c.id = l.id
WHERE l.lease_until <= clock_timestamp() LIMIT 200"""
_FILES = """
SELECT id, storage_key, held_due IS NOT NULL AS held FROM attachment
WHERE id = ANY($1::bigint[]) AND storage_key IS NOT NULL"""
_PARTS = """
SELECT message_id, number, external_id FROM message_part
WHERE message_id = ANY($1::bigint[]) AND status <> 'failed' ORDER BY number"""
_LOCK_LANES = """
SELECT o.id, o.token FROM outbox_lane o JOIN unnest($1::bigint[], $2::bigint[]) k(id, token)
ON o.id = k.id AND o.token = k.token ORDER BY o.id FOR UPDATE OF o"""
_RELEASE = """
UPDATE outbox_lane o SET lease_until = NULL, due = CASE
    WHEN n.retry THEN clock_timestamp() + make_interval(secs => n.delay)
    WHEN o.last_job_id > n.job_id THEN greatest(clock_timestamp(),
        (SELECT j.not_before FROM outbox_job j WHERE j.lane_id = o.id AND j.id > n.job_id
         ORDER BY j.id LIMIT 1)) END
FROM unnest($1::bigint[], $2::bigint[], $3::bool[], $4::float8[]) n(id, job_id, retry, delay)
WHERE o.id = n.id"""
_EXTEND = """
UPDATE outbox_lane SET lease_until = clock_timestamp() + make_interval(secs => $3)
WHERE id = $1 AND token = $2 RETURNING id"""
_DONE = "DELETE FROM outbox_job WHERE id = ANY($1::bigint[])"
_AGAIN = "UPDATE outbox_job SET attempts = attempts + 1 WHERE id = ANY($1::bigint[])"
_DEAD = """
INSERT INTO outbox_dead SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[],
    $4::timestamptz[], $5::text[]) ON CONFLICT DO NOTHING"""
_LOCK_MESSAGES = "SELECT * FROM message WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE"
_EARLY = """
DELETE FROM early_receipt r USING unnest($1::bigint[], $2::text[]) k(account_id, external_id)
WHERE r.account_id = k.account_id AND r.external_id = k.external_id RETURNING r.*"""
_PART_SENT = """
INSERT INTO message_part (message_id, number, account_id, external_id, status)
SELECT *, 'sent' FROM unnest($1::bigint[], $2::int[], $3::bigint[], $4::text[])
ON CONFLICT (message_id, number) DO UPDATE
SET external_id = excluded.external_id, status = 'sent'"""
_LOG = """
INSERT INTO channel_log (id, account_id, message_id, at, entry)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::timestamptz[], $5::bytea[])"""


class PostgresOutbox:
    """Implements `application.ports.Outbox`; what each method does is said there."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._ahead_s: float | None = None
        self._rates: dict[int, float] = {}
        """The rates that this process has entered for each account."""

    async def claim(  # noqa: D102
        self, account_id: int, per_second: float, limit: int
    ) -> list[Dispatch]:
        async with self._database.pool.acquire() as connection:
            if self._rates.get(account_id) != per_second:
                await connection.execute(_RATE, account_id, per_second * PACE)
                self._rates[account_id] = per_second
            rows = await connection.fetch(_CLAIM, account_id, limit, float(LEASE_S), HORIZON_S)
            if not rows:
                return []
            ahead_s = self._clock_ahead_s(rows[-1]["told_at"])
            found = await self._dispatches(connection, rows)
        now = asyncio.get_running_loop().time()
        return [
            replace(dispatch, slot_in_s=row["slot_at"] + ahead_s - now)
            for dispatch, row in zip(found, rows, strict=True)
        ]

    def _clock_ahead_s(self, told_at: float) -> float:
        """From the database's clock to the loop's, by the quickest answer: no slot is late by
        the time that an answer took."""
        measured = asyncio.get_running_loop().time() - told_at
        if self._ahead_s is None or abs(measured - self._ahead_s) > LARGEST_DRIFT_S:
            self._ahead_s = measured
        self._ahead_s = min(measured, self._ahead_s + 1e-5)
        return self._ahead_s

    async def slot(self, account_id: int) -> float:  # noqa: D102
        return max(0.0, await self._database.pool.fetchval(_SLOT, account_id) or 0.0)

    async def fall_behind(self, account_id: int, seconds: float) -> None:  # noqa: D102
        await self._database.pool.execute(_BEHIND, account_id, seconds)

    async def expired(self) -> list[Dispatch]:  # noqa: D102
        async with self._database.pool.acquire() as connection:
            return await self._dispatches(connection, await connection.fetch(_EXPIRED))

    async def pause(self, account_id: int, reason: str, until: datetime) -> None:  # noqa: D102
        await self._database.pool.execute(
            "UPDATE outbox_rate SET paused_until = $2, broken_reason = $3 WHERE account_id = $1",
            account_id,
            until,
            reason,
        )

    async def resume(self, account_id: int) -> None:  # noqa: D102
        paused = await self._database.pool.fetchval(
            "UPDATE outbox_rate SET paused_until = NULL, broken_reason = NULL"
            " WHERE account_id = $1 AND paused_until IS NOT NULL RETURNING account_id",
            account_id,
        )
        if paused is None:
            return
        await self._database.pool.execute(
            "UPDATE outbox_lane SET due = greatest(clock_timestamp(), (SELECT not_before"
            " FROM outbox_job WHERE lane_id = outbox_lane.id ORDER BY id LIMIT 1))"
            " WHERE account_id = $1 AND due > clock_timestamp()",
            account_id,
        )

    async def part_sent(  # noqa: D102
        self, dispatch: Dispatch, number: int, external_id: str | None
    ) -> bool:
        async with self._database.pool.acquire() as connection, connection.transaction():
            if not await connection.fetch(
                _EXTEND, dispatch.lane_id, dispatch.token, float(LEASE_S)
            ):
                return False
            await connection.execute(
                _PART_SENT, [dispatch.message.id], [number], [dispatch.account_id], [external_id]
            )
        return True

    async def settle(self, settlements: Sequence[Settlement], now: datetime) -> None:  # noqa: D102
        if not settlements:
            return
        count = 1 + sum(len(s.log) for s in settlements)
        ids = iter(await self._database.new_ids(count))
        commit_id = next(ids)
        async with self._database.begun() as connection:
            unanswered = await locked_unanswered(connection, settlements)
            held = await connection.fetch(
                _LOCK_LANES,
                [s.dispatch.lane_id for s in settlements],
                [s.dispatch.token for s in settlements],
            )
            mine = {(row["id"], row["token"]) for row in held}
            valid = [s for s in settlements if (s.dispatch.lane_id, s.dispatch.token) in mine]
            events = await self._record(connection, valid, now)
            events += await answered(connection, unanswered, valid, now)
            await self._keep_log(connection, settlements, ids, now)
            if events:
                await insert_events(connection, events, commit_id)
                await connection.execute(f"SELECT seal({commit_id:d}); COMMIT")
            else:
                await connection.execute("COMMIT")

    async def _dispatches(self, connection: Any, rows: Sequence[Any]) -> list[Dispatch]:
        files: dict[int, str] = {}
        held: set[int] = set()
        parts: dict[int, dict[int, str | None]] = {}
        wanted = [a["id"] for row in rows for a in decode_json(row["attachments"] or "[]")]
        if wanted:
            rows_of_files = await connection.fetch(_FILES, wanted)
            files = {r["id"]: r["storage_key"] for r in rows_of_files if not r["held"]}
            held = {r["id"] for r in rows_of_files if r["held"]}
        tried = [row["id"] for row in rows if row["attempts"] or row["version"] > 1]
        if tried:
            for part in await connection.fetch(_PARTS, tried):
                parts.setdefault(part["message_id"], {})[part["number"]] = part["external_id"]
        return [_dispatch(row, files, held, parts.get(row["id"], {})) for row in rows]

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
        again = [s.dispatch.job_id for s in settlements if s.status is None and s.counts]
        if again:
            await connection.execute(_AGAIN, again)
        done = [s for s in settlements if s.status is not None]
        if done:
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
        parts = [s for s in done if s.part is not None and s.status is DeliveryStatus.SENT]
        if parts:
            await connection.execute(
                _PART_SENT,
                [s.dispatch.message.id for s in parts],
                [s.part for s in parts],
                [s.dispatch.account_id for s in parts],
                [s.external_id for s in parts],
            )
        # Those that wait say why, so that the agent sees it.
        told = [s for s in settlements if s.status is not None or s.error_code is not None]
        return await self._record_status(connection, told, now) if told else []

    async def _record_status(
        self, connection: Any, told: list[Settlement], now: datetime
    ) -> list[EventRecord]:
        by_message = {s.dispatch.message.id: s for s in told}
        early: dict[tuple[int, str], list[Any]] = {}
        if named := [s for s in told if s.external_id]:
            for row in await connection.fetch(
                _EARLY, [s.dispatch.account_id for s in named], [s.external_id for s in named]
            ):
                early.setdefault((row["account_id"], row["external_id"]), []).append(row)
        messages = []
        for row in await connection.fetch(_LOCK_MESSAGES, sorted(by_message)):
            settled = by_message[row["id"]]
            message = message_from(row)
            if settled.status is None:
                message = replace(
                    message,
                    error_code=settled.error_code,
                    error_message=settled.error_message,
                    version=message.version + 1,
                )
                messages.append(message)
                continue
            message = replace(message, external_id=settled.external_id or message.external_id)
            message = with_status(
                message, settled.status, now, settled.error_code, settled.error_message
            )
            if settled.refused:
                message = await _with_refused(connection, message, settled.refused)
            receipts = early.get((message.account_id, settled.external_id or ""), ())
            if settled.part is None:
                for receipt in receipts:
                    message = with_status(
                        message,
                        DeliveryStatus(receipt["status"]),
                        receipt["at"],
                        receipt["error_code"],
                        receipt["error_message"],
                    )
            elif receipts:
                message = await merge_parts(connection, message, receipts)
            messages.append(replace(message, version=message.version + 1))
        return await save_statuses(connection, messages, now)

    async def _keep_log(
        self, connection: Any, settlements: Sequence[Settlement], ids: Any, now: datetime
    ) -> None:
        rows = [(s, entry) for s in settlements for entry in s.log]
        if not rows:
            return
        await connection.execute(
            _LOG,
            [next(ids) for _ in rows],
            [s.dispatch.account_id for s, _ in rows],
            [s.dispatch.message.id for s, _ in rows],
            [now] * len(rows),
            [self._vault.encrypt(entry) for _, entry in rows],
        )


async def _with_refused(
    connection: Any, message: Message, refused: Sequence[RefusedRecipient]
) -> Message:
    """The message says who of its recipients does not get it."""
    content = message.content or Content()
    details = {**(content.details or {}), "refused": [asdict(one) for one in refused]}
    content = replace(content, details=details)
    await connection.execute(
        "UPDATE message SET content = $2::jsonb WHERE id = $1",
        message.id,
        encode_json(content).decode(),
    )
    return replace(message, content=content)


def _dispatch(
    row: Any, files: dict[int, str], held: set[int], parts: dict[int, str | None]
) -> Dispatch:
    message = message_from(row)
    # Whatever was read first: what the message says is held and has no bytes now waits once more.
    waits = any(a.id in held or (a.held and a.id not in files) for a in message.attachments)
    return Dispatch(
        job_id=row["job_id"],
        lane_id=row["lane_id"],
        token=row["token"],
        account_id=row["account_id"],
        attempts=row["attempts"],
        queued_at=row["queued_at"],
        message=message,
        contact_key=row["contact_key"],
        phone=row["phone"],
        email=row["email"],
        overtaken=row["overtaken"],
        opted_out=row["opted_out"],
        last_inbound_at=row["last_inbound_at"],
        reply_to=row["reply_to"],
        file_keys={a.id: files[a.id] for a in message.attachments if a.id in files},
        file_held=waits,
        parts_sent=parts,
    )
