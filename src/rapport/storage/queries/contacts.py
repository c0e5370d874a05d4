"""The customer panel: who the contact is and what was talked about before."""

from __future__ import annotations

from rapport.application.views import View, contact_view, moment
from rapport.domain.errors import NotFound
from rapport.storage.database import Database
from rapport.storage.rows import contact_from

_CONVERSATIONS = """
SELECT c.id, c.account_id, c.created_at, c.last_message_at, i.channel,
       (SELECT count(*) FROM task t WHERE t.conversation_id = c.id) AS tasks,
       (SELECT left(m.text, 200) FROM message m WHERE m.conversation_id = c.id
          AND m.direction IN ('inbound', 'outbound') ORDER BY m.seq DESC LIMIT 1) AS last_text
FROM conversation c
JOIN contact_identity i ON i.contact_id = c.contact_id AND i.external_id = c.contact_key
WHERE c.contact_id = $1 ORDER BY c.last_message_at DESC NULLS LAST LIMIT 50"""
_MAY_SEE = """
SELECT EXISTS (SELECT FROM leg l JOIN task t ON t.id = l.task_id
               WHERE t.contact_id = $1 AND l.agent_id = $2)"""


async def contact_panel(
    database: Database, contact_id: int, reader_id: int, *, all_allowed: bool
) -> View:
    """Contact, identities and conversations.

    Raises:
        NotFound: unknown, or the reader has never served this contact.
    """
    async with database.pool.acquire() as connection:
        row = await connection.fetchrow("SELECT * FROM contact WHERE id = $1", contact_id)
        if row is None or not (
            all_allowed or await connection.fetchval(_MAY_SEE, contact_id, reader_id)
        ):
            raise NotFound("contact_not_found", "This customer does not exist.")
        identities = await connection.fetch(
            "SELECT channel, external_id FROM contact_identity WHERE contact_id = $1", contact_id
        )
        conversations = await connection.fetch(_CONVERSATIONS, contact_id)
    return {
        "contact": contact_view(contact_from(row)),
        "identities": [{"channel": i["channel"], "address": i["external_id"]} for i in identities],
        "conversations": [
            {
                "id": c["id"],
                "channel": c["channel"],
                "account_id": c["account_id"],
                "started_at": moment(c["created_at"]),
                "last_message_at": moment(c["last_message_at"]),
                "tasks": c["tasks"],
                "last_text": c["last_text"],
            }
            for c in conversations
        ],
    }
