"""Files for first messages: uploaded, or a template's, before there is a conversation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rapport.application.ports import KeptFile
from rapport.domain.message import Attachment, Contact
from rapport.storage.database import Database
from rapport.storage.rows import contact_from

_ADD = """
INSERT INTO attachment (id, uploaded_by, filename, media_type, size, storage_key, by_customer,
    created_at, held_due)
VALUES ($1, $2, $3, $4, $5, $6, false, $7, CASE WHEN $8 THEN clock_timestamp() END)"""
_LEND = """
INSERT INTO attachment (id, uploaded_by, filename, media_type, size, storage_key, by_customer,
    created_at)
SELECT given.id, $2, f.filename, f.media_type, f.size, f.storage_key, false, $4
FROM unnest($3::bigint[]) WITH ORDINALITY given(id, n)
JOIN (SELECT *, row_number() OVER (ORDER BY id) AS n FROM template_file
      WHERE template_id = $1) f USING (n)
RETURNING id, filename, media_type, size"""
_TAKE = """
UPDATE attachment SET conversation_id = $1, uploaded_by = NULL
WHERE id = ANY($3::bigint[]) AND conversation_id IS NULL AND uploaded_by = $2
RETURNING id, filename, media_type, size, held_due IS NOT NULL AS held, refusal_code,
    refusal_message"""
_CUSTOMER = """
SELECT p.* FROM contact p JOIN conversation c ON c.contact_id = p.id WHERE c.id = $1"""


class FirstFiles:
    """What an agent has attached to messages that start a conversation."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def add(self, file_id: int, agent_id: int, file: KeptFile, now: datetime) -> None:
        """Keep an upload; a day later it is deleted if nothing was sent."""
        await self._pool.execute(
            _ADD,
            file_id,
            agent_id,
            file.filename,
            file.media_type,
            file.size,
            file.key,
            now,
            file.held,
        )

    async def lend(
        self, template_id: int, agent_id: int, ids: Sequence[int], now: datetime
    ) -> Sequence[Attachment]:
        """A template's files as the agent's uploads: the same bytes, `ids` of their own."""
        rows = await self._pool.fetch(_LEND, template_id, agent_id, list(ids), now)
        return sorted((Attachment(**dict(row)) for row in rows), key=lambda a: a.id)

    async def customer(self, conversation_id: int) -> Contact | None:
        """Whom a conversation is with."""
        row = await self._pool.fetchrow(_CUSTOMER, conversation_id)
        return None if row is None else contact_from(row)

    async def contact(self, contact_id: int) -> Contact | None:
        """A customer by their number."""
        row = await self._pool.fetchrow("SELECT * FROM contact WHERE id = $1", contact_id)
        return None if row is None else contact_from(row)


async def take_files(
    connection: Any, conversation_id: int, agent_id: int, ids: Sequence[int]
) -> tuple[Attachment, ...]:
    """As `application.ports.Transaction` has it."""
    rows = await connection.fetch(_TAKE, conversation_id, agent_id, list(ids)) if ids else []
    known = {row["id"]: Attachment(**dict(row)) for row in rows}
    return tuple(known[i] for i in ids if i in known)
