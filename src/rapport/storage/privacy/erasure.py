"""Erasing a person: what was said, in files, sources and logs, and who it was.

What remains are figures: that a conversation was, how long it waited, who served it, why it ended.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.fernet import InvalidToken

from rapport.application.audit import Entry
from rapport.application.ports import EventRecord
from rapport.domain.errors import Refused
from rapport.storage.accounts.audit import note
from rapport.storage.changes import insert_events
from rapport.storage.database import Database
from rapport.storage.privacy.people import Person, gather
from rapport.storage.removals import Removals, note_removals
from rapport.storage.secrets import Vault

_OPEN = """
SELECT count(*) FROM task WHERE conversation_id = ANY($1::bigint[]) AND state <> 'ended'"""
_WRAPPING_UP = """
SELECT count(*) FROM leg l JOIN task t ON t.id = l.task_id
WHERE t.conversation_id = ANY($1::bigint[]) AND l.state <> 'closed'"""
_MESSAGES = "SELECT id FROM message WHERE conversation_id = ANY($1::bigint[])"
_IDS = """
SELECT id FROM task WHERE conversation_id = ANY($1::bigint[])
UNION ALL SELECT unnest($1::bigint[]) UNION ALL SELECT $2::bigint"""
FILES = """
SELECT storage_key AS key FROM attachment WHERE conversation_id = ANY($1::bigint[])
    AND storage_key IS NOT NULL
UNION SELECT raw_key FROM mail WHERE conversation_id = ANY($1::bigint[]) AND raw_key IS NOT NULL"""
_BY_MESSAGE = (
    (
        "DELETE FROM early_receipt r USING message m WHERE m.id = ANY($1::bigint[])"
        " AND r.account_id = m.account_id AND r.external_id = m.external_id"
    ),
    "DELETE FROM message_part WHERE message_id = ANY($1::bigint[])",
    "DELETE FROM media_job WHERE message_id = ANY($1::bigint[])",
    "DELETE FROM channel_log WHERE message_id = ANY($1::bigint[])",
    "DELETE FROM outbox_dead WHERE message_id = ANY($1::bigint[])",
    "DELETE FROM outbox_job WHERE message_id = ANY($1::bigint[])",
    "DELETE FROM message WHERE id = ANY($1::bigint[])",
)
_BY_CONVERSATION = (
    "DELETE FROM outbox_job WHERE lane_id = ANY($1::bigint[])",
    "DELETE FROM outbox_lane WHERE id = ANY($1::bigint[])",
    "DELETE FROM attachment WHERE conversation_id = ANY($1::bigint[])",
    "DELETE FROM mail WHERE conversation_id = ANY($1::bigint[])",
    "DELETE FROM mail_participant WHERE conversation_id = ANY($1::bigint[])",
    "DELETE FROM transcript WHERE conversation_id = ANY($1::bigint[])",
    "DELETE FROM draft WHERE conversation_id = ANY($1::bigint[])",
    "DELETE FROM workflow_run WHERE conversation_id = ANY($1::bigint[])",
    "UPDATE survey SET comment = NULL WHERE conversation_id = ANY($1::bigint[])",
    # What is still to be told has ids only; what was answered may repeat more.
    "UPDATE webhook_delivery SET answer = NULL WHERE conversation_id = ANY($1::bigint[])",
    (
        "UPDATE event SET entities = NULL WHERE conversation_id = ANY($1::bigint[])"
        " AND entities IS NOT NULL"
    ),
    (
        "UPDATE task SET variables = '{}', variable_sources = '{}'"
        " WHERE conversation_id = ANY($1::bigint[])"
    ),
    (
        "UPDATE conversation SET contact_key = 'erased:' || id, opted_out_at = NULL"
        " WHERE id = ANY($1::bigint[])"
    ),
)
_BY_KEY = (
    (
        "DELETE FROM message_segment s USING unnest($1::bigint[], $2::text[]) k(account_id, key)"
        " WHERE s.account_id = k.account_id AND s.contact_key = k.key"
    ),
    (
        "DELETE FROM opt_out o USING unnest($1::bigint[], $2::text[]) k(account_id, key)"
        " WHERE o.account_id = k.account_id AND o.contact_key = k.key"
    ),
)
_ANSWERS = """
DELETE FROM command_result WHERE answer::text ~ ('\\m(' || array_to_string($1::bigint[], '|')
    || ')\\M')"""
# The contact, and those that were joined to it, as they were before.
_FAMILY = """
WITH RECURSIVE one(id) AS (
    SELECT $1::bigint
    UNION SELECT m.from_id FROM contact_merge m JOIN one ON m.into_id = one.id
    WHERE m.undone_at IS NULL)
