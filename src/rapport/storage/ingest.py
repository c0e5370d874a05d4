"""Taking messages in: group-committed, de-duplicated, ordered per conversation.

Requests of many connections are gathered into batches of up to 256 that cost a constant number
of round trips (MECHANISMS §1). Order holds by lane: one conversation always goes to the same
writer connection; across nodes the conversation's row lock and UNIQUE(account, external id) do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import structlog

from rapport.application.ports import Changes, Clock, ConfigurationSource
from rapport.application.receive_messages import NoQueue, Received, Thread, receive
from rapport.domain.errors import Refused
from rapport.domain.message import Contact, Conversation, Direction, InboundMessage, Message
from rapport.domain.task import Leg
from rapport.storage.changes import enqueue, event_columns, write
from rapport.storage.database import LOST, RACES, Database, Unavailable, decode_json, encode_json
from rapport.storage.rows import (
    announcement_json,
    attachments_json,
    conversation_from,
    leg_from,
    task_from,
)

LARGEST_BATCH = 256
IDS_PER_MESSAGE = 6
_NOTHING: dict[str, int] = {}
log = structlog.get_logger()

_LOCK = """
SELECT c.* FROM unnest($1::bigint[], $2::text[]) k(account_id, contact_key)
JOIN conversation c ON c.account_id = k.account_id AND c.contact_key = k.contact_key
ORDER BY c.id FOR NO KEY UPDATE OF c"""
_NEW_CONTACTS = """
INSERT INTO contact (id, name, email, phone)
SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[])"""
_NEW_IDENTITIES = """
INSERT INTO contact_identity (channel, scope, external_id, contact_id)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) ON CONFLICT DO NOTHING"""
_NEW_CONVERSATIONS = """
INSERT INTO conversation (id, account_id, contact_key, contact_id, created_at)
SELECT n.id, n.account_id, n.contact_key, i.contact_id, $5
FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::text[], $6::text[])
     n(id, account_id, contact_key, channel, scope)
JOIN contact_identity i ON i.channel = n.channel AND i.scope = n.scope
                       AND i.external_id = n.contact_key
ORDER BY n.account_id, n.contact_key ON CONFLICT DO NOTHING"""
_DROP_ORPHANS = """
DELETE FROM contact c WHERE c.id = ANY($1::bigint[])
AND NOT EXISTS (SELECT FROM contact_identity i WHERE i.contact_id = c.id)"""
# A second statement on purpose: joined into the lock it would mix two moments, because only the
# locked row is read again after waiting.
# External ids that are known already come along as one value, nearly always NULL.
_DETAILS = """
SELECT c.id AS of_conversation, p.version AS contact_version, p.name, p.email, p.phone, t.*,
    (SELECT json_agg(json_build_array(m.account_id, m.external_id, m.seq))
     FROM unnest($2::bigint[], $3::text[]) x(account_id, external_id)
     JOIN message m ON m.account_id = x.account_id AND m.external_id = x.external_id) AS known
FROM unnest($1::bigint[]) k(id) JOIN conversation c ON c.id = k.id
JOIN contact p ON p.id = c.contact_id LEFT JOIN task t ON t.id = c.task_id"""
_LEGS = "SELECT * FROM leg WHERE task_id = ANY($1::bigint[]) ORDER BY id"
# The hot path: conversations, messages and their events in one statement, by arrays.
_SAVE = """
WITH c AS (
    UPDATE conversation c SET last_seq = n.last_seq, inbound_seq = n.inbound_seq,
        task_id = n.task_id, customer_away_since = n.away, last_message_at = n.at
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[],
                $6::timestamptz[]) n(id, last_seq, inbound_seq, task_id, away, at)
    WHERE c.id = n.id),
m AS (
    INSERT INTO message (id, conversation_id, account_id, task_id, seq, inbound_seq, direction,
        author_kind, author_id, text, attachments, announcement, customer_sees, client_id,
        external_id, status, created_at, sent_at)
    SELECT n.id, n.conversation_id, n.account_id, n.task_id, n.seq, n.inbound_seq, n.direction,
        n.author_kind, n.author_id, n.text, n.attachments::jsonb, n.announcement::jsonb,
        n.customer_sees, n.client_id, n.external_id, n.status, n.created_at, n.sent_at
    FROM unnest($7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[],
        $12::bigint[], $13::text[], $14::text[], $15::bigint[], $16::text[], $17::text[],
        $18::text[], $19::bool[], $20::text[], $21::text[], $22::text[], $23::timestamptz[],
        $24::timestamptz[]) n(id, conversation_id, account_id, task_id, seq, inbound_seq,
        direction, author_kind, author_id, text, attachments, announcement, customer_sees,
        client_id, external_id, status, created_at, sent_at))
