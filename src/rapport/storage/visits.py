"""Coming and going of visitors' pages, and what they have seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rapport.application.ports import EventRecord
from rapport.application.views import message_view
from rapport.storage.audiences import told_of_changes
from rapport.storage.changes import insert_events
from rapport.storage.database import Database
from rapport.storage.rows import message_from

_SEEN = """
UPDATE conversation SET customer_seen_seq = $2
WHERE id = $1 AND customer_seen_seq < $2 AND last_seq >= $2 RETURNING task_id"""
_READ = """
UPDATE message SET status = 'read', read_at = $3, version = version + 1,
    delivered_at = coalesce(delivered_at, $3)
WHERE conversation_id = $1 AND seq <= $2 AND direction = 'outbound'
  AND status IN ('sent', 'delivered') RETURNING *"""

PAGES = "rapport pages"
"""What nodes to which customers' pages connect call their stream's connection."""
_NOBODY = """
UPDATE conversation c SET customer_away_since = $1 FROM task t
WHERE t.id = c.task_id AND t.state <> 'ended' AND t.channel = 'webchat'
  AND c.customer_away_since IS NULL AND NOT EXISTS (
    SELECT FROM pg_stat_activity WHERE application_name = $2 AND datname = current_database())"""

_HERE = """
UPDATE conversation SET customer_away_since = NULL
WHERE id = ANY($1::bigint[]) AND customer_away_since IS NOT NULL"""


class PostgresVisits:
    """Implements `api.context.Visits`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def came(self, conversation_id: int) -> None:
        """A page is connected: nobody is away."""
        await self._database.pool.execute(
            "UPDATE conversation SET customer_away_since = NULL"
            " WHERE id = $1 AND customer_away_since IS NOT NULL",
            conversation_id,
        )

    async def went(self, conversation_id: int, at: datetime) -> None:
        """The last page has gone; whoever waits is given up after the account's time (T9)."""
        await self._database.pool.execute(
            "UPDATE conversation SET customer_away_since = $2 WHERE id = $1"
            " AND customer_away_since IS NULL",
            conversation_id,
            at,
        )

    async def begin(self, at: datetime) -> None:
        """The first node begins: nobody has a page open (T9).

        A node that was killed could not say whose page went with it. Those that are still there
        come again within a moment; who does not has left.
        """
        await self._database.pool.execute(_NOBODY, at, PAGES)

    async def here(self, conversation_ids: Sequence[int]) -> None:
        """Pages that a node has, whatever was noted while nobody could know of it."""
        if conversation_ids:
            await self._database.pool.execute(_HERE, conversation_ids)

    async def seen(self, conversation_id: int, seq: int, at: datetime) -> None:
        """Our messages up to here are read."""
        commit_id = (await self._database.new_ids(1))[0]
        async with self._database.begun() as connection:
            row = await connection.fetchrow(_SEEN, conversation_id, seq)
            read = await connection.fetch(_READ, conversation_id, seq, at) if row else []
            if not read:
                await connection.execute("COMMIT")
                return
            messages = sorted((message_from(m) for m in read), key=lambda m: m.seq)
            told = await told_of_changes(connection, messages)
            events = [
                EventRecord(
                    kind="message.status",
                    at=at,
                    conversation_id=conversation_id,
                    task_id=m.task_id,
                    audience=told[m.id],
                    entities={"message": message_view(m)},
                )
                for m in messages
            ]
            await insert_events(connection, events, commit_id)
            await connection.execute(f"SELECT seal({commit_id:d}); COMMIT")
