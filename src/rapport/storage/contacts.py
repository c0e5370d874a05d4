"""Writing what is known of contacts: fields, notes, and two contacts that are one person."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

from rapport.application.perform import Once
from rapport.application.ports import EventRecord
from rapport.application.reading import Sight
from rapport.application.views import View, contact_view, moment, task_view
from rapport.domain.errors import Forbidden, NotFound, Refused, Stale
from rapport.domain.message import Contact
from rapport.storage.changes import insert_events
from rapport.storage.database import Database, decode_json, encode_json
from rapport.storage.queries.contacts import contact_visible, unknown_contact
from rapport.storage.rows import contact_from, leg_from, task_from

FIELDS = ("name", "email", "phone")
# Everybody who writes a contact holds its conversations first, as taking messages in does.
_LOCK_CONVERSATIONS = """
SELECT id FROM conversation WHERE contact_id = ANY($1::bigint[]) ORDER BY id FOR UPDATE"""
_LOCK = "SELECT * FROM contact WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE"
_WRITE = """
UPDATE contact SET version = version + 1, name = $2, email = $3, phone = $4, attributes = $5::jsonb,
    by_hand = $6
WHERE id = $1 RETURNING *"""
# By the conversations, with which tasks move: there is no way to them by contact.
_OPEN_TASKS = """
UPDATE task SET version = version + 1 WHERE id IN (
    SELECT t.id FROM conversation c JOIN task t ON t.conversation_id = c.id
    WHERE c.contact_id = $1 AND (t.state <> 'ended' OR EXISTS (
        SELECT FROM leg l WHERE l.task_id = t.id AND l.state <> 'closed')))