INSERT INTO event (commit_id, ord, at, kind, conversation_id, task_id, agent_id, queue_id,
    audience, customer, facts, entities)
SELECT $25, n.ord, n.at, n.kind, n.conversation_id, n.task_id, n.agent_id, n.queue_id,
    string_to_array(n.audience, ' '), n.customer, n.facts::json, n.entities::json
FROM unnest($26::int[], $27::timestamptz[], $28::text[], $29::bigint[], $30::bigint[],
    $31::bigint[], $32::bigint[], $33::text[], $34::bool[], $35::text[], $36::text[])
    n(ord, at, kind, conversation_id, task_id, agent_id, queue_id, audience, customer, facts,
      entities)"""
# The hottest path of all: nothing but texts of known customers. A third of the columns travel.
_SAVE_TEXTS = """
WITH c AS (
    UPDATE conversation c SET last_seq = n.last_seq, inbound_seq = n.inbound_seq,
        last_message_at = $4
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) n(id, last_seq, inbound_seq)
    WHERE c.id = n.id),
n AS (
    SELECT * FROM unnest($5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[],
        $10::bigint[], $11::bigint[], $12::text[], $13::text[], $14::bigint[], $15::text[],
        $16::text[]) WITH ORDINALITY n(id, conversation_id, account_id, task_id, seq, inbound_seq,
        author_id, text, external_id, queue_id, audience, entities, ord)),
m AS (
    INSERT INTO message (id, conversation_id, account_id, task_id, seq, inbound_seq, direction,
        author_kind, author_id, text, customer_sees, external_id, created_at)
    SELECT id, conversation_id, account_id, task_id, seq, inbound_seq, 'inbound', 'customer',
        author_id, text, true, external_id, $4 FROM n)
INSERT INTO event (commit_id, ord, at, kind, conversation_id, task_id, queue_id, audience,
    customer, entities)
