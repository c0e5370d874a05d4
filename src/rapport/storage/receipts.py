"""Delivery receipts: matched to our messages, merged, never backwards.

A receipt may come before the provider's answer has told us the message's id: it is kept by its
external id and merged on completion, or by the sweep, whichever comes later.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from rapport.application.ports import Clock, EventRecord
from rapport.application.views import message_view
from rapport.domain.errors import Refused
from rapport.domain.message import DeliveryReceipt, DeliveryStatus, Message, later_status
from rapport.storage.audiences import told_of_changes
from rapport.storage.changes import insert_events
from rapport.storage.database import LOST, RACES, Database, Unavailable, being_ended
from rapport.storage.rows import message_from

LARGEST_BATCH = 256
Given = tuple[int, DeliveryReceipt]
"""An account's id and a receipt."""
log = structlog.get_logger()

_BY_EXTERNAL = """
SELECT x.ord, f.id, f.number FROM unnest($1::bigint[], $2::text[])
    WITH ORDINALITY x(account_id, external_id, ord)
JOIN LATERAL (
    SELECT p.message_id AS id, p.number FROM message_part p
    WHERE p.account_id = x.account_id AND p.external_id = x.external_id
    UNION ALL
    SELECT m.id, NULL FROM message m
    WHERE m.account_id = x.account_id AND m.external_id = x.external_id
      AND m.direction = 'outbound'
      AND NOT EXISTS (SELECT FROM message_part p WHERE p.message_id = m.id)) f ON true"""
_BY_WATERMARK = """
SELECT x.ord, m.id FROM unnest($1::bigint[], $2::text[], $3::timestamptz[])
    WITH ORDINALITY x(account_id, contact_key, at, ord)
JOIN conversation c ON c.account_id = x.account_id AND c.contact_key = x.contact_key
JOIN LATERAL (
    SELECT m.id FROM (
        SELECT id, created_at, sent_at, direction, status FROM message
        WHERE conversation_id = c.id ORDER BY seq DESC LIMIT 500) m
    WHERE m.direction = 'outbound' AND coalesce(m.sent_at, m.created_at) <= x.at
      AND m.status IN ('sent', 'delivered', 'unknown')) m ON true"""
_LOCK = "SELECT * FROM message WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE"
_KEEP_EARLY = """
INSERT INTO early_receipt (account_id, external_id, status, at, error_code, error_message)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::timestamptz[], $5::text[],
                     $6::text[]) ON CONFLICT DO NOTHING"""
_MERGED_NOW = """
SELECT r.account_id, r.external_id, r.status, r.at, r.error_code, r.error_message
FROM early_receipt r
WHERE r.kept_at > clock_timestamp() - interval '10 minutes' AND (
    EXISTS (SELECT FROM message m WHERE m.account_id = r.account_id
            AND m.external_id = r.external_id)
    OR EXISTS (SELECT FROM message_part p WHERE p.account_id = r.account_id
               AND p.external_id = r.external_id))
LIMIT 500"""
_FORGET_EARLY = """
DELETE FROM early_receipt r USING unnest($1::bigint[], $2::text[]) k(account_id, external_id)
WHERE r.account_id = k.account_id AND r.external_id = k.external_id"""
_SAVE_PARTS = """
UPDATE message_part p SET status = n.status
FROM unnest($1::bigint[], $2::int[], $3::text[]) n(message_id, number, status)
WHERE p.message_id = n.message_id AND p.number = n.number"""
_PARTS = """
SELECT message_id, number, external_id, status FROM message_part
WHERE message_id = ANY($1::bigint[]) ORDER BY message_id, number"""
_SAVE_STATUS = """
UPDATE message m SET status = n.status, version = m.version + 1, external_id = n.external_id,
    error_code = n.error_code, error_message = n.error_message, sent_at = n.sent_at,
    delivered_at = n.delivered_at, read_at = n.read_at
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[],
            $7::timestamptz[], $8::timestamptz[])
    n(id, status, external_id, error_code, error_message, sent_at, delivered_at, read_at)
WHERE m.id = n.id"""
# How far each part has come decides for the whole: as far as the one that is least far.
_ORDER = (
    DeliveryStatus.QUEUED,
    DeliveryStatus.UNKNOWN,
    DeliveryStatus.SENT,
    DeliveryStatus.DELIVERED,
    DeliveryStatus.READ,
)


