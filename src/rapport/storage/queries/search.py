"""Finding messages, conversations and contacts by words, newest first.

The index proposes candidates by words and marks; whether the reader may see them and what the
other filters say is asked of the rows themselves. The newest weeks are asked first, so that a
common word costs no more than a rare one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rapport.application.reading import Sight
from rapport.application.views import View, contact_view, moment
from rapport.domain.search_words import Asked, excerpt
from rapport.storage.database import Database, decode_json
from rapport.storage.rows import contact_from

CANDIDATES = 120
MOST_CANDIDATES = 2_000
MOST_GROUPED = 400
_STEPS = (timedelta(days=7), timedelta(days=35))
_CANDIDATES = """
SELECT message_id, at FROM message_search
WHERE words @@ $1::tsquery AND at >= $2 AND at <= $3 AND (at, message_id) < ($3, $4)
ORDER BY at DESC, message_id DESC LIMIT $5"""
_ROWS = """
SELECT m.id, m.created_at, m.seq, m.conversation_id, m.direction, m.author_kind, m.author_id,
    m.text, m.attachments, m.content->'details'->>'subject' AS subject, m.task_id,
    c.account_id, c.contact_id, p.name, p.email, p.phone, p.version, t.channel, t.queue_id,
    (SELECT o.state FROM task o WHERE o.id = c.task_id) AS state,
    (SELECT l.task_id FROM leg l WHERE l.agent_id = $2 AND l.state <> 'closed'
        AND l.task_id = c.task_id LIMIT 1) AS my_task_id
FROM unnest($1::bigint[]) n(id) JOIN message m ON m.id = n.id
JOIN conversation c ON c.id = m.conversation_id JOIN contact p ON p.id = c.contact_id
LEFT JOIN task t ON t.id = m.task_id
WHERE ($3 OR t.queue_id = ANY($4::bigint[]) OR EXISTS (
    SELECT FROM leg l JOIN task lt ON lt.id = l.task_id
    WHERE lt.conversation_id = m.conversation_id AND l.agent_id = $2
      AND (l.state IN ('offered', 'active') OR m.seq <= l.left_seq)))
  AND ($5::bigint IS NULL OR t.queue_id = $5)
  AND ($6::text IS NULL OR ($6 = 'open') = EXISTS (
    SELECT FROM task o WHERE o.id = c.task_id AND o.state <> 'ended'))
  AND m.direction <> 'announcement'
ORDER BY m.created_at DESC, m.id DESC"""
_CONTACTS = """
SELECT p.*, (SELECT count(*) FROM conversation c WHERE c.contact_id = p.id) AS conversations,
    (SELECT array_agg(DISTINCT i.channel) FROM contact_identity i WHERE i.contact_id = p.id)
        AS channels
FROM (SELECT contact_id FROM contact_search WHERE words @@ $1::tsquery AND contact_id < $2
      ORDER BY contact_id DESC LIMIT $3) s
JOIN contact p ON p.id = s.contact_id ORDER BY p.id DESC"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What narrows a search."""

    channel: str | None = None
    queue_id: int | None = None
    agent_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    state: str | None = None
    has_files: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """How far a page has come: what is older follows."""

    at: datetime
    message_id: int


