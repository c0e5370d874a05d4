"""Uploads that wait for the virus scanner; implements `jobs.held_files.HeldBoard`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from rapport.application.ports import EventRecord
from rapport.application.views import message_view
from rapport.domain.message import Attachment, Message
from rapport.storage.audiences import told_of_changes
from rapport.storage.changes import insert_events
from rapport.storage.database import Database, encode_json
from rapport.storage.removals import Removals, note_removals
from rapport.storage.rows import attachments_json, message_from

_CLAIM = """
UPDATE attachment a SET held_due = clock_timestamp() + make_interval(secs => $2)
FROM (SELECT id FROM attachment WHERE held_due <= clock_timestamp()
      ORDER BY held_due LIMIT $1 FOR UPDATE SKIP LOCKED) due
WHERE a.id = due.id RETURNING a.id, a.storage_key"""
_WAITING = "SELECT EXISTS (SELECT FROM attachment WHERE held_due <= clock_timestamp())"
_LATER = """
UPDATE attachment SET held_due = clock_timestamp() + make_interval(secs => $2)
WHERE id = $1 AND held_due IS NOT NULL"""
# Whoever puts the file into a message holds its row shared until that is committed: the messages
# are looked for afterwards, and none is missed.
_RELEASE = """
UPDATE attachment SET held_due = NULL WHERE id = $1 AND held_due IS NOT NULL
RETURNING conversation_id"""
_REFUSE = """
UPDATE attachment SET held_due = NULL, storage_key = NULL, refusal_code = $2, refusal_message = $3
WHERE id = $1 AND held_due IS NOT NULL RETURNING conversation_id"""
# In the order of whoever records an outcome: the lane, then its messages.
_LANE = "SELECT FROM outbox_lane WHERE id = $1 FOR UPDATE"
_MESSAGES = """
SELECT * FROM message WHERE conversation_id = $1 AND attachments @> $2::jsonb
ORDER BY id FOR NO KEY UPDATE"""
_SAVE = "UPDATE message SET attachments = $2::jsonb, version = version + 1 WHERE id = $1"
# A lane that waits for this very file need not wait out its minute.
_LEAVE = """
UPDATE outbox_lane l SET due = clock_timestamp()
WHERE l.id = $1 AND l.due > clock_timestamp() AND EXISTS (
    SELECT FROM message m WHERE m.error_code = 'file_held' AND m.id = ANY($2::bigint[])
      AND m.id = (SELECT message_id FROM outbox_job WHERE lane_id = l.id ORDER BY id LIMIT 1))"""
_NEXT = """
SELECT id, held_due IS NOT NULL AS held, refusal_code, refusal_message
FROM attachment WHERE id = ANY($1::bigint[]) FOR SHARE"""


class HeldFiles:
    """What each method does is said at the Protocol."""

    def __init__(self, database: Database, removals: Removals) -> None:
        self._database = database
        self._removals = removals

    async def waiting(self) -> bool:  # noqa: D102
        return bool(await self._database.pool.fetchval(_WAITING))

    async def claim(self, limit: int, lease_s: float) -> Sequence[tuple[int, str]]:  # noqa: D102
        return [tuple(row) for row in await self._database.pool.fetch(_CLAIM, limit, lease_s)]

    async def later(self, attachment_id: int, seconds: float) -> None:  # noqa: D102
        await self._database.pool.execute(_LATER, attachment_id, seconds)

    async def release(self, attachment_id: int, now: datetime) -> None:  # noqa: D102
        (commit_id,) = await self._database.new_ids(1)
        async with self._database.pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(_RELEASE, attachment_id)
            if row is not None:
                change = partial(replace, held=False)
                await _tell(connection, row, attachment_id, change, now, commit_id)

    async def refuse(  # noqa: D102
        self, attachment_id: int, key: str, code: str, message: str, now: datetime
    ) -> None:
        (commit_id,) = await self._database.new_ids(1)
        async with self._database.pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(_REFUSE, attachment_id, code, message)
            if row is None:
                return
            await note_removals(connection, [key])
            change = partial(replace, held=False, refusal_code=code, refusal_message=message)
            await _tell(connection, row, attachment_id, change, now, commit_id)
        await self._removals.carry_out([key])


async def as_it_is_now(connection: Any, files: Sequence[Attachment]) -> tuple[Attachment, ...]:
    """Files of a message that is about to be stored: those that were held may be released since.

    Their rows stay shared until the transaction ends.
    """
    rows = await connection.fetch(_NEXT, [file.id for file in files if file.held])
    found = {row["id"]: row for row in rows}
    return tuple(
        replace(
            file,
            held=found[file.id]["held"],
            refusal_code=found[file.id]["refusal_code"],
            refusal_message=found[file.id]["refusal_message"],
        )
        if file.id in found
        else file
        for file in files
    )


async def _tell(
    connection: Any,
    row: Any,
    attachment_id: int,
    change: Callable[[Attachment], Attachment],
    now: datetime,
    commit_id: int,
) -> None:
    """Write it into the messages that have the file, and tell who sees them."""
    conversation_id = row["conversation_id"]
    await connection.execute(_LANE, conversation_id)
    wanted = encode_json([{"id": attachment_id}]).decode()
    messages = []
    for found in await connection.fetch(_MESSAGES, conversation_id, wanted):
        message = message_from(found)
        files = tuple(change(a) if a.id == attachment_id else a for a in message.attachments)
        message = replace(message, attachments=files, version=message.version + 1)
        stored = encode_json(attachments_json(files)).decode()
        await connection.execute(_SAVE, message.id, stored)
        messages.append(message)
    if not messages:
        return
    told = await told_of_changes(connection, messages)
    events = [_changed(message, told[message.id], now) for message in messages]
    await connection.execute(_LEAVE, conversation_id, [message.id for message in messages])
    await insert_events(connection, events, commit_id)
    await connection.execute(f"SELECT seal({commit_id:d})")


def _changed(message: Message, audience: tuple[str, ...], now: datetime) -> EventRecord:
    return EventRecord(
        kind="message.changed",
        at=now,
        conversation_id=message.conversation_id,
        task_id=message.task_id,
        audience=audience,
        entities={"message": message_view(message)},
        customer=message.customer_sees,
    )