class Receipts:
    """Takes receipts in, in batches; `submit` answers after the commit."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._waiting: asyncio.Queue[tuple[Given, asyncio.Future[None]]] = asyncio.Queue(20_000)

    async def submit(self, account_id: int, receipts: Sequence[DeliveryReceipt]) -> None:
        """Store a delivery's receipts; returns after the commit.

        Raises:
            Unavailable: the database is away.
            Refused: `overloaded`.
        """
        loop = asyncio.get_running_loop()
        futures = []
        for receipt in receipts:
            future: asyncio.Future[None] = loop.create_future()
            try:
                self._waiting.put_nowait(((account_id, receipt), future))
            except asyncio.QueueFull:
                raise Refused("overloaded", "Too much at once. Try again shortly.") from None
            futures.append(future)
        for result in await asyncio.gather(*futures, return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            batch = [await self._waiting.get()]
            await asyncio.sleep(0)
            while len(batch) < LARGEST_BATCH and not self._waiting.empty():
                batch.append(self._waiting.get_nowait())
            error: BaseException | None = None
            try:
                await self.apply([given for given, _ in batch])
            except (*LOST, asyncio.CancelledError) as lost:
                if isinstance(lost, asyncio.CancelledError) and being_ended():
                    raise
                error = Unavailable()
                error.__cause__ = lost
            except Exception as failure:
                log.exception("receipts.failed")
                error = failure
            for _, future in batch:
                if not future.done():
                    if error is None:
                        future.set_result(None)
                    else:
                        future.set_exception(error)

    async def apply(self, given: Sequence[Given]) -> None:
        """Merge receipts into their messages; those of unknown ids are kept."""
        for attempt in range(3):
            try:
                await self._commit(given, keep=True)
                break
            except RACES:
                if attempt == 2:
                    raise

    async def sweep(self) -> int:
        """Merge what was kept and has become known since; returns how many."""
        rows = await self._database.pool.fetch(_MERGED_NOW)
        if not rows:
            return 0
        given = [
            (
                row["account_id"],
                DeliveryReceipt(
                    external_id=row["external_id"],
                    status=DeliveryStatus(row["status"]),
                    at=row["at"],
                    error_code=row["error_code"],
                    error_message=row["error_message"],
                ),
            )
            for row in rows
        ]
        await self._commit(given, keep=False)
        return len(given)

    async def _commit(self, given: Sequence[Given], *, keep: bool) -> None:
        (commit_id,) = await self._database.new_ids(1)
        async with self._database.begun() as connection:
            found = await _find(connection, given)
            if keep:
                await _keep(connection, [g for i, g in enumerate(given) if not found[i]])
            else:
                await connection.execute(
                    _FORGET_EARLY, [a for a, _ in given], [r.external_id for _, r in given]
                )
            events = await self._merge(connection, given, found)
            if events:
                await insert_events(connection, events, commit_id)
                await connection.execute(f"SELECT seal({commit_id:d}); COMMIT")
            else:
                await connection.execute("COMMIT")

    async def _merge(
        self, connection: Any, given: Sequence[Given], found: list[list[tuple[int, int | None]]]
    ) -> list[EventRecord]:
        ids = sorted({message_id for targets in found for message_id, _ in targets})
        if not ids:
            return []
        messages = {
            row["id"]: message_from(row)
            for row in await connection.fetch(_LOCK, ids)
            if row["direction"] == "outbound"
        }
        before = dict(messages)
        parts: dict[int, list[tuple[int, DeliveryReceipt]]] = {}
        for (account_id, receipt), targets in zip(given, found, strict=True):
            for message_id, number in targets:
                message = messages.get(message_id)
                if message is None or message.account_id != account_id:
                    continue
                if number is not None:
                    parts.setdefault(message_id, []).append((number, receipt))
                    continue
                if message.external_id is None and receipt.external_id is not None:
                    message = replace(message, external_id=receipt.external_id)
                messages[message_id] = with_receipt(message, receipt)
        if parts:
            merged = await _merge_parts(connection, [messages[i] for i in parts], parts)
            messages.update((m.id, m) for m in merged)
        changed = [replace(m, version=m.version + 1) for i, m in messages.items() if m != before[i]]
        return await save_statuses(connection, changed, self._clock.now()) if changed else []


async def _find(connection: Any, given: Sequence[Given]) -> list[list[tuple[int, int | None]]]:
    """Which messages (and part of them) each receipt is about."""
    found: list[list[tuple[int, int | None]]] = [[] for _ in given]
    named = [i for i, (_, r) in enumerate(given) if r.external_id is not None]
    if named:
        rows = await connection.fetch(
            _BY_EXTERNAL, [given[i][0] for i in named], [given[i][1].external_id for i in named]
        )
        for row in rows:
            found[named[row["ord"] - 1]].append((row["id"], row["number"]))
    for i, (_, receipt) in enumerate(given):
        if not found[i] and receipt.message_id is not None:
            found[i].append((receipt.message_id, None))
    marks = [
        i
        for i, (_, r) in enumerate(given)
        if r.contact_key is not None and r.external_id is None and r.message_id is None
    ]
    if marks:
        rows = await connection.fetch(
            _BY_WATERMARK,
            [given[i][0] for i in marks],
            [given[i][1].contact_key for i in marks],
            [given[i][1].at for i in marks],
        )
        for row in rows:
            found[marks[row["ord"] - 1]].append((row["id"], None))
    return found


async def _keep(connection: Any, given: Sequence[Given]) -> None:
    named = [(a, r) for a, r in given if r.external_id is not None]
    if named:
        await connection.execute(
            _KEEP_EARLY,
            [a for a, _ in named],
            [r.external_id for _, r in named],
            [r.status for _, r in named],
            [r.at for _, r in named],
            [r.error_code for _, r in named],
            [r.error_message for _, r in named],
        )


async def merge_parts(connection: Any, message: Message, receipts: Iterable[Any]) -> Message:
    """A message of several parts after early receipts (rows) for some of them."""
    rows = await connection.fetch(_PARTS, [message.id])
    number_of = {row["external_id"]: row["number"] for row in rows}
    given = [
        (
            number_of[row["external_id"]],
            DeliveryReceipt(
                external_id=row["external_id"],
                status=DeliveryStatus(row["status"]),
                at=row["at"],
                error_code=row["error_code"],
                error_message=row["error_message"],
            ),
        )
        for row in receipts
        if row["external_id"] in number_of
    ]
    (merged,) = await _merge_parts(connection, [message], {message.id: given})
    return merged


async def _merge_parts(
    connection: Any,
    messages: Sequence[Message],
    receipts: dict[int, list[tuple[int, DeliveryReceipt]]],
) -> list[Message]:
    known: dict[int, dict[int, DeliveryStatus]] = {}
    for row in await connection.fetch(_PARTS, [m.id for m in messages]):
        known.setdefault(row["message_id"], {})[row["number"]] = DeliveryStatus(row["status"])
    changed: list[tuple[int, int, DeliveryStatus]] = []
    merged = []
    for message in messages:
        states = known.get(message.id, {})
        last = None
        for number, receipt in receipts[message.id]:
            states[number] = later_status(states.get(number), receipt.status)
            changed.append((message.id, number, states[number]))
            last = receipt
        if last is None:
            merged.append(message)
            continue
        failed = [r for _, r in receipts[message.id] if r.status is DeliveryStatus.FAILED]
        whole = (
            DeliveryStatus.FAILED
            if DeliveryStatus.FAILED in states.values()
            else min(states.values(), key=_ORDER.index)
        )
        why = failed[-1] if failed else last
        merged.append(with_status(message, whole, last.at, why.error_code, why.error_message))
    if changed:
        await connection.execute(
            _SAVE_PARTS,
            [c[0] for c in changed],
            [c[1] for c in changed],
            [c[2] for c in changed],
        )
    return merged


def with_receipt(message: Message, receipt: DeliveryReceipt) -> Message:
    """A message after a provider's word on it."""
    return with_status(
        message, receipt.status, receipt.at, receipt.error_code, receipt.error_message
    )


def with_status(
    message: Message,
    status: DeliveryStatus | None,
    at: datetime,
    error_code: str | None = None,
    error_message: str | None = None,
) -> Message:
    """A message after a word on its delivery; never backwards.

    Every stage keeps its own time, whatever the order in which receipts came.
    """
    if status is DeliveryStatus.SENT and message.sent_at is None:
        message = replace(message, sent_at=at)
    elif status is DeliveryStatus.DELIVERED and message.delivered_at is None:
        message = replace(message, delivered_at=at)
    elif status is DeliveryStatus.READ and message.read_at is None:
        message = replace(message, read_at=at)
    later = later_status(message.status, status) if status is not None else message.status
    if later is message.status:
        return message
    failed = later in {DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN}
    return replace(
        message,
        status=later,
        error_code=error_code if failed else None,
        error_message=error_message if failed else None,
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
    told = await told_of_changes(connection, messages)
    return [
        EventRecord(
            kind="message.status",
            at=now,
            conversation_id=m.conversation_id,
            task_id=m.task_id,
            audience=told[m.id],
            facts={"status": m.status.value if m.status else None, "error": m.error_code},
            entities={"message": message_view(m)},
        )
        for m in messages
    ]
