"""The audit log; implements `application.audit.AuditLog`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from rapport.application.audit import Entry, Question
from rapport.storage.database import Database, decode_json, encode_json

# Names are kept as they were: the log is read after people have gone.
_NOTE = """
INSERT INTO audit_entry (at, kind, actor_id, actor_name, subject_id, subject_name, address, facts)
SELECT $1, $2, $3, coalesce((SELECT name FROM configuration WHERE id = $3), ''),
    $4, coalesce((SELECT name FROM configuration WHERE id = $4), ''), $5, $6::jsonb"""
_PAGE = """
SELECT id, at, kind, actor_id, actor_name, subject_id, subject_name, address, facts
FROM audit_entry
WHERE ($1::bigint IS NULL OR id < $1)
  AND ($2::text[] = '{}' OR kind = ANY($2))
  AND ($3::bigint IS NULL OR subject_id = $3 OR actor_id = $3)
  AND ($4::timestamptz IS NULL OR at >= $4)
  AND ($5::timestamptz IS NULL OR at < $5)
  AND ($6 = '' OR strpos(lower(concat_ws(' ', kind, actor_name, subject_name, address, facts)),
    lower($6)) > 0)
ORDER BY id DESC LIMIT $7"""
BATCH = 1000


async def note(connection: Any, *entries: Entry) -> None:
    """Write entries in the transaction of what they tell of."""
    for entry in entries:
        await connection.execute(
            _NOTE,
            entry.at,
            entry.kind,
            entry.actor_id,
            entry.subject_id,
            entry.address,
            encode_json(entry.facts).decode(),
        )


class PostgresAuditLog:
    """What each method does is said at the Protocol."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def page(  # noqa: D102
        self, question: Question, before: int | None, limit: int
    ) -> list[Entry]:
        rows = await self._pool.fetch(
            _PAGE,
            before,
            list(question.kinds),
            question.person_id,
            question.since,
            question.until,
            question.text,
            limit,
        )
        return [_entry(row) for row in rows]

    async def all(self, question: Question) -> AsyncIterator[Entry]:  # noqa: D102
        before: int | None = None
        while entries := await self.page(question, before, BATCH):
            for entry in entries:
                yield entry
            before = entries[-1].id

    async def note(self, *entries: Entry) -> None:
        """Entries of what was written nowhere else."""
        async with self._pool.acquire() as connection, connection.transaction():
            await note(connection, *entries)


def _entry(row: Any) -> Entry:
    fields = dict(row)
    return Entry(**{**fields, "facts": decode_json(fields["facts"])})