SELECT $17, ord - 1, $4, 'message.received', conversation_id, task_id, queue_id,
    string_to_array(audience, ' '), true, entities::json FROM n"""

Key = tuple[int, str]


@dataclass(slots=True)
class Item:
    """One message on its way in, and who waits for the commit."""

    account_id: int
    message: InboundMessage
    done: asyncio.Future[Received]

    @property
    def key(self) -> Key:
        """What orders and locks it."""
        return (self.account_id, self.message.contact_key)


class Ingest:
    """The writers; `submit` answers after the commit."""

    def __init__(
        self,
        database: Database,
        configuration: ConfigurationSource,
        clock: Clock,
        writers: int = 2,
    ) -> None:
        self._database = database
        self._configuration = configuration
        self._clock = clock
        self._lanes: list[asyncio.Queue[Item]] = [asyncio.Queue(20_000) for _ in range(writers)]

    async def submit(self, account_id: int, messages: Sequence[InboundMessage]) -> list[Received]:
        """Store messages of one delivery, in order; returns after all are committed.

        Raises:
            Unavailable: the database is away; nothing of what failed is stored.
            Refused: `overloaded`, when more waits than can be held.
        """
        loop = asyncio.get_running_loop()
        futures = []
        for message in messages:
            item = Item(account_id, message, loop.create_future())
            lane = self._lanes[hash(item.key) % len(self._lanes)]
            try:
                lane.put_nowait(item)
            except asyncio.QueueFull:
                raise Refused("overloaded", "Too much at once. Try again shortly.") from None
            futures.append(item.done)
        if len(futures) == 1:
            return [await futures[0]]
        results = await asyncio.gather(*futures, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return [r for r in results if isinstance(r, Received)]

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            for lane in self._lanes:
                group.create_task(self._drain(lane))

    async def _drain(self, lane: asyncio.Queue[Item]) -> None:
        while True:
            batch = [await lane.get()]
            # One turn of the loop: requests that are already there join the batch.
            await asyncio.sleep(0)
            while len(batch) < LARGEST_BATCH and not lane.empty():
                batch.append(lane.get_nowait())
            await self._settle(batch)

    async def _settle(self, batch: list[Item]) -> None:
        """Commit a batch; by halves if it fails, so that one bad message holds up no other."""
        try:
            for attempt in range(3):
                try:
                    results = await self._commit(batch)
                    break
                except (*RACES, asyncpg.UniqueViolationError):
                    if attempt == 2:
                        raise
        except LOST as error:
            unavailable = Unavailable()
            unavailable.__cause__ = error
            _fail(batch, unavailable)
        except Exception as error:
            if len(batch) > 1:
                half = len(batch) // 2
                await self._settle(batch[:half])
                await self._settle(batch[half:])
            else:
                log.exception("ingest.refused", account_id=batch[0].account_id)
                _fail(batch, error)
        else:
            for item, result in zip(batch, results, strict=True):
                if not item.done.done():
                    item.done.set_result(result)

    async def _commit(self, batch: list[Item]) -> list[Received]:
        configuration = self._configuration.current
        groups: dict[Key, list[Item]] = {}
        for item in batch:
            groups.setdefault(item.key, []).append(item)
        ids = iter(await self._database.new_ids(len(batch) * IDS_PER_MESSAGE + 2))
        async with self._database.pool.acquire() as connection:
            await connection.execute("BEGIN")
            try:
                threads = await self._lock(connection, groups)
                now = self._clock.now()
                changes = Changes()
                results: dict[int, Received] = {}
                for key, items in groups.items():
                    taken = receive(
                        threads[key], [i.message for i in items], configuration, ids, now, changes
                    )
                    results.update((id(item), got) for item, got in zip(items, taken, strict=True))
                await self._save(connection, changes, ids)
            except BaseException:
                if not connection.is_closed():
                    await connection.execute("ROLLBACK")
                raise
        return [results[id(item)] for item in batch]

    async def _lock(self, connection: Any, groups: dict[Key, list[Item]]) -> dict[Key, Thread]:
        keys = sorted(groups)
        rows = await connection.fetch(_LOCK, [k[0] for k in keys], [k[1] for k in keys])
        if len(rows) < len(keys):
            found = {(row["account_id"], row["contact_key"]) for row in rows}
            # Rows are locked in id order only; new ones must not be inserted under locks.
            await connection.execute("ROLLBACK; BEGIN")
            await self._create(connection, [k for k in keys if k not in found], groups)
            rows = await connection.fetch(_LOCK, [k[0] for k in keys], [k[1] for k in keys])
        conversations = [conversation_from(row) for row in rows]
        details = {
            row["of_conversation"]: row
            for row in await connection.fetch(
                _DETAILS,
                [c.id for c in conversations],
                [item.account_id for items in groups.values() for item in items],
                [item.message.external_id for items in groups.values() for item in items],
            )
        }
        served = [r["id"] for r in details.values() if r["state"] in {"offered", "active"}]
        legs: dict[int, list[Leg]] = {}
        if served:
            for row in await connection.fetch(_LEGS, served):
                legs.setdefault(row["task_id"], []).append(leg_from(row))
        known: dict[int, dict[str, int]] = {}
        seen = next((row["known"] for row in details.values()), None)
        for account_id, external_id, seq in decode_json(seen) if seen else ():
            known.setdefault(account_id, {})[external_id] = seq
        threads = {}
        for c in conversations:
            row = details[c.id]
            open_task = row["id"] is not None and row["state"] != "ended"
            threads[c.account_id, c.contact_key] = Thread(
                conversation=c,
                contact=Contact(
                    id=c.contact_id,
                    version=row["contact_version"],
                    name=row["name"],
                    email=row["email"],
                    phone=row["phone"],
                ),
                task=task_from(row, tuple(legs.get(row["id"], ()))) if open_task else None,
                known=known.get(c.account_id, _NOTHING),
            )
        return threads

    async def _create(
        self, connection: Any, keys: list[Key], groups: dict[Key, list[Item]]
    ) -> None:
        ids = await self._database.new_ids(2 * len(keys))
        contact_ids, conversation_ids = ids[: len(keys)], ids[len(keys) :]
        first = [groups[key][0].message for key in keys]
        accounts = self._configuration.current.accounts
        channels = [accounts[account].channel.value for account, _ in keys]
        scopes = [str(account) for account, _ in keys]
        externals = [contact_key for _, contact_key in keys]
        await connection.execute(
            _NEW_CONTACTS,
            contact_ids,
            [m.name for m in first],
            [m.email for m in first],
            [m.phone for m in first],
        )
        await connection.execute(_NEW_IDENTITIES, channels, scopes, externals, contact_ids)
        await connection.execute(
            _NEW_CONVERSATIONS,
            conversation_ids,
            [account for account, _ in keys],
            externals,
            channels,
            self._clock.now(),
            scopes,
        )
        await connection.execute(_DROP_ORPHANS, contact_ids)

    async def _save(self, connection: Any, changes: Changes, ids: Any) -> None:
        if not changes.events and not changes.messages:
            await connection.execute("COMMIT")
            return
        commit_id = next(ids)
        if _only_texts(changes):
            await connection.execute(_SAVE_TEXTS, *_text_columns(changes), commit_id)
            await connection.execute(f"SELECT seal({commit_id:d}); COMMIT")
            return
        rest = Changes(
            tasks=changes.tasks,
            new_task_ids=changes.new_task_ids,
            contacts=changes.contacts,
            jobs=changes.jobs,
        )
        if rest.tasks or rest.contacts:
            # A message's job needs the message first.
            rest.jobs = []
            await write(connection, rest, self._configuration.current.queues, commit_id, ())
        await connection.execute(
            _SAVE,
            *_conversation_columns(changes.conversations),
            *_message_columns(changes.messages),
            commit_id,
            *event_columns(changes.events),
        )
        if changes.jobs:
            job_ids = [next(ids) for _ in changes.jobs]
            await enqueue(connection, changes.jobs, job_ids)
        await connection.execute(f"SELECT seal({commit_id:d}); COMMIT")


def _only_texts(changes: Changes) -> bool:
    """Whether a batch is nothing but plain messages, each with its one event."""
    return (
        not (changes.tasks or changes.contacts or changes.jobs)
        and len(changes.events) == len(changes.messages)
        and all(
            m.direction is Direction.INBOUND
            and not m.attachments
            and m.client_id is None
            and m.sent_at is None
            for m in changes.messages
        )
    )


def _text_columns(changes: Changes) -> tuple[Any, ...]:
    conversations, messages, events = changes.conversations, changes.messages, changes.events
    return (
        [c.id for c in conversations],
        [c.last_seq for c in conversations],
        [c.inbound_seq for c in conversations],
        messages[0].created_at,
        [m.id for m in messages],
        [m.conversation_id for m in messages],
        [m.account_id for m in messages],
        [m.task_id for m in messages],
        [m.seq for m in messages],
        [m.inbound_seq for m in messages],
        [m.author_id for m in messages],
        [m.text for m in messages],
        [m.external_id for m in messages],
        [e.queue_id for e in events],
        [" ".join(e.audience) for e in events],
        [encode_json(e.entities).decode() for e in events],
    )


def _conversation_columns(conversations: Sequence[Conversation]) -> tuple[list[Any], ...]:
    return (
        [c.id for c in conversations],
        [c.last_seq for c in conversations],
        [c.inbound_seq for c in conversations],
        [c.task_id for c in conversations],
        [c.customer_away_since for c in conversations],
        [c.last_message_at for c in conversations],
    )


def _message_columns(messages: Sequence[Message]) -> tuple[list[Any], ...]:
    return (
        [m.id for m in messages],
        [m.conversation_id for m in messages],
        [m.account_id for m in messages],
        [m.task_id for m in messages],
        [m.seq for m in messages],
        [m.inbound_seq for m in messages],
        [m.direction for m in messages],
        [m.author_kind for m in messages],
        [m.author_id for m in messages],
        [m.text for m in messages],
        [_json(attachments_json(m.attachments)) for m in messages],
        [_json(announcement_json(m.announcement)) for m in messages],
        [m.customer_sees for m in messages],
        [m.client_id for m in messages],
        [m.external_id for m in messages],
        [m.status for m in messages],
        [m.created_at for m in messages],
        [m.sent_at for m in messages],
    )


def _json(value: Any) -> str | None:
    return None if value is None else encode_json(value).decode()


def _fail(batch: Sequence[Item], error: BaseException) -> None:
    shown = (
        Refused("no_queue", "No queue is configured for this channel.")
        if isinstance(error, NoQueue)
        else error
    )
    for item in batch:
        if not item.done.done():
            item.done.set_exception(shown)
