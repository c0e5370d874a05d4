"""Deleting by age, in small batches: what was said, its files and sources, logs and events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from rapport.storage.database import Database
from rapport.storage.removals import Removals

BATCH = 500
# Conversations whose task has ended for long enough; an open one keeps all it says.
_OLD_MESSAGES = """
SELECT m.id, m.conversation_id FROM message m
JOIN conversation c ON c.id = m.conversation_id
JOIN configuration a ON a.id = m.account_id
WHERE m.created_at < $1 AND a.spec->>'channel' = ANY($2::text[])
  AND NOT EXISTS (SELECT FROM task t WHERE t.conversation_id = c.id AND t.state <> 'ended')
LIMIT $3"""
_DELETE = (
    "DELETE FROM message_part WHERE message_id = ANY($1::bigint[])",
    "DELETE FROM media_job WHERE message_id = ANY($1::bigint[])",
    "DELETE FROM channel_log WHERE message_id = ANY($1::bigint[])",
    "DELETE FROM outbox_dead WHERE message_id = ANY($1::bigint[])",
    "DELETE FROM outbox_job WHERE message_id = ANY($1::bigint[])",
    "DELETE FROM message WHERE id = ANY($1::bigint[])",
)
_SCRUB = """
UPDATE event SET entities = NULL
WHERE conversation_id = ANY($1::bigint[]) AND at < $2 AND entities IS NOT NULL"""
_OLD_FILES = """
WITH gone AS (
DELETE FROM attachment WHERE id IN (
    SELECT f.id FROM attachment f JOIN conversation c ON c.id = f.conversation_id
    JOIN configuration a ON a.id = c.account_id
    WHERE f.created_at < $1 AND a.spec->>'channel' = ANY($2::text[])
      AND NOT EXISTS (SELECT FROM task t WHERE t.conversation_id = c.id AND t.state <> 'ended')
    LIMIT $3)
RETURNING storage_key AS key), noted AS (
    INSERT INTO file_removal (key) SELECT DISTINCT key FROM gone WHERE key IS NOT NULL
    ON CONFLICT DO NOTHING)
SELECT key FROM gone"""
_OLD_MAILS = """
WITH gone AS (
DELETE FROM mail WHERE id IN (
    SELECT x.id FROM mail x JOIN configuration a ON a.id = x.account_id
    WHERE x.at < $1 AND a.spec->>'channel' = ANY($2::text[])
      AND NOT EXISTS (SELECT FROM task t WHERE t.conversation_id = x.conversation_id
                      AND t.state <> 'ended')
    LIMIT $3)
RETURNING raw_key AS key), noted AS (
    INSERT INTO file_removal (key) SELECT DISTINCT key FROM gone WHERE key IS NOT NULL
    ON CONFLICT DO NOTHING)
SELECT key FROM gone"""
_OLD_RUNS = """
DELETE FROM workflow_run WHERE id IN (
    SELECT r.id FROM workflow_run r JOIN conversation c ON c.id = r.conversation_id
    JOIN configuration a ON a.id = c.account_id
    WHERE r.finished_at < $1 AND a.spec->>'channel' = ANY($2::text[]) LIMIT $3)
RETURNING NULL::text AS key"""
_OLD_DRAFTS = """
DELETE FROM draft d USING conversation c, configuration a
WHERE c.id = d.conversation_id AND a.id = c.account_id AND d.updated_at < $1
  AND a.spec->>'channel' = ANY($2::text[])
  AND NOT EXISTS (SELECT FROM task t WHERE t.conversation_id = c.id AND t.state <> 'ended')"""
_OLD_COMMENTS = """
UPDATE survey s SET comment = NULL FROM conversation c, configuration a
WHERE c.id = s.conversation_id AND a.id = c.account_id AND s.answered_at < $1
  AND s.comment IS NOT NULL AND a.spec->>'channel' = ANY($2::text[])"""
_OLD_EVENTS = """
DELETE FROM event WHERE (commit_id, ord) IN (
    SELECT commit_id, ord FROM event WHERE at < $1 LIMIT $2)"""
_OLD_LOGS = """
DELETE FROM channel_log WHERE id IN (SELECT id FROM channel_log WHERE at < $1 LIMIT $2)"""
_OLD_PARKED = """
DELETE FROM parked_input WHERE id IN (SELECT id FROM parked_input WHERE at < $1 LIMIT $2)"""

_OLD_DELIVERIES = """
DELETE FROM webhook_delivery WHERE id IN (
    SELECT id FROM webhook_delivery WHERE created_at < $1 LIMIT $2)"""
UNSENT_FOR = timedelta(days=1)
_UNSENT = """
WITH gone AS (
DELETE FROM attachment WHERE id IN (
    SELECT id FROM attachment WHERE conversation_id IS NULL AND created_at < $1 LIMIT $2)
RETURNING storage_key AS key), noted AS (
    INSERT INTO file_removal (key) SELECT DISTINCT key FROM gone WHERE key IS NOT NULL
    ON CONFLICT DO NOTHING)
SELECT key FROM gone"""


class Retention:
    """Deletes what is older than the limits. Doing it twice, or on two nodes, does no harm."""

    def __init__(self, database: Database, removals: Removals) -> None:
        self._database = database
        self._removals = removals

    async def delete(
        self,
        messages: Mapping[str, timedelta],
        events: timedelta | None,
        logs: timedelta | None,
        now: datetime,
    ) -> int:
        """One batch of everything; returns how much was deleted, 0 when nothing is due."""
        done = await self._removals.carry_out_noted()
        done += await self._unsent(now - UNSENT_FOR)
        for age in set(messages.values()):
            channels = [channel for channel, other in messages.items() if other == age]
            done += await self._said(now - age, channels)
        if events is not None:
            done += await self._plain(_OLD_EVENTS, now - events)
        if logs is not None:
            done += await self._plain(_OLD_LOGS, now - logs)
            done += await self._plain(_OLD_PARKED, now - logs)
            done += await self._plain(_OLD_DELIVERIES, now - logs)
        return done

    async def _said(self, before: datetime, channels: list[str]) -> int:
        done = 0
        async with self._database.pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(_OLD_MESSAGES, before, channels, BATCH)
            for statement in _DELETE if rows else ():
                await connection.execute(statement, [row["id"] for row in rows])
            if rows:
                conversations = list({row["conversation_id"] for row in rows})
                await connection.execute(_SCRUB, conversations, before)
            await connection.execute(_OLD_DRAFTS, before, channels)
            await connection.execute(_OLD_COMMENTS, before, channels)
            done += len(rows)
        for statement in (_OLD_FILES, _OLD_MAILS, _OLD_RUNS):
            rows = await self._database.pool.fetch(statement, before, channels, BATCH)
            await self._removals.carry_out([row["key"] for row in rows if row["key"]])
            done += len(rows)
        return done

    async def _unsent(self, before: datetime) -> int:
        """Files of first messages that were never sent, whatever else is kept for ever."""
        rows = await self._database.pool.fetch(_UNSENT, before, BATCH)
        await self._removals.carry_out([row["key"] for row in rows if row["key"]])
        return len(rows)

    async def _plain(self, statement: str, before: datetime) -> int:
        told = await self._database.pool.execute(statement, before, BATCH)
        return int(told.rsplit(" ", 1)[1])
