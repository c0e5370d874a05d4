"""Deliveries of webhooks: made along the stream, claimed by lease, fenced by token."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rapport.application.configuration.integration import WebhookSpec
from rapport.application.configuration.snapshot import Configuration
from rapport.application.ports import EventRecord
from rapport.application.views import moment
from rapport.domain.webhooks import (
    FAILING_FOR,
    HELD_FROM,
    KINDS,
    LARGEST_ANSWER,
    TEST,
    Answer,
    Delivery,
    DeliveryState,
    PauseReason,
    hold_s,
    next_wait_s,
    payload,
)
from rapport.storage.changes import insert_events
from rapport.storage.database import Database, decode_json, encode_json
from rapport.storage.log_steps import EVENTS_OF_STEP, LAST_OF_STEP

# New endpoints are told what comes from now on; those that are switched on again, too.
_ENTER = """
INSERT INTO webhook_state (endpoint_id, pos)
SELECT id, (SELECT coalesce(max(pos), 0) FROM stream_commit) FROM unnest($1::bigint[]) n(id)
ON CONFLICT DO NOTHING"""
_RESTART = """
UPDATE webhook_state SET pos = (SELECT coalesce(max(pos), 0) FROM stream_commit),
    failures = 0, failing_since = NULL, hold_until = NULL, paused_at = NULL, pause_reason = NULL
WHERE endpoint_id = ANY($1::bigint[])"""
_MARK = """
SELECT pos FROM webhook_state WHERE endpoint_id = $1 FOR NO KEY UPDATE SKIP LOCKED"""
_NEWS = """
SELECT s.pos, e.ord, e.kind, e.at, e.conversation_id, e.task_id, e.agent_id, e.queue_id, e.facts,
    e.entities->'message'->>'id' AS message_id,
    e.entities->'message'->>'direction' AS direction,
    e.entities->'message'->>'status' AS status,
    coalesce(c.contact_id, (e.entities->'contact'->>'id')::bigint) AS contact_id,
    c.account_id, a.spec->>'channel' AS channel
FROM (SELECT * FROM stream_commit WHERE pos > $1 AND pos <= $2) s
JOIN event e ON e.commit_id = s.commit_id
LEFT JOIN conversation c ON c.id = e.conversation_id
LEFT JOIN configuration a ON a.id = c.account_id
WHERE e.kind = ANY($3::text[]) ORDER BY s.pos, e.ord"""
_MAKE = """
INSERT INTO webhook_delivery (id, endpoint_id, pos, ord, lane, conversation_id, kind, body, due,
    created_at)
SELECT n.id, $1, n.pos, n.ord, n.lane, n.conversation_id, n.kind, n.body, clock_timestamp(),
    clock_timestamp()
FROM unnest($2::bigint[], $3::bigint[], $4::int[], $5::bigint[], $6::bigint[], $7::text[],
    $8::text[]) n(id, pos, ord, lane, conversation_id, kind, body)
ON CONFLICT DO NOTHING"""
_CLAIM = """
UPDATE webhook_delivery d SET lease_until = clock_timestamp() + make_interval(secs => $3),
    token = d.token + 1, attempts = d.attempts + 1, tried_at = clock_timestamp()
FROM (SELECT d.id FROM webhook_delivery d
      WHERE d.endpoint_id = $1 AND d.state = 'pending' AND d.due <= clock_timestamp()
        AND (d.lease_until IS NULL OR d.lease_until <= clock_timestamp())
        AND EXISTS (SELECT FROM webhook_state s WHERE s.endpoint_id = $1
                    AND s.paused_at IS NULL
                    AND (s.hold_until IS NULL OR s.hold_until <= clock_timestamp()))
        AND NOT EXISTS (SELECT FROM webhook_delivery e
                        WHERE e.endpoint_id = $1 AND e.lane = d.lane AND e.state = 'pending'
                          AND (e.pos, e.ord) < (d.pos, d.ord))
      ORDER BY d.pos, d.ord
      LIMIT (SELECT CASE WHEN failures >= $4 THEN least($2::int, 1) ELSE $2::int END
             FROM webhook_state WHERE endpoint_id = $1)
      FOR UPDATE OF d SKIP LOCKED) found
WHERE d.id = found.id
RETURNING d.id, d.endpoint_id, d.kind, d.body, d.attempts, d.token, d.replayed, d.pos, d.ord"""
_MINE = """
SELECT tried_at FROM webhook_delivery
WHERE id = $1 AND token = $2 AND state = 'pending' FOR NO KEY UPDATE"""
_SETTLE = """
UPDATE webhook_delivery SET state = $2, lease_until = NULL,
    due = CASE WHEN $3::float8 IS NOT NULL THEN clock_timestamp() + make_interval(secs => $3) END,
    finished_at = CASE WHEN $2 <> 'pending' THEN clock_timestamp() END,
    status = $4, reason = $5, answer = $6, ms = $7
