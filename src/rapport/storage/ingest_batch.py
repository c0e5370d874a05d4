"""One batch of customers' messages, in one transaction: a constant number of round trips.

Plain texts go the short way (`ingest_texts`), which leaves to this one whatever it cannot do.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

import asyncpg

from rapport.application.configuration.snapshot import Configuration
from rapport.application.ports import Changes, Clock, ConfigurationSource
from rapport.application.receive_messages import receive
from rapport.application.received import Received, Thread
from rapport.domain.message import (
    Contact,
    Conversation,
    CustomerEvent,
    InboundMessage,
    Message,
)
from rapport.storage import ingest_statements as sql
from rapport.storage.audiences import tell_holders
from rapport.storage.changes import enqueue, event_columns, write
from rapport.storage.database import RACES, Database, encode_json
from rapport.storage.ingest_customers import Newcomer, first_message, welcome
from rapport.storage.ingest_items import (
    IDS_PER_MESSAGE,
    Item,
    Key,
    aliases,
    keep_consent,
    look_at_held,
    moved,
    opens,
    refers_to,
    segmented,
)
from rapport.storage.ingest_texts import Texts
from rapport.storage.ingest_threads import read_threads
from rapport.storage.rows import announcement_json, attachments_json, message_from
from rapport.storage.segments import join_segment
from rapport.storage.workflow_runs import keep_run


class BatchWriter:
    """Commits batches on a database; several at a time are safe."""

    def __init__(
        self, database: Database, configuration: ConfigurationSource, clock: Clock
    ) -> None:
        self._database = database
        self._configuration = configuration
        self._clock = clock
        self.texts = Texts(database, configuration, clock)

    async def commit(self, batch: Sequence[Item]) -> list[Received]:
        """Commit a batch, again if another node was in the way; what became of each, in order.

        Raises:
            NoQueue: one of them has nowhere to go; nothing is stored.
            Exception: whatever the database says no with; nothing is known to be stored.
        """
        groups = _by_conversation(batch)
        taken = await self.texts.take(batch, groups)
        if taken is not None:
            return taken
        self.texts.forget(groups)
        for _ in range(2):
            with contextlib.suppress(*RACES, asyncpg.UniqueViolationError):
                return await self._commit(batch)
        return await self._commit(batch)

    async def _commit(self, batch: Sequence[Item]) -> list[Received]:
        configuration = self._configuration.current
        groups = _by_conversation(batch)
        files = sum(len(i.message.media) for i in batch if not isinstance(i.message, CustomerEvent))
        ends = sum(isinstance(i.message, InboundMessage) and i.message.ends for i in batch)
        wanted = len(batch) * IDS_PER_MESSAGE + 2 + files + 2 * ends * len(configuration.rules)
        ids = iter(await self._database.new_ids(wanted))
        results: dict[int, Received] = {}
        async with self._database.begun() as connection:
            if renamed := moved(batch):
                await self._rename(connection, renamed)
                await connection.execute("COMMIT; BEGIN")
            if any(segmented(i.message) for i in batch):
                results = await self._join_segments(connection, batch, groups)
            threads = await self._lock(connection, groups)
            await look_at_held(connection, batch)
            now = self._clock.now()
            changes = Changes()
            versions = {t.contact.id: t.contact.version for t in threads.values() if t is not None}
            results |= _fold(groups, threads, configuration, ids, now, changes)
            if changes.contacts:
                await _hold_contacts(connection, changes.contacts, versions)
            if changes.amended or changes.contacts:
                await tell_holders(connection, changes)
            if any(isinstance(i.message, CustomerEvent) for i in batch):
                await keep_consent(connection, batch)
            await self._save(connection, changes, ids)
        return [results[id(item)] for item in batch]

    async def _join_segments(
        self, connection: Any, batch: Sequence[Item], groups: dict[Key, list[Item]]
    ) -> dict[int, Received]:
        """Keep segments; items whose message is whole now stay in the groups, others are done.

        Its own transaction, so that no other lock is held while it waits for a twin.
        """
        done: dict[int, Received] = {}
        for item in sorted(batch, key=lambda item: item.key):
            if not segmented(item.message) or not isinstance(item.message, InboundMessage):
                continue
            whole = await join_segment(connection, item.account_id, item.message, self._clock.now())
            if whole is None:
                done[id(item)] = Received(0, None, 0, duplicate=False, ignored="segment")
                groups[item.key].remove(item)
                if not groups[item.key]:
                    del groups[item.key]
            else:
                item.message = whole
        await connection.execute("COMMIT; BEGIN")
        return done

    async def _lock(
        self, connection: Any, groups: dict[Key, list[Item]]
    ) -> dict[Key, Thread | None]:
        keys = sorted(groups)
        rows = await connection.fetch(sql.LOCK, [k[0] for k in keys], [k[1] for k in keys])
        # Only a message opens a conversation (T1).
        held = {(row["account_id"], row["contact_key"]) for row in rows}
        missing = [key for key in keys if key not in held and opens(groups[key])]
        self.texts.expects_newcomers = bool(missing)
        if missing:
            # Rows are locked in id order only; new ones must not be inserted under locks.
            await connection.execute("ROLLBACK; BEGIN")
            await self._rename(connection, aliases(missing, groups))
            ids = await self._database.new_ids(2 * len(missing))
            accounts = self._configuration.current.accounts
            newcomers = [
                Newcomer(key, accounts[key[0]].channel.value, first_message(groups[key]))
                for key in missing
            ]
            await welcome(connection, newcomers, ids, self._clock.now())
            rows = await connection.fetch(sql.LOCK, [k[0] for k in keys], [k[1] for k in keys])
            held = {(row["account_id"], row["contact_key"]) for row in rows}
        read = await read_threads(connection, sorted(held), chain.from_iterable(groups.values()))
        referred = await self._referred(connection, groups)
        for (account_id, _), (thread, _) in read.items():
            thread.referred = referred.get(account_id) or {}
        return {key: read[key][0] if key in read else None for key in groups}

    async def _referred(
        self, connection: Any, groups: dict[Key, list[Item]]
    ) -> dict[int, dict[str, Message]]:
        wanted = {
            (item.account_id, external_id)
            for items in groups.values()
            for item in items
            if (external_id := refers_to(item.message)) is not None
        }
        found: dict[int, dict[str, Message]] = {}
        if wanted:
            keys = sorted(wanted)
            for row in await connection.fetch(
                sql.REFERRED, [k[0] for k in keys], [k[1] for k in keys]
            ):
                found.setdefault(row["account_id"], {})[row["referred_as"]] = message_from(row)
        return found

    async def _rename(self, connection: Any, renames: Sequence[tuple[int, str, str]]) -> None:
        """Conversations of customers who come under a new key: (account, key, former key)."""
        if not renames:
            return
        accounts = self._configuration.current.accounts
        known = sorted({account_id for account_id, _, _ in renames})
        await connection.execute(
            sql.RENAME,
            [account_id for account_id, _, _ in renames],
            [key for _, key, _ in renames],
            [alias for _, _, alias in renames],
            known,
            [accounts[account_id].channel.value for account_id in known],
        )

    async def _save(self, connection: Any, changes: Changes, ids: Iterator[int]) -> None:
        if not (changes.events or changes.messages or changes.conversations or changes.contacts):
            await connection.execute("COMMIT")
            return
        commit_id = next(ids)
        rest = Changes(
            tasks=changes.tasks,
            new_task_ids=changes.new_task_ids,
            contacts=changes.contacts,
            messages=list(changes.amended.values()),
        )
        if rest.tasks or rest.contacts or rest.messages:
            await write(connection, rest, self._configuration.current.queues, commit_id, ())
        await connection.execute(
            sql.SAVE,
            *_conversation_columns(changes.conversations),
            *_message_columns(changes.messages),
            commit_id,
            *event_columns(changes.events),
            [c.last_inbound_at for c in changes.conversations],
            [c.opted_out_at for c in changes.conversations],
            [_json(m.content) for m in changes.messages],
            [c.survey is not None for c in changes.conversations],
        )
        if changes.ratings:
            await connection.execute(
                sql.RATE,
                [r.task_id for r in changes.ratings],
                [r.rating for r in changes.ratings],
                [r.comment for r in changes.ratings],
                [r.at for r in changes.ratings],
            )
        for run in changes.runs:
            await keep_run(connection, run)
        if changes.media:
            await self._fetch_later(connection, changes)
        if changes.jobs:
            job_ids = [next(ids) for _ in changes.jobs]
            await enqueue(connection, changes.jobs, job_ids, changes.jobs[0].created_at)
        await connection.execute(f"SELECT seal({commit_id:d}); COMMIT")

    async def _fetch_later(self, connection: Any, changes: Changes) -> None:
        message_of = {a.id: m.id for m in changes.messages for a in m.attachments}
        await connection.execute(
            sql.MEDIA,
            [attachment_id for attachment_id, _, _ in changes.media],
            [message_of[attachment_id] for attachment_id, _, _ in changes.media],
            [conversation.account_id for _, conversation, _ in changes.media],
            [_json(media) for _, _, media in changes.media],
            self._clock.now(),
        )


def _fold(
    groups: Mapping[Key, Sequence[Item]],
    threads: Mapping[Key, Thread | None],
    configuration: Configuration,
    ids: Iterator[int],
    now: datetime,
    changes: Changes,
) -> dict[int, Received]:
    """Each conversation by itself; what one tells of the customer, the customer's others know.

    Returns:
        What became of each item, by its `id()`.
    """
    results: dict[int, Received] = {}
    contacts: dict[int, Contact] = {}
    for key, items in groups.items():
        thread = threads[key]
        if thread is not None:
            thread.contact = contacts.get(thread.contact.id, thread.contact)
        taken = receive(thread, [i.message for i in items], configuration, ids, now, changes)
        if thread is not None:
            contacts[thread.contact.id] = thread.contact
        results.update((id(item), got) for item, got in zip(items, taken, strict=True))
    changes.contacts = [contacts[i] for i in sorted({c.id for c in changes.contacts})]
    return results


async def _hold_contacts(
    connection: Any, contacts: Sequence[Contact], versions: Mapping[int, int]
) -> None:
    """Who learns something of a contact holds its row, which must be as it was read.

    The lock of a conversation does not do: the customer may have another one.

    Raises:
        SerializationError: it was changed meanwhile.
    """
    for row in await connection.fetch(sql.HOLD_CONTACTS, [c.id for c in contacts]):
        if row["version"] != versions[row["id"]]:
            raise asyncpg.SerializationError("a contact was changed meanwhile")


def _by_conversation(batch: Sequence[Item]) -> dict[Key, list[Item]]:
    groups: dict[Key, list[Item]] = {}
    for item in batch:
        groups.setdefault(item.key, []).append(item)
    return groups


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
