"""Files that go with templates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from rapport.application.ports import KeptFile
from rapport.domain.message import Attachment, Contact
from rapport.domain.task import Task
from rapport.storage.database import Database
from rapport.storage.rows import contact_from, leg_from, task_from

_PART = """
SELECT t.* FROM task t WHERE t.id = $1 AND EXISTS
    (SELECT FROM leg WHERE task_id = t.id AND agent_id = $2 AND state = 'active')"""
_FILES = """
SELECT id, filename, media_type, size FROM template_file WHERE template_id = $1 ORDER BY id"""
_LEND = """
INSERT INTO attachment
SELECT given.id, $2, f.filename, f.media_type, f.size, f.storage_key, false, $4
FROM unnest($3::bigint[]) WITH ORDINALITY given(id, n)
JOIN (SELECT *, row_number() OVER (ORDER BY id) AS n FROM template_file
      WHERE template_id = $1) f USING (n)
RETURNING id, filename, media_type, size"""

# Its bytes go with it, unless a conversation has them.
_REMOVE = """
WITH gone AS (DELETE FROM template_file WHERE id = $1 AND template_id = $2
              RETURNING id, storage_key AS key),
noted AS (INSERT INTO file_removal (key) SELECT key FROM gone ON CONFLICT DO NOTHING)
SELECT id FROM gone"""


class PostgresTemplateFiles:
    """Implements `application.templates.TemplateFiles`; and what administrators do with them."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def part_of(self, task_id: int, agent_id: int) -> tuple[Task, Contact] | None:
        """A task in which the agent has an active part, with its customer."""
        row = await self._pool.fetchrow(_PART, task_id, agent_id)
        if row is None:
            return None
        legs = await self._pool.fetch("SELECT * FROM leg WHERE task_id = $1 ORDER BY id", task_id)
        contact = await self._pool.fetchrow(
            "SELECT * FROM contact WHERE id = $1", row["contact_id"]
        )
        assert contact is not None  # noqa: S101 - held by a foreign key
        return task_from(row, tuple(leg_from(leg) for leg in legs)), contact_from(contact)

    async def counts(self) -> Mapping[int, int]:
        """How many files each template has."""
        rows = await self._pool.fetch(
            "SELECT template_id, count(*) AS n FROM template_file GROUP BY template_id"
        )
        return {row["template_id"]: row["n"] for row in rows}

    async def files(self, template_id: int) -> Sequence[Attachment]:
        """A template's files, in the order in which they came."""
        return [Attachment(**dict(row)) for row in await self._pool.fetch(_FILES, template_id)]

    async def lend(
        self, template_id: int, conversation_id: int, ids: Sequence[int], now: datetime
    ) -> Sequence[Attachment]:
        """The template's files as uploads of a conversation: the same bytes, `ids` of their own."""
        rows = await self._pool.fetch(_LEND, template_id, conversation_id, list(ids), now)
        return sorted((Attachment(**dict(row)) for row in rows), key=lambda a: a.id)

    async def add(self, file_id: int, template_id: int, file: KeptFile, now: datetime) -> None:
        """Keep a file with a template."""
        await self._pool.execute(
            "INSERT INTO template_file VALUES ($1, $2, $3, $4, $5, $6, $7)",
            file_id,
            template_id,
            file.filename,
            file.media_type,
            file.size,
            file.key,
            now,
        )

    async def remove(self, template_id: int, file_id: int) -> bool:
        """Take a file away; conversations that have it already keep it."""
        return await self._pool.fetchval(_REMOVE, file_id, template_id) is not None
