"""What screens ask about channels: a message's log, an account's templates, what was typed last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rapport.application.views import View, moment
from rapport.storage.database import Database, decode_json, encode_json
from rapport.storage.secrets import Vault

_LOG = "SELECT at, entry FROM channel_log WHERE message_id = $1 ORDER BY id LIMIT 200"
_MESSAGE = "SELECT conversation_id, account_id FROM message WHERE id = $1"
_PARTS = """
SELECT number, external_id, status FROM message_part WHERE message_id = $1 ORDER BY number"""
_TEMPLATES = """
SELECT name, language, category, status, spec, synced_at FROM approved_template
WHERE account_id = $1 ORDER BY name, language"""
_ADDRESS = """
SELECT coalesce(
    (SELECT external_id FROM contact_identity i
     WHERE i.contact_id = p.id AND i.channel = $2 AND i.scope = $3 ORDER BY 1 LIMIT 1),
    nullif(CASE WHEN $2 = 'email' THEN p.email ELSE p.phone END, ''))
FROM contact p WHERE p.id = $1"""
_FORGET = "DELETE FROM approved_template WHERE account_id = $1"
_KEEP = """
INSERT INTO approved_template (account_id, name, language, category, status, spec, synced_at)
SELECT $1, n.name, n.language, n.category, n.status, n.spec::jsonb, $7
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
    n(name, language, category, status, spec) ON CONFLICT DO NOTHING"""
_LAST_INBOUND = """
SELECT m.external_id, c.contact_key, c.account_id FROM conversation c
LEFT JOIN LATERAL (SELECT external_id FROM message
                   WHERE conversation_id = c.id AND direction = 'inbound'
                     AND external_id IS NOT NULL AND ($2::bigint IS NULL OR seq <= $2)
                   ORDER BY seq DESC LIMIT 1) m ON true
WHERE c.id = $1"""


class PostgresChannelReader:
    """Bounded queries; `keep_templates` replaces what was read from the provider before."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._pool = database.pool
        self._vault = vault

    async def conversation_of(self, message_id: int) -> int | None:
        """Where a message belongs."""
        row = await self._pool.fetchrow(_MESSAGE, message_id)
        return row["conversation_id"] if row else None

    async def task_of(self, task_id: int) -> tuple[int, int, str] | None:
        """A task's conversation, account and channel."""
        row = await self._pool.fetchrow(
            "SELECT conversation_id, account_id, channel FROM task WHERE id = $1", task_id
        )
        return (row["conversation_id"], row["account_id"], row["channel"]) if row else None

    async def address_of(self, contact_id: int, channel: str, account_id: int) -> str | None:
        """How a contact can be written to on an account: known there, or told to us."""
        found: str | None = await self._pool.fetchval(
            _ADDRESS, contact_id, channel, str(account_id)
        )
        return found

    async def last_heard(self, conversation_id: int) -> tuple[int, datetime | None] | None:
        """A conversation's account, and when its customer last wrote."""
        row = await self._pool.fetchrow(
            "SELECT account_id, last_inbound_at FROM conversation WHERE id = $1", conversation_id
        )
        return None if row is None else (row["account_id"], row["last_inbound_at"])

    async def log_of(self, message_id: int) -> View:
        """What was asked of the provider for a message and what it said, redacted."""
        entries = [
            {"at": moment(row["at"]), **decode_json(self._vault.decrypt(row["entry"]).decode())}
            for row in await self._pool.fetch(_LOG, message_id)
        ]
        parts = [dict(row) for row in await self._pool.fetch(_PARTS, message_id)]
        return {"entries": entries, "parts": parts}

    async def templates(self, account_id: int) -> list[View]:
        """An account's approved message forms, as last read from the provider."""
        return [
            {
                "name": row["name"],
                "language": row["language"],
                "category": row["category"],
                "status": row["status"],
                "synced_at": moment(row["synced_at"]),
                **decode_json(row["spec"]),
            }
            for row in await self._pool.fetch(_TEMPLATES, account_id)
        ]

    async def keep_templates(
        self, account_id: int, templates: Sequence[Mapping[str, Any]], now: datetime
    ) -> None:
        """Replace an account's message forms by those just read."""
        own = {"name", "language", "category", "status"}
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(_FORGET, account_id)
            await connection.execute(
                _KEEP,
                account_id,
                [t["name"] for t in templates],
                [t["language"] for t in templates],
                [t["category"] for t in templates],
                [t["status"] for t in templates],
                [
                    encode_json({k: v for k, v in t.items() if k not in own}).decode()
                    for t in templates
                ],
                now,
            )

    async def last_inbound(
        self, conversation_id: int, up_to: int | None = None
    ) -> tuple[int, str, str | None] | None:
        """Account, contact key and external id of the customer's newest message."""
        row = await self._pool.fetchrow(_LAST_INBOUND, conversation_id, up_to)
        return (row["account_id"], row["contact_key"], row["external_id"]) if row else None
