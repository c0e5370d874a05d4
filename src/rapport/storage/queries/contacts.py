"""The customer panel: who the contact is, what is noted, and what was talked about before."""

from __future__ import annotations

from typing import Any

from rapport.application.reading import Sight
from rapport.application.views import View, contact_view, moment
from rapport.domain.errors import NotFound
from rapport.storage.database import Database, decode_json
from rapport.storage.rows import contact_from

_CONVERSATIONS = """
SELECT c.id, c.account_id, c.created_at, c.last_message_at, t.channel, t.state, t.queue_id, t.tasks,
       (SELECT left(m.text, 200) FROM message m WHERE m.conversation_id = c.id
          AND m.direction IN ('inbound', 'outbound') ORDER BY m.seq DESC LIMIT 1) AS last_text
FROM conversation c JOIN LATERAL (
    SELECT t.channel, t.state, t.queue_id, count(*) OVER () AS tasks FROM task t
    WHERE t.conversation_id = c.id ORDER BY t.id DESC LIMIT 1) t ON true
WHERE c.contact_id = $1 ORDER BY c.last_message_at DESC NULLS LAST LIMIT 50"""
_MAY_SEE = """
SELECT EXISTS (SELECT FROM conversation c JOIN task t ON t.conversation_id = c.id
               WHERE c.contact_id = $1 AND (t.queue_id = ANY($3::bigint[]) OR EXISTS (
                   SELECT FROM leg l WHERE l.task_id = t.id AND l.agent_id = $2)))"""
_NOTES = """
SELECT id, author_id, text, at FROM contact_note WHERE contact_id = $1 ORDER BY id DESC LIMIT 100"""
_MERGES = """
SELECT m.id, m.at, m.by_id, m.from_id, p.name, p.email, p.phone
FROM contact_merge m JOIN contact p ON p.id = m.from_id
WHERE m.into_id = $1 AND m.undone_at IS NULL ORDER BY m.id DESC"""


async def contact_visible(connection: Any, contact_id: int, sight: Sight) -> bool:
    """Whether the reader serves or has served this contact, or may find them."""
    return sight.everything or bool(
        await connection.fetchval(_MAY_SEE, contact_id, sight.reader_id, list(sight.queue_ids))
    )


async def contact_panel(database: Database, contact_id: int, sight: Sight) -> View:
    """Contact, identities, notes, what was merged into it, and conversations.

    Raises:
        NotFound: unknown, or nothing that the reader may see.
    """
    async with database.pool.acquire() as connection:
        row = await connection.fetchrow("SELECT * FROM contact WHERE id = $1", contact_id)
        if row is None or not await contact_visible(connection, contact_id, sight):
            raise unknown_contact()
        identities = await connection.fetch(
            "SELECT channel, external_id FROM contact_identity WHERE contact_id = $1"
            " ORDER BY channel, external_id",
            contact_id,
        )
        notes = await connection.fetch(_NOTES, contact_id)
        merges = await connection.fetch(_MERGES, contact_id)
        conversations = await connection.fetch(_CONVERSATIONS, contact_id)
    return {
        "contact": contact_view(contact_from(row)),
        "attributes": decode_json(row["attributes"]),
        "identities": [{"channel": i["channel"], "address": i["external_id"]} for i in identities],
        "notes": [{**dict(note), "at": moment(note["at"])} for note in notes],
        "merged": [{**dict(merge), "at": moment(merge["at"])} for merge in merges],
        "conversations": [
            {
                "id": c["id"],
                "channel": c["channel"],
                "account_id": c["account_id"],
                "queue_id": c["queue_id"],
                "state": c["state"],
                "started_at": moment(c["created_at"]),
                "last_message_at": moment(c["last_message_at"]),
                "tasks": c["tasks"],
                "last_text": c["last_text"],
            }
            for c in conversations
        ],
    }


def unknown_contact() -> NotFound:
    """The refusal for a contact that is not there, or not for the reader."""
    return NotFound("contact_not_found", "This customer does not exist.")