RETURNING *"""
_LIVE = """
SELECT DISTINCT l.agent_id FROM conversation c JOIN task t ON t.conversation_id = c.id
JOIN leg l ON l.task_id = t.id WHERE c.contact_id = $1 AND l.state <> 'closed'"""
_MOVE_CONVERSATIONS = """
UPDATE conversation SET contact_id = $2 WHERE contact_id = $1 RETURNING id"""
# What came after the merge follows the identity by which it came.
_BACK = """
SELECT c.id FROM conversation c WHERE c.contact_id = $1 AND (c.id = ANY($2::bigint[]) OR EXISTS (
    SELECT FROM contact_identity i WHERE i.contact_id = $3 AND i.scope = c.account_id::text
      AND (i.external_id = c.contact_key OR EXISTS (
        SELECT FROM mail m WHERE m.conversation_id = c.id AND m.sender = i.external_id
          AND NOT m.ours))))"""


class PostgresContacts:
    """Each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def edit(
        self,
        contact_id: int,
        sight: Sight,
        version: int,
        fields: Mapping[str, str | None],
        attributes: Mapping[str, str],
        now: datetime,
    ) -> View:
        """Write a contact's fields, on top of a version; messages do not change these any more.

        Raises:
            NotFound: unknown, or not for this reader.
            Stale: it has changed meanwhile; carries what it is now.
        """
        async with self._change(now) as change:
            (row,) = await change.locked([contact_id], sight)
            if row["version"] != version:
                raise Stale(
                    "stale_version",
                    "The customer was changed meanwhile.",
                    {"contact": contact_view(contact_from(row))},
                )
            by_hand = {
                name
                for name in FIELDS
                if name in row["by_hand"] or (fields.get(name) or None) != row[name]
            }
            contact = await change.write(contact_id, fields, attributes, by_hand)
            await change.tell(contact)
        return {"contact": contact_view(contact), "attributes": dict(attributes)}

    async def add_note(
        self, contact_id: int, sight: Sight, note_id: int, text: str, now: datetime, once: Once
    ) -> View:
        """A note for whoever serves the contact next."""
        async with self._change(now, once) as change:
            if change.earlier is not None:
                return change.earlier
            await change.locked([contact_id], sight)
            await change.connection.execute(
                "INSERT INTO contact_note VALUES ($1, $2, $3, $4, $5)",
                note_id,
                contact_id,
                sight.reader_id,
                text,
                now,
            )
            note = {"id": note_id, "author_id": sight.reader_id, "text": text, "at": moment(now)}
            return await change.answer({"note": note})

    async def delete_note(self, contact_id: int, note_id: int, sight: Sight) -> None:
        """Take a note away: its author, or who supervises.

        Raises:
            NotFound, Forbidden: there is none, or it is somebody else's.
        """
        async with self._database.pool.acquire() as connection:
            author = await connection.fetchval(
                "SELECT author_id FROM contact_note WHERE id = $1 AND contact_id = $2",
                note_id,
                contact_id,
            )
            if author is None or not await contact_visible(connection, contact_id, sight):
                raise NotFound("note_not_found", "This note does not exist.")
            if author != sight.reader_id and not sight.everything:
                raise Forbidden("not_your_note", "Only its author can take a note away.")
            await connection.execute("DELETE FROM contact_note WHERE id = $1", note_id)

    async def merge(
        self,
        into_id: int,
        from_id: int,
        sight: Sight,
        merge_id: int,
        now: datetime,
        once: Once,
    ) -> View:
        """Make two contacts one: identities, conversations and notes move, gaps are filled.

        Raises:
            NotFound: one of them is unknown, or not for this reader.
            Refused: `same_contact`, `merged_already`.
        """
        async with self._change(now, once) as change:
            if change.earlier is not None:
                return change.earlier
            if into_id == from_id:
                raise Refused("same_contact", "Choose another customer.")
            rows = {row["id"]: row for row in await change.locked([into_id, from_id], sight)}
            gone = await change.connection.fetchval(
                "SELECT count(*) FROM contact_merge WHERE from_id = ANY($1::bigint[])"
                " AND undone_at IS NULL",
                [into_id, from_id],
            )
            if gone:
                raise Refused("merged_already", "This customer has been merged meanwhile.")
            into, other = rows[into_id], rows[from_id]
            filled = {
                name: other[name]
                for name in FIELDS
                if into[name] in {None, ""} and other[name] not in {None, ""}
            }
            mine, theirs = decode_json(into["attributes"]), decode_json(other["attributes"])
            added = {key: value for key, value in theirs.items() if key not in mine}
            moved = await change.move(from_id, into_id)
            await change.connection.execute(
                "INSERT INTO contact_merge VALUES ($1, $2, $3, $4, $5, $6::jsonb)",
                merge_id,
                into_id,
                from_id,
                sight.reader_id,
                now,
                encode_json({**moved, "filled": filled, "added": added}).decode(),
            )
            await change.connection.execute(
                "DELETE FROM contact_search WHERE contact_id = $1", from_id
            )
            fields = {name: filled.get(name, into[name]) for name in FIELDS}
            by_hand = {*into["by_hand"], *(name for name in filled if name in other["by_hand"])}
            contact = await change.write(into_id, fields, {**mine, **added}, by_hand)
            await change.tell(contact)
            return await change.answer({"merge_id": merge_id, "contact": contact_view(contact)})

    async def unmerge(
        self, into_id: int, merge_id: int, sight: Sight, now: datetime, once: Once
    ) -> View:
        """Take a merge back: everything goes where it was; what came since, by its identity.

        Raises:
            NotFound: there is no such merge here.
            Refused: `merged_further`: the contact was merged into another one since.
        """
        async with self._change(now, once) as change:
            if change.earlier is not None:
                return change.earlier
            connection = change.connection
            merge = await connection.fetchrow(
                "SELECT * FROM contact_merge WHERE id = $1 AND into_id = $2"
                " AND undone_at IS NULL FOR UPDATE",
                merge_id,
                into_id,
            )
            if merge is None:
                raise NotFound("merge_not_found", "This has been taken back already.")
            (into,) = await change.locked([into_id], sight)
            if await connection.fetchval(
                "SELECT EXISTS (SELECT FROM contact_merge WHERE from_id = $1"
                " AND undone_at IS NULL)",
                into_id,
            ):
                raise Refused("merged_further", "Take back the later merge first.")
            from_id, moved = merge["from_id"], decode_json(merge["moved"])
            await change.move_back(into_id, from_id, moved)
            attributes = decode_json(into["attributes"])
            fields = {
                name: None if moved["filled"].get(name, object()) == into[name] else into[name]
                for name in FIELDS
            }
            kept = {
                key: value
                for key, value in attributes.items()
                if moved["added"].get(key, object()) != value
            }
            await connection.execute(
                "UPDATE contact_merge SET undone_at = $2 WHERE id = $1", merge_id, now
            )
            contact = await change.write(into_id, fields, kept, into["by_hand"])
            await change.tell(contact)
            row = await connection.fetchrow(
                "UPDATE contact SET version = version + 1 WHERE id = $1 RETURNING *", from_id
            )
            assert row is not None  # noqa: S101 - held by a foreign key
            other = contact_from(row)
            await change.tell(other)
            return await change.answer(
                {"contact": contact_view(contact), "other": contact_view(other)}
            )

    @asynccontextmanager
    async def _change(self, now: datetime, once: Once | None = None) -> AsyncIterator[_Change]:
        (commit_id,) = await self._database.new_ids(1)
        async with self._database.begun() as connection:
            change = _Change(connection, now, once)
            await change.recall()
            yield change
            if change.events:
                await insert_events(connection, change.events, commit_id)
                await connection.execute(f"SELECT seal({commit_id:d}); COMMIT")
            else:
                await connection.execute("COMMIT")


