"""Entering words along the stream: what was written up to a position can be found."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from rapport.domain.search_words import number_ends, words_of
from rapport.storage.database import Database, decode_json
from rapport.storage.log_steps import EVENTS_OF_STEP, LAST_OF_STEP

AT_ONCE = 10
"""Messages, or contacts, whose words are made before whoever waits has its turn."""
TURN_S = 0.002
"""And how long that is: an answer takes several turns, and would else wait at each."""
_LOCK = 7_242_006
_EPOCH = datetime(2020, 1, 6, tzinfo=UTC)
_WEEK = timedelta(days=7)
_MARK = "SELECT pos FROM search_mark"
_NEWS = """
SELECT s.pos, e.kind, e.conversation_id,
    CASE WHEN e.kind IN ('message.received', 'message.sent', 'message.changed')
         THEN (e.entities->'message'->>'id')::bigint END AS message_id,
    (e.entities->'contact'->>'id')::bigint AS contact_id
FROM stream_commit s
JOIN event e ON e.commit_id = s.commit_id
WHERE s.pos > $1 AND s.pos <= $2
  AND e.kind IN ('message.received', 'message.sent', 'message.changed', 'contact.updated',
    'task.accepted', 'conference.joined', 'task.transferred', 'task.requeued')"""
# Served by, and in which queue: both only ever grow; what is exact is asked when reading.
_MESSAGES = """
SELECT m.id, m.conversation_id, m.created_at, m.text, m.attachments,
    m.content->'details' AS details, a.channel, a.queue_id,
    (SELECT array_agg(DISTINCT l.agent_id) FROM task t JOIN leg l ON l.task_id = t.id
     WHERE t.conversation_id = m.conversation_id) AS agents, c.contact_id
FROM message m JOIN conversation c ON c.id = m.conversation_id
LEFT JOIN task a ON a.id = m.task_id
WHERE m.id = ANY($1::bigint[]) AND m.direction <> 'announcement'"""
_ENTER = """
INSERT INTO message_search (message_id, conversation_id, at, words)
SELECT n.id, n.conversation_id, n.at, array_to_tsvector(string_to_array(n.words, ' '))
FROM unnest($1::bigint[], $2::bigint[], $3::timestamptz[], $4::text[])
    n(id, conversation_id, at, words)
JOIN message m ON m.id = n.id
ON CONFLICT (message_id, at) DO UPDATE SET words = excluded.words"""
_SERVED = """
UPDATE message_search s SET words = s.words || array_to_tsvector(n.more)
FROM (SELECT t.conversation_id, array_agg(DISTINCT '~g' || l.agent_id)
        || array_agg(DISTINCT '~q' || t.queue_id) AS more
      FROM task t JOIN leg l ON l.task_id = t.id
      WHERE t.conversation_id = ANY($1::bigint[]) GROUP BY 1) n
WHERE s.conversation_id = n.conversation_id AND NOT tsvector_to_array(s.words) @> n.more"""
_CONTACTS = """
SELECT p.id, p.version, p.name, p.email, p.phone, p.attributes,
    (SELECT array_agg(i.external_id) FROM contact_identity i WHERE i.contact_id = p.id) AS keys,
    (SELECT array_agg(DISTINCT l.agent_id) FROM conversation c JOIN task t
     ON t.conversation_id = c.id JOIN leg l ON l.task_id = t.id
     WHERE c.contact_id = p.id) AS agents,
    (SELECT array_agg(DISTINCT t.queue_id) FROM conversation c JOIN task t
     ON t.conversation_id = c.id WHERE c.contact_id = p.id) AS queues