SELECT id FROM one ORDER BY id"""
_BY_CONTACT = (
    "DELETE FROM contact_note WHERE contact_id = ANY($1::bigint[])",
    "DELETE FROM contact_search WHERE contact_id = ANY($1::bigint[])",
    "DELETE FROM contact_merge WHERE into_id = ANY($1::bigint[]) OR from_id = ANY($1::bigint[])",
    "DELETE FROM contact_identity WHERE contact_id = ANY($1::bigint[])",
    (
        "UPDATE event SET entities = NULL WHERE conversation_id IS NULL AND entities IS NOT NULL"
        " AND (entities->'contact'->>'id')::bigint = ANY($1::bigint[])"
    ),
    (
        "UPDATE contact SET name = NULL, email = NULL, phone = NULL, attributes = '{}',"
        " version = version + 1 WHERE id = ANY($1::bigint[])"
    ),
)
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Erased:
    """How much there was; `files_later`: files that will be deleted once their place answers."""

    conversations: int
    messages: int
    files: int
    inputs: int
    files_later: int = 0


async def erase(
    database: Database,
    removals: Removals,
    vault: Vault,
    spool: Path,
    contact_id: int,
    by: int | None,
    now: datetime,
    address: str | None = None,
) -> Erased:
    """Erase a person; all rows in one transaction, then the files that nothing names any more.

    Doing it again erases what has come since, and files that a crash left.

    Raises:
        NotFound: `person_not_found`.
        Refused: `person_in_conversation`.
    """
    (commit_id,) = await database.new_ids(1)
    async with database.pool.acquire() as connection, connection.transaction():
        person = await gather(connection, contact_id, lock=True)
        ids = person.conversation_ids
        if await connection.fetchval(_OPEN, ids) or await connection.fetchval(_WRAPPING_UP, ids):
            words = "This person has an open conversation. End it and wrap it up first."
            raise Refused("person_in_conversation", words)
        keys = [row["key"] for row in await connection.fetch(FILES, ids)]
        await note_removals(connection, keys)
        messages = await _rows(connection, person, contact_id)
        inputs = await _inputs(connection, vault, person)
        event = EventRecord(
            kind="person.erased",
            at=now,
            agent_id=by,
            audience=("supervisors",),
            facts={"contact_id": contact_id, "messages": messages},
        )
        await insert_events(connection, [event], commit_id)
        # By number only: the log outlives what is erased.
        entry = Entry(
            kind="person_erased",
            at=now,
            actor_id=by,
            address=address,
            facts={"contact_id": contact_id, "messages": messages, "conversations": len(ids)},
        )
        await note(connection, entry)
        await connection.execute(f"SELECT seal({commit_id:d})")
    inputs += _spooled(spool, vault, person)
    removed = await removals.carry_out(keys)
    return Erased(len(ids), messages, removed, inputs, await removals.waiting(keys))


async def _rows(connection: Any, person: Person, contact_id: int) -> int:
    ids = person.conversation_ids
    messages = [row["id"] for row in await connection.fetch(_MESSAGES, ids)]
    things = [row["id"] for row in await connection.fetch(_IDS, ids, contact_id)] + messages
    for start in range(0, len(things), CHUNK):
        await connection.execute(_ANSWERS, things[start : start + CHUNK])
    for statement in _BY_MESSAGE:
        await connection.execute(statement, messages)
    accounts, keys = zip(*person.keys, strict=True) if person.keys else ((), ())
    for statement in _BY_KEY:
        await connection.execute(statement, list(accounts), list(keys))
    for statement in _BY_CONVERSATION:
        await connection.execute(statement, ids)
    family = [row["id"] for row in await connection.fetch(_FAMILY, contact_id)]
    for statement in _BY_CONTACT:
        await connection.execute(statement, family)
    return len(messages)


async def _inputs(connection: Any, vault: Vault, person: Person) -> int:
    """Raw input and log entries that belong to no message, if they name this person."""
    found = 0
    for table, column, where in (
        ("parked_input", "raw", "true"),
        ("channel_log", "entry", "message_id IS NULL"),
    ):
        query = f"SELECT id, {column} AS data FROM {table} WHERE {where}"  # noqa: S608
        ids = [
            row["id"]
            async for row in connection.cursor(query)
            if _names(vault, row["data"], person.marks)
        ]
        await connection.execute(f"DELETE FROM {table} WHERE id = ANY($1::bigint[])", ids)  # noqa: S608
        found += len(ids)
    return found


def _spooled(spool: Path, vault: Vault, person: Person) -> int:
    found = 0
    for path in spool.glob("*/*.*"):
        if path.suffix in {".request", ".bad"} and _names(vault, path.read_bytes(), person.marks):
            path.unlink(missing_ok=True)
            found += 1
    return found


def _names(vault: Vault, sealed: bytes, marks: list[str]) -> bool:
    try:
        text = vault.decrypt(sealed).decode("utf-8", "replace")
    except InvalidToken:
        return False
    return any(mark in text for mark in marks)