class PostgresSearch:
    """The queries."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def messages(
        self, asked: Asked, filters: Filters, sight: Sight, start: Place, limit: int
    ) -> tuple[list[View], Place | None]:
        """Messages newest first, and where the next page starts."""
        items: list[View] = []
        async with self._pool.acquire() as connection:
            async for rows, place in _found(connection, asked, filters, sight, start):
                for row in rows:
                    items.append(_hit(row, asked))
                    if len(items) == limit:
                        return items, Place(row["created_at"], row["id"])
                if place is not None:
                    return items, place
        return items, None

    async def conversations(
        self, asked: Asked, filters: Filters, sight: Sight, start: Place, limit: int
    ) -> list[View]:
        """Conversations with their newest message found and how many were, of the newest ones."""
        groups: dict[int, View] = {}
        seen = 0
        async with self._pool.acquire() as connection:
            async for rows, _ in _found(connection, asked, filters, sight, start):
                for row in rows:
                    seen += 1
                    key = row["conversation_id"]
                    if key in groups:
                        groups[key]["found"] += 1
                    elif len(groups) < limit:
                        groups[key] = {**_hit(row, asked), "found": 1}
                if seen >= MOST_GROUPED:
                    break
        return list(groups.values())

    async def contacts(
        self, asked: Asked, sight: Sight, before: int, limit: int
    ) -> tuple[list[View], int | None]:
        """Contacts, the newest first, and the id that the next page starts below."""
        async with self._pool.acquire() as connection:
            rows = await connection.fetch(
                _CONTACTS, _tsquery(asked, _marks_of(sight)), before, limit + 1
            )
        items = [
            {
                **contact_view(contact_from(row)),
                "conversations": row["conversations"],
                "channels": sorted(row["channels"] or ()),
            }
            for row in rows[:limit]
        ]
        return items, items[-1]["id"] if len(rows) > limit else None


async def _found(
    connection: Any, asked: Asked, filters: Filters, sight: Sight, start: Place
) -> AsyncIterator[tuple[Sequence[Any], Place | None]]:
    """Batches of rows that may be seen; with a place where it was given up for this time."""
    question = _tsquery(asked, _marks_of(sight), *_marks_for(filters))
    place = start
    # Never before there was a time zone to reckon with: PostgreSQL's and Python's first year.
    floor = filters.since or datetime(1970, 1, 1, tzinfo=start.at.tzinfo)
    looked = 0
    for bottom in [*(max(floor, start.at - step) for step in _STEPS), floor]:
        while True:
            candidates = await connection.fetch(
                _CANDIDATES, question, bottom, place.at, place.message_id, CANDIDATES
            )
            if candidates:
                last = candidates[-1]
                place = Place(last["at"], last["message_id"])
                looked += len(candidates)
                rows = await connection.fetch(
                    _ROWS,
                    [c["message_id"] for c in candidates],
                    sight.reader_id,
                    sight.everything,
                    list(sight.queue_ids),
                    filters.queue_id,
                    filters.state,
                )
                if looked >= MOST_CANDIDATES:
                    yield rows, place
                    return
                yield rows, None
            if len(candidates) < CANDIDATES:
                break


def _marks_of(sight: Sight) -> str:
    if sight.everything:
        return ""
    marks = [f"'~g{sight.reader_id}'", *(f"'~q{queue}'" for queue in sight.queue_ids)]
    return f"({' | '.join(marks)})"


def _marks_for(filters: Filters) -> list[str]:
    return [
        mark
        for mark in (
            f"'~c{filters.channel}'" if filters.channel else "",
            f"'~q{filters.queue_id}'" if filters.queue_id else "",
            f"'~g{filters.agent_id}'" if filters.agent_id else "",
            "'~f'" if filters.has_files else "",
        )
        if mark
    ]


def _tsquery(asked: Asked, *marks: str) -> str:
    """The question in PostgreSQL's form. Words hold letters and digits only: nothing to escape."""
    words = [f"'{word}'" for word in asked.words]
    if asked.start is not None:
        words.append(f"'{asked.start}':*")
    return " & ".join([*words, *(mark for mark in marks if mark)])


def _hit(row: Any, asked: Asked) -> View:
    files = decode_json(row["attachments"]) if row["attachments"] else []
    subject = row["subject"]
    text = f"{subject}\n{row['text']}" if subject else row["text"]
    parts = excerpt(text or " · ".join(str(f.get("filename") or "") for f in files), asked)
    return {
        "message_id": row["id"],
        "conversation_id": row["conversation_id"],
        "seq": row["seq"],
        "at": moment(row["created_at"]),
        "direction": row["direction"],
        "author": {"kind": row["author_kind"], "id": row["author_id"]},
        "excerpt": [{"text": text, "found": found} for text, found in parts],
        "files": len(files),
        "channel": row["channel"],
        "account_id": row["account_id"],
        "queue_id": row["queue_id"],
        "state": row["state"],
        "my_task_id": row["my_task_id"],
        "contact": {
            "id": row["contact_id"],
            "version": row["version"],
            "name": row["name"],
            "email": row["email"],
            "phone": row["phone"],
        },
    }