FROM contact p LEFT JOIN contact_search s ON s.contact_id = p.id
WHERE p.id = ANY($1::bigint[])
   OR p.id = ANY($2::bigint[]) AND s.version IS DISTINCT FROM p.version"""
_ENTER_CONTACTS = """
INSERT INTO contact_search (contact_id, version, words)
SELECT n.id, n.version, array_to_tsvector(string_to_array(n.words, ' '))
FROM unnest($1::bigint[], $2::bigint[], $3::text[]) n(id, version, words)
JOIN contact p ON p.id = n.id
ON CONFLICT (contact_id) DO UPDATE SET version = excluded.version, words = excluded.words"""
_OF_CONVERSATIONS = "SELECT DISTINCT contact_id FROM conversation WHERE id = ANY($1::bigint[])"


class SearchIndex:
    """Implements `jobs.indexer.Index`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._weeks: set[int] = set()

    async def advance(self) -> int:
        """Enter what the next commits brought; how many commits that were.

        One node works at a time; the mark moves in the same transaction.
        """
        async with self._database.pool.acquire() as connection, connection.transaction():
            if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", _LOCK):
                return 0
            mark = await connection.fetchval(_MARK)
            last = await connection.fetchval(LAST_OF_STEP, mark, EVENTS_OF_STEP)
            if last is None:
                return 0
            news = await connection.fetch(_NEWS, mark, last)
            contacts = {row["contact_id"] for row in news} - {None}
            writers = await self._messages(connection, {row["message_id"] for row in news} - {None})
            served = {
                row["conversation_id"]
                for row in news
                if row["message_id"] is None and row["conversation_id"] is not None
            }
            if served:
                await connection.execute(_SERVED, sorted(served))
                found = await connection.fetch(_OF_CONVERSATIONS, sorted(served))
                contacts |= {row["contact_id"] for row in found}
            await self._contacts(connection, contacts, writers)
            await connection.execute("UPDATE search_mark SET pos = $1", last)
        return int(last - mark)

    async def _messages(self, connection: Any, ids: Iterable[int]) -> set[int]:
        """Returns the contacts who wrote, or were written to."""
        rows = await connection.fetch(_MESSAGES, sorted(ids))
        if not rows:
            return set()
        for at in {row["created_at"] for row in rows}:
            await self._week_of(connection, at)
        await connection.execute(
            _ENTER,
            [row["id"] for row in rows],
            [row["conversation_id"] for row in rows],
            [row["created_at"] for row in rows],
            await _in_turns(message_words, rows),
        )
        return {row["contact_id"] for row in rows}

    async def _contacts(self, connection: Any, changed: set[int], writers: set[int]) -> None:
        rows = await connection.fetch(_CONTACTS, sorted(changed), sorted(writers))
        if rows:
            await connection.execute(
                _ENTER_CONTACTS,
                [row["id"] for row in rows],
                [row["version"] for row in rows],
                await _in_turns(contact_words, rows),
            )

    async def _week_of(self, connection: Any, at: datetime) -> None:
        week = (at - _EPOCH) // _WEEK
        if week in self._weeks:
            return
        start = _EPOCH + week * _WEEK
        name = f"message_search_{start:%Y%m%d}"
        if not await connection.fetchval("SELECT to_regclass($1) IS NOT NULL", name):
            await connection.execute(
                f"CREATE TABLE {name} PARTITION OF message_search"
                f" FOR VALUES FROM ('{start.isoformat()}') TO ('{(start + _WEEK).isoformat()}')"
            )
        self._weeks.add(week)


async def _in_turns(
    words_in: Callable[[Mapping[str, Any]], list[str]], rows: Sequence[Mapping[str, Any]]
) -> list[str]:
    words = []
    for first in range(0, len(rows), AT_ONCE):
        words += [" ".join(words_in(row)) for row in rows[first : first + AT_ONCE]]
        await asyncio.sleep(TURN_S)
    return words


def message_words(row: Mapping[str, Any]) -> list[str]:
    """A message's words, with those of its files' names and its subject; and its marks."""
    files = decode_json(row["attachments"]) if row["attachments"] else []
    details = decode_json(row["details"]) if row["details"] else None
    subject = details.get("subject") if isinstance(details, dict) else None
    texts = [row["text"], *(str(f.get("filename") or "") for f in files), str(subject or "")]
    marks = [f"~g{agent}" for agent in row["agents"] or ()]
    if row["channel"] is not None:
        marks += [f"~c{row['channel']}", f"~q{row['queue_id']}"]
    if files:
        marks.append("~f")
    return [*words_of("\n".join(texts)), *marks]


def contact_words(row: Mapping[str, Any]) -> list[str]:
    """A contact's words: name, addresses, own fields; numbers by their last digits too."""
    attributes = decode_json(row["attributes"]) if row["attributes"] else {}
    keys = list(row["keys"] or ())
    texts = [row["name"], row["email"], row["phone"], *keys, *map(str, attributes.values())]
    numbers = [
        end
        for text in (row["phone"], *keys)
        if text and _is_number(text)
        for end in number_ends(text)
    ]
    marks = [f"~g{agent}" for agent in row["agents"] or ()]
    marks += [f"~q{queue}" for queue in row["queues"] or ()]
    return [*words_of("\n".join(filter(None, texts))), *numbers, *marks]


def _is_number(text: str) -> bool:
    digits = sum(c.isdecimal() for c in text)
    return 6 <= digits <= 20 and all(c in "+-() /." or c.isdecimal() for c in text)