WHERE id = $1"""
_SUCCEEDED = """
UPDATE webhook_state SET failures = 0, failing_since = NULL, hold_until = NULL,
    last_success_at = clock_timestamp() WHERE endpoint_id = $1"""
# Attempts that were under way together count as one failure.
_FAILED = """
UPDATE webhook_state SET
    failures = failures + CASE WHEN last_failure_at IS NULL OR last_failure_at < $2 THEN 1
                               ELSE 0 END,
    failing_since = coalesce(failing_since, $2), last_failure_at = clock_timestamp(),
    last_reason = $3
WHERE endpoint_id = $1 RETURNING failures, failing_since, last_success_at, paused_at"""
_HOLD = """
UPDATE webhook_state SET hold_until = clock_timestamp() + make_interval(secs => $2)
WHERE endpoint_id = $1"""
_PAUSE = """
UPDATE webhook_state SET paused_at = clock_timestamp(), pause_reason = $2
WHERE endpoint_id = $1 AND paused_at IS NULL RETURNING endpoint_id"""
_RESUME = """
UPDATE webhook_state SET failures = 0, failing_since = NULL, hold_until = NULL, paused_at = NULL,
    pause_reason = NULL WHERE endpoint_id = $1"""
_DUE_NOW = """
UPDATE webhook_delivery SET due = clock_timestamp(), attempts = 0
WHERE endpoint_id = $1 AND state = 'pending' AND lease_until IS NULL"""
_REPLAY = """
UPDATE webhook_delivery SET state = 'pending', attempts = 0, replayed = true, finished_at = NULL,
    due = clock_timestamp()
WHERE endpoint_id = $1 AND state <> 'pending' AND kind <> 'test' AND id IN (
    SELECT id FROM webhook_delivery WHERE endpoint_id = $1 AND state <> 'pending'
      AND ($2::bigint[] IS NULL OR id = ANY($2::bigint[]))
      AND ($3::timestamptz IS NULL OR created_at >= $3)
      AND ($4::timestamptz IS NULL OR created_at < $4)
      AND ($5::text IS NULL OR state = $5)
    ORDER BY pos, ord LIMIT $6)"""
_TEST = """
INSERT INTO webhook_delivery (id, endpoint_id, pos, ord, lane, kind, body, attempts, token,
    lease_until, tried_at, created_at)
VALUES ($1, $2, 0, 0, -($1::bigint), 'test', $3, 1, 1, clock_timestamp() + interval '2 minutes',
    clock_timestamp(), clock_timestamp())"""
MOST_REPLAYED = 10_000


class Webhooks:
    """Implements `jobs.webhooks.DeliveryBoard`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def advance(self, endpoint_id: int, spec: WebhookSpec) -> int:
        """Make the deliveries of the next commits; how many commits that were.

        The position moves in the same transaction. One node at a time works on an endpoint.
        """
        async with self._database.pool.acquire() as connection, connection.transaction():
            mark = await connection.fetchval(_MARK, endpoint_id)
            if mark is None:
                return 0
            last = await connection.fetchval(LAST_OF_STEP, mark, EVENTS_OF_STEP)
            if last is None:
                return 0
            rows = await connection.fetch(_NEWS, mark, last, list(spec.events or KINDS))
            wanted = [r for r in rows if spec.wants(r["kind"], r["queue_id"], r["channel"])]
            if wanted:
                ids = await self._database.new_ids(len(wanted))
                await connection.execute(
                    _MAKE,
                    endpoint_id,
                    list(ids),
                    [row["pos"] for row in wanted],
                    [row["ord"] for row in wanted],
                    [_lane(row) for row in wanted],
                    [row["conversation_id"] for row in wanted],
                    [row["kind"] for row in wanted],
                    [_body(i, row) for i, row in zip(ids, wanted, strict=True)],
                )
            await connection.execute(
                "UPDATE webhook_state SET pos = $2 WHERE endpoint_id = $1", endpoint_id, last
            )
        return int(last - mark)

    async def claim(self, endpoint_id: int, limit: int, lease_s: float) -> list[Delivery]:
        """Deliveries that are due, leased; the first of each lane only, so that order holds."""
        rows = await self._database.pool.fetch(_CLAIM, endpoint_id, limit, lease_s, HELD_FROM)
        rows.sort(key=lambda row: (row["pos"], row["ord"]))
        return [
            Delivery(
                id=row["id"],
                endpoint_id=row["endpoint_id"],
                kind=row["kind"],
                body=row["body"],
                attempts=row["attempts"],
                token=row["token"],
                replayed=row["replayed"],
            )
            for row in rows
        ]

    async def settle(self, delivery: Delivery, answer: Answer, name: str, now: datetime) -> bool:
        """Record what became of an attempt; False if it was no longer this worker's.

        Also how the endpoint fares: held back after failures in a row, paused and told to the
        supervisors' desktops when it is gone or has failed for days.
        """
        (commit_id,) = await self._database.new_ids(1)
        async with self._database.pool.acquire() as connection, connection.transaction():
            tried_at = await connection.fetchval(_MINE, delivery.id, delivery.token)
            if tried_at is None:
                return False
            paused: PauseReason | None = None
            if answer.good:
                await connection.execute(_SUCCEEDED, delivery.endpoint_id)
            elif delivery.kind != TEST:
                paused = await _failed(connection, delivery, answer, tried_at)
            state, wait_s = _verdict(delivery, answer, paused)
            await connection.execute(
                _SETTLE,
                delivery.id,
                state.value,
                wait_s,
                answer.status,
                answer.reason,
                answer.body.replace("\x00", "")[:LARGEST_ANSWER],
                answer.ms,
            )
            if paused is not None:
                await _alarm(connection, delivery.endpoint_id, paused, name, now, commit_id)
        return True

    async def resume(self, endpoint_id: int) -> None:
        """Send again, at once and with all attempts ahead."""
        async with self._database.pool.acquire() as connection, connection.transaction():
            await connection.execute(_DUE_NOW, endpoint_id)
            await connection.execute(_RESUME, endpoint_id)

    async def replay(
        self,
        endpoint_id: int,
        ids: list[int] | None,
        since: datetime | None,
        until: datetime | None,
        state: str | None,
    ) -> int:
        """Send finished deliveries once more, under their ids; how many, at most 10,000."""
        told = await self._database.pool.execute(
            _REPLAY, endpoint_id, ids, since, until, state, MOST_REPLAYED
        )
        return int(told.rsplit(" ", 1)[1])

    async def test(self, endpoint_id: int, now: datetime) -> Delivery:
        """A delivery that stands for no event, taken by the caller."""
        (delivery_id,) = await self._database.new_ids(1)
        at = moment(now) or ""
        body = encode_json(payload(delivery_id, TEST, at, {}, None)).decode()
        await self._database.pool.execute(_TEST, delivery_id, endpoint_id, body)
        return Delivery(
            id=delivery_id, endpoint_id=endpoint_id, kind=TEST, body=body, attempts=1, token=1
        )


