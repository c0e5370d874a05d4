"""Transcripts in the database: asked for once, leased, fenced by token, gone when sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from rapport.application.letters import next_wait_s
from rapport.application.transcripts import Transcript
from rapport.domain.sending import SendOutcome
from rapport.storage.database import Database

_ASK = """
INSERT INTO transcript (id, conversation_id, client_id, site_id, email, upto_seq, due, asked_at)
SELECT $1, c.id, $3, c.account_id, $4,
    (SELECT coalesce(max(seq), 0) FROM message m WHERE m.conversation_id = c.id), $5, $5
FROM conversation c WHERE c.id = $2
ON CONFLICT (conversation_id, client_id) DO NOTHING RETURNING id"""
_CLAIM = """
UPDATE transcript t SET attempts = attempts + 1, token = token + 1,
    lease_until = $1::timestamptz + $3::interval
FROM (SELECT id FROM transcript
      WHERE due <= $1 AND (lease_until IS NULL OR lease_until <= $1)
      ORDER BY due LIMIT $2 FOR UPDATE SKIP LOCKED) found
WHERE t.id = found.id
RETURNING t.id, t.conversation_id, t.site_id, t.email, t.upto_seq, t.attempts, t.token"""
# The address has served: what stays only tells a repeated request from a new one.
_SETTLE = """
UPDATE transcript SET due = $3::timestamptz, lease_until = NULL,
    email = CASE WHEN $3::timestamptz IS NULL THEN '' ELSE email END, outcome = $4
WHERE id = $1 AND token = $2 AND due IS NOT NULL RETURNING id"""


class PostgresTranscripts:
    """The `Transcripts` that visitors ask for and the board that a worker takes them from."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask(self, conversation_id: int, client_id: str, email: str, now: datetime) -> bool:  # noqa: D102
        (new_id,) = await self._database.new_ids(1)
        found = await self._database.pool.fetchval(
            _ASK, new_id, conversation_id, client_id, email, now
        )
        return found is not None

    async def asked(self, conversation_id: int, client_id: str) -> bool:  # noqa: D102
        found = await self._database.pool.fetchval(
            "SELECT 1 FROM transcript WHERE conversation_id = $1 AND client_id = $2",
            conversation_id,
            client_id,
        )
        return found is not None

    async def claim(self, limit: int, lease_s: float, now: datetime) -> list[Transcript]:  # noqa: D102
        rows = await self._database.pool.fetch(_CLAIM, now, limit, timedelta(seconds=lease_s))
        return [Transcript(**row) for row in rows]

    async def settle(self, transcript: Transcript, outcome: SendOutcome, now: datetime) -> bool:  # noqa: D102
        wait_s = next_wait_s(outcome, transcript.attempts)
        found = await self._database.pool.fetchval(
            _SETTLE,
            transcript.id,
            transcript.token,
            None if wait_s is None else now + timedelta(seconds=wait_s),
            type(outcome).__name__,
        )
        return found is not None