class _Change:
    """One transaction on contacts, and the events that tell of it."""

    def __init__(self, connection: Any, now: datetime, once: Once | None) -> None:
        self.connection = connection
        self.now = now
        self.once = once
        self.earlier: View | None = None
        self.events: list[EventRecord] = []

    async def recall(self) -> None:
        """The answer that was given under this key before, if it was."""
        if self.once is None:
            return
        row = await self.connection.fetchrow(
            "SELECT fingerprint, answer FROM command_result WHERE user_id = $1 AND key = $2",
            self.once.user_id,
            self.once.key,
        )
        if row is None:
            return
        if row["fingerprint"] != self.once.fingerprint:
            raise Refused(
                "idempotency_key_reused", "This Idempotency-Key was used for another request."
            )
        self.earlier = json.loads(row["answer"])

    async def answer(self, view: View) -> View:
        """Keep the answer under its key."""
        if self.once is not None:
            await self.connection.execute(
                "INSERT INTO command_result VALUES ($1, $2, $3, 200, $4, $5)",
                self.once.user_id,
                self.once.key,
                self.once.fingerprint,
                json.dumps(view),
                self.now,
            )
        return view

    async def locked(self, ids: Sequence[int], sight: Sight) -> list[Any]:
        """Contacts under lock, their conversations first."""
        await self.connection.execute(_LOCK_CONVERSATIONS, list(ids))
        rows: list[Any] = await self.connection.fetch(_LOCK, list(ids))
        found = {row["id"] for row in rows}
        for contact_id in ids:
            if contact_id not in found or not await contact_visible(
                self.connection, contact_id, sight
            ):
                raise unknown_contact()
        return rows

    async def write(
        self,
        contact_id: int,
        fields: Mapping[str, str | None],
        attributes: Mapping[str, str],
        by_hand: Collection[str],
    ) -> Contact:
        """The contact as it is from now on; an empty field is anybody's to fill."""
        row = await self.connection.fetchrow(
            _WRITE,
            contact_id,
            *(fields.get(name) or None for name in FIELDS),
            encode_json(attributes).decode(),
            [name for name in FIELDS if name in by_hand and fields.get(name)],
        )
        return contact_from(row)

    async def move(self, from_id: int, into_id: int) -> dict[str, Any]:
        """Identities, conversations with their tasks, notes; and which they were."""
        identities = await self.connection.fetch(
            "UPDATE contact_identity SET contact_id = $2 WHERE contact_id = $1"
            " RETURNING channel, scope, external_id",
            from_id,
            into_id,
        )
        conversations = await self.connection.fetch(_MOVE_CONVERSATIONS, from_id, into_id)
        notes = await self.connection.fetch(
            "UPDATE contact_note SET contact_id = $2 WHERE contact_id = $1 RETURNING id",
            from_id,
            into_id,
        )
        ids = [row["id"] for row in conversations]
        await self._tasks_to(into_id, ids)
        return {
            "identities": [list(row) for row in identities],
            "conversations": ids,
            "notes": [row["id"] for row in notes],
        }

    async def move_back(self, into_id: int, from_id: int, moved: Mapping[str, Any]) -> None:
        """The reverse of `move`."""
        for channel, scope, external_id in moved["identities"]:
            await self.connection.execute(
                "UPDATE contact_identity SET contact_id = $1 WHERE channel = $2 AND scope = $3"
                " AND external_id = $4 AND contact_id = $5",
                from_id,
                channel,
                scope,
                external_id,
                into_id,
            )
        rows = await self.connection.fetch(_BACK, into_id, moved["conversations"], from_id)
        ids = [row["id"] for row in rows]
        await self.connection.execute(
            "UPDATE conversation SET contact_id = $1 WHERE id = ANY($2::bigint[])", from_id, ids
        )
        await self.connection.execute(
            "UPDATE contact_note SET contact_id = $1 WHERE id = ANY($2::bigint[])",
            from_id,
            moved["notes"],
        )
        await self._tasks_to(from_id, ids)

    async def _tasks_to(self, contact_id: int, conversation_ids: Sequence[int]) -> None:
        await self.connection.execute(
            "UPDATE task SET contact_id = $1 WHERE conversation_id = ANY($2::bigint[])",
            contact_id,
            list(conversation_ids),
        )

    async def tell(self, contact: Contact) -> None:
        """Desktops that have the contact's conversations open see it as it is now."""
        live = await self.connection.fetch(_LIVE, contact.id)
        audience = tuple(sorted(f"agent.{row['agent_id']}" for row in live))
        told = EventRecord(
            kind="contact.updated",
            at=self.now,
            audience=audience,
            entities={"contact": contact_view(contact)},
        )
        self.events.append(told)
        tasks = await self.connection.fetch(_OPEN_TASKS, contact.id)
        for row in sorted(tasks, key=lambda row: row["id"]):
            legs = await self.connection.fetch(
                "SELECT * FROM leg WHERE task_id = $1 ORDER BY id", row["id"]
            )
            task = task_from(row, tuple(leg_from(leg) for leg in legs))
            agents = {leg.agent_id for leg in task.open_legs}
            self.events.append(
                replace(
                    told,
                    kind="task.changed",
                    conversation_id=task.conversation_id,
                    task_id=task.id,
                    queue_id=task.queue_id,
                    audience=(*(f"agent.{i}" for i in sorted(agents)), f"queue.{task.queue_id}"),
                    entities={"task": task_view(task), "contact": contact_view(contact)},
                )
            )
