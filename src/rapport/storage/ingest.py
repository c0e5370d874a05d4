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
from rapport.domain.message import InboundMessage
from rapport.storage.changes import write
from rapport.storage.database import LOST, RACES, Database, Unavailable
from rapport.storage.rows import contact_from, conversation_from, leg_from, task_from

LARGEST_BATCH = 256
IDS_PER_MESSAGE = 6
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
_TASKS = "SELECT * FROM task WHERE id = ANY($1::bigint[])"
_LEGS = "SELECT * FROM leg WHERE task_id = ANY($1::bigint[]) ORDER BY id"
_CONTACTS = "SELECT * FROM contact WHERE id = ANY($1::bigint[])"
_KNOWN = """
SELECT m.account_id, m.external_id, m.seq
FROM unnest($1::bigint[], $2::text[]) k(account_id, external_id)
JOIN message m ON m.account_id = k.account_id AND m.external_id = k.external_id"""

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
        task_ids = [c.task_id for c in conversations if c.task_id is not None]
        tasks = await connection.fetch(_TASKS, task_ids) if task_ids else []
        open_ids = [row["id"] for row in tasks if row["state"] != "ended"]
        legs: dict[int, list[Any]] = {}
        if open_ids:
            for row in await connection.fetch(_LEGS, open_ids):
                legs.setdefault(row["task_id"], []).append(leg_from(row))
        by_id = {row["id"]: task_from(row, tuple(legs.get(row["id"], ()))) for row in tasks}
        contacts = {
            row["id"]: contact_from(row)
            for row in await connection.fetch(_CONTACTS, [c.contact_id for c in conversations])
        }
        known: dict[int, dict[str, int]] = {}
        for row in await connection.fetch(
            _KNOWN,
            [item.account_id for items in groups.values() for item in items],
            [item.message.external_id for items in groups.values() for item in items],
        ):
            known.setdefault(row["account_id"], {})[row["external_id"]] = row["seq"]
        return {
            (c.account_id, c.contact_key): Thread(
                conversation=c,
                contact=contacts[c.contact_id],
                task=by_id.get(c.task_id) if c.task_id is not None else None,
                known=known.get(c.account_id, {}),
            )
            for c in conversations
        }

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
        job_ids = [next(ids) for _ in changes.jobs]
        await write(connection, changes, self._configuration.current.queues, commit_id, job_ids)
        await connection.execute(f"SELECT seal({commit_id:d}); COMMIT")


def _fail(batch: Sequence[Item], error: BaseException) -> None:
    shown = (
        Refused("no_queue", "No queue is configured for this channel.")
        if isinstance(error, NoQueue)
        else error
    )
    for item in batch:
        if not item.done.done():
            item.done.set_exception(shown)
