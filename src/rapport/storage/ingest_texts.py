"""The short way of plain texts to customers' conversations: one round trip for a whole batch.

What was decided on last time is kept. Deciding again needs no reading then; whether it still
holds is checked in the database, under the locks, in the statement that writes. Where it does not,
nothing is written, and the batch goes the long way (`ingest_batch`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

import asyncpg

from rapport.application.ports import Changes, Clock, ConfigurationSource, Logged
from rapport.application.receive_messages import receive
from rapport.application.received import Received, Thread
from rapport.domain.message import Direction, InboundMessage
from rapport.storage import ingest_statements as sql
from rapport.storage.database import LOST, RACES, Database, encode_json
from rapport.storage.ingest_items import IDS_PER_MESSAGE, Item, Key
from rapport.storage.ingest_threads import Marks, read_threads

MOST_KEPT = 5_000
"""Conversations, at 1.6 kB each that waits (measured); agents add to it."""


@dataclass(slots=True)
class _Kept:
    """A thread as it was when it was last written; `pos` is where the log says so."""

    thread: Thread
    marks: Marks
    pos: int


class Texts:
    """Takes batches of plain texts; several at a time are safe, of different conversations."""

    def __init__(
        self, database: Database, configuration: ConfigurationSource, clock: Clock
    ) -> None:
        self._database = database
        self._configuration = configuration
        self._clock = clock
        self._kept: dict[Key, _Kept] = {}
        self._keys: dict[int, Key] = {}
        self.expects_newcomers = False
        """Whether somebody of the last batch was new: then reading first would be in vain."""
        self._idle: list[asyncpg.Connection[Any]] = []
        self.under_way = 0
        """Batches that are being written."""
        self.on_logged: Callable[[int, Sequence[Logged]], None] = _nobody
        """Hears of each commit, with what is in the log at its position."""

    async def take(
        self, batch: Sequence[Item], groups: Mapping[Key, list[Item]]
    ) -> list[Received] | None:
        """Commit a batch; None, and nothing is changed, where this is not the way for it.

        Raises:
            Exception: whatever the database says no with; nothing is known to be stored.
        """
        if not all(_plain(item) for item in batch):
            return None
        try:
            async with self._connection() as connection:
                return await self._take(connection, batch, groups)
        except (*RACES, asyncpg.UniqueViolationError, asyncpg.OutdatedSchemaCacheError):
            return None
        except BaseException:
            self._forget_all()
            raise

    def forget(self, keys: Sequence[Key] | Mapping[Key, object]) -> None:
        """Read these anew next time."""
        for key in keys:
            kept = self._kept.pop(key, None)
            if kept is not None:
                self._keys.pop(kept.thread.conversation.id, None)

    def _forget_all(self) -> None:
        # The database was away: one that took its place may count transactions anew.
        self._kept.clear()
        self._keys.clear()

    def heard(self, pos: int, conversation_ids: Iterable[int | None]) -> None:
        """Something has changed in these conversations, at a position of the log."""
        for conversation_id in conversation_ids:
            key = None if conversation_id is None else self._keys.get(conversation_id)
            if key is not None and self._kept[key].pos < pos:
                self.forget([key])

    async def _take(
        self, connection: Any, batch: Sequence[Item], groups: Mapping[Key, list[Item]]
    ) -> list[Received] | None:
        kept = await self._threads(connection, groups)
        if kept is None:
            return None
        ids = iter(await self._database.new_ids(len(batch) * IDS_PER_MESSAGE + 1))
        now = self._clock.now()
        changes = Changes()
        results: dict[int, Received] = {}
        for key, items in groups.items():
            # Folding changes the thread that it is given.
            thread = replace(kept[key].thread, referred={})
            taken = receive(
                thread, [i.message for i in items], self._configuration.current, ids, now, changes
            )
            results.update((id(item), got) for item, got in zip(items, taken, strict=True))
        if not _only_texts(changes):
            return None
        entities = [encode_json(event.entities).decode() for event in changes.events]
        marks = [kept[c.account_id, c.contact_key].marks for c in changes.conversations]
        row = await connection.fetchrow(
            sql.TAKE_TEXTS, *_columns(changes, marks), entities, next(ids)
        )
        assert row is not None  # noqa: S101 - a function has one row
        pos, written_by = row
        if pos is None:
            return None
        self._keep(changes, kept, pos, written_by)
        self.on_logged(
            pos,
            [
                (e.kind, e.at, e.conversation_id, e.audience, e.customer, stored)
                for e, stored in zip(changes.events, entities, strict=True)
            ],
        )
        return [results[id(item)] for item in batch]

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[asyncpg.Connection[Any]]:
        """One that stays here between batches: giving it back takes turns of the loop."""
        connection = await self._open()
        self.under_way += 1
        try:
            yield connection
        except asyncpg.PostgresError:
            self._idle.append(connection)
            raise
        except BaseException:
            # It gave no answer: nobody waits for it a second time.
            connection.terminate()
            raise
        else:
            self._idle.append(connection)
        finally:
            self.under_way -= 1

    async def _open(self) -> asyncpg.Connection[Any]:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
            self._forget_all()
        return await self._database.connection()

    async def rest(self) -> None:
        """Close the connections, whatever has become of the database."""
        while self._idle:
            with suppress(*LOST):
                await self._idle.pop().close(timeout=2)

    async def _threads(
        self, connection: Any, groups: Mapping[Key, list[Item]]
    ) -> dict[Key, _Kept] | None:
        """What is kept, and what is read; None where somebody has no conversation yet."""
        found = {key: self._kept[key] for key in groups if key in self._kept}
        cold = [key for key in groups if key not in found]
        if cold and self.expects_newcomers:
            return None
        if cold:
            read = await read_threads(connection, cold)
            self.expects_newcomers = len(read) < len(cold)
            if self.expects_newcomers:
                return None
            found |= {key: _Kept(thread, marks, 0) for key, (thread, marks) in read.items()}
        return found

    def _keep(self, changes: Changes, kept: Mapping[Key, _Kept], pos: int, written_by: int) -> None:
        for conversation in changes.conversations:
            key = conversation.account_id, conversation.contact_key
            before = kept[key]
            self._kept.pop(key, None)
            self._kept[key] = _Kept(
                replace(before.thread, conversation=conversation),
                replace(before.marks, conversation=written_by),
                pos,
            )
            self._keys[conversation.id] = key
        while len(self._kept) > MOST_KEPT:
            self.forget([next(iter(self._kept))])


def _nobody(_pos: int, _events: Sequence[Logged]) -> None:
    """No stream here."""


def _plain(item: Item) -> bool:
    """Whether it can be told that nothing needs to be read or done beside the conversation."""
    message = item.message
    return (
        isinstance(message, InboundMessage)
        and message.reply_to is None
        and message.segment is None
        and not message.attachments
        and not message.media
        and not message.ends
    )


def _only_texts(changes: Changes) -> bool:
    """Whether nothing came of a batch but messages, each with its one event."""
    return (
        bool(changes.messages)
        and not (changes.tasks or changes.contacts or changes.jobs or changes.amended)
        and not (changes.ratings or changes.runs or changes.media)
        and len(changes.events) == len(changes.messages)
        and all(m.direction is Direction.INBOUND and m.content is None for m in changes.messages)
    )


def _columns(changes: Changes, marks: Sequence[Marks]) -> tuple[Any, ...]:
    conversations, messages, events = changes.conversations, changes.messages, changes.events
    return (
        [c.id for c in conversations],
        [m.conversation for m in marks],
        [m.contact for m in marks],
        [m.task for m in marks],
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
        [m.client_id for m in messages],
        [m.sent_at for m in messages],
        [e.queue_id for e in events],
        [" ".join(e.audience) for e in events],
        [encode_json(e.facts).decode() for e in events],
    )