async def sync_webhooks(connection: Any, before: Configuration, after: Configuration) -> None:
    """Every endpoint has its place in the stream, from the commit that made it on."""
    was, now = before.webhooks, after.webhooks
    if new := sorted(now.keys() - was.keys()):
        await connection.execute(_ENTER, new)
    again = [i for i, spec in now.items() if spec.active and i in was and not was[i].active]
    if again:
        await connection.execute(_RESTART, again)


def _lane(row: Mapping[str, Any]) -> int:
    """Within one order is kept: the conversation, else the person."""
    return int(row["conversation_id"] or row["agent_id"] or row["contact_id"] or 0)


def _body(delivery_id: int, row: Mapping[str, Any]) -> str:
    ids = {
        "conversation_id": row["conversation_id"],
        "task_id": row["task_id"],
        "message_id": int(row["message_id"]) if row["message_id"] else None,
        "direction": row["direction"],
        "status": row["status"],
        "contact_id": row["contact_id"],
        "account_id": row["account_id"],
        "channel": row["channel"],
        "queue_id": row["queue_id"],
        "agent_id": row["agent_id"],
    }
    facts = decode_json(row["facts"]) if row["facts"] else None
    at = moment(row["at"]) or ""
    return encode_json(payload(delivery_id, row["kind"], at, ids, facts)).decode()


def _verdict(
    delivery: Delivery, answer: Answer, paused: PauseReason | None
) -> tuple[DeliveryState, float | None]:
    """The delivery's next state, and when it is tried again; it outlasts a paused endpoint."""
    if answer.good:
        return DeliveryState.DELIVERED, None
    if delivery.kind == TEST:
        return DeliveryState.FAILED, None
    if paused is not None:
        return DeliveryState.PENDING, 0.0
    wait_s = next_wait_s(delivery.attempts, answer.wait_s)
    if wait_s is None:
        return DeliveryState.FAILED, None
    return DeliveryState.PENDING, wait_s


async def _failed(
    connection: Any, delivery: Delivery, answer: Answer, tried_at: datetime
) -> PauseReason | None:
    """Note a failure of the endpoint; why it is paused, if it is now."""
    row = await connection.fetchrow(_FAILED, delivery.endpoint_id, tried_at, answer.reason)
    if row is None or row["paused_at"] is not None:
        return None
    seconds = hold_s(row["failures"], answer.wait_s)
    if seconds is not None:
        await connection.execute(_HOLD, delivery.endpoint_id, seconds)
    if answer.gone:
        return PauseReason.GONE
    return PauseReason.FAILING if tried_at - row["failing_since"] >= FAILING_FOR else None


async def _alarm(
    connection: Any, endpoint_id: int, reason: PauseReason, name: str, now: datetime, commit_id: int
) -> None:
    if await connection.fetchval(_PAUSE, endpoint_id, reason.value) is None:
        return
    event = EventRecord(
        kind="webhook.paused",
        at=now,
        audience=("supervisors",),
        facts={"endpoint_id": endpoint_id, "reason": reason.value},
        entities={
            "notice": {
                "level": "warning",
                "code": f"webhook_{reason.value}",
                "params": {"endpoint_id": endpoint_id, "name": name},
            }
        },
    )
    await insert_events(connection, [event], commit_id)
    await connection.execute(f"SELECT seal({commit_id:d})")
