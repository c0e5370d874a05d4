"""Invitations that wait for their mail; implements `jobs.letter_mailer.LetterBoard`."""

from __future__ import annotations

from datetime import datetime, timedelta

from rapport.application.audit import Entry
from rapport.application.invitation_letter import InvitationLetter
from rapport.application.letters import next_wait_s, words_of
from rapport.domain.sending import SendOutcome, Sent
from rapport.storage.accounts.audit import note
from rapport.storage.database import Database

# What was used, withdrawn or has expired meanwhile is not sent any more.
_CLAIM = """
UPDATE invitation_letter l SET attempts = l.attempts + 1, token = l.token + 1,
    lease_until = $1::timestamptz + $3::interval
FROM (SELECT token_hash FROM invitation_letter JOIN invitation i USING (token_hash)
      WHERE due <= $1 AND (lease_until IS NULL OR lease_until <= $1)
        AND i.used_at IS NULL AND i.expires_at > $1
      ORDER BY due LIMIT $2 FOR UPDATE OF invitation_letter SKIP LOCKED) found, invitation i
WHERE l.token_hash = found.token_hash AND i.token_hash = l.token_hash
RETURNING l.token_hash, l.nonce, l.account_id, l.language, l.base, l.email, l.attempts, l.token,
    i.user_id, i.created_by, i.created_at"""
_SETTLE = """
UPDATE invitation_letter SET state = $3, due = $4, lease_until = NULL, code = $5, reason = $6
WHERE token_hash = $1 AND token = $2 AND due IS NOT NULL RETURNING token"""


class PostgresInvitationLetters:
    """The board that a worker takes them from."""

    def __init__(self, database: Database) -> None:
        self._pool = database.pool

    async def claim(self, limit: int, lease_s: float, now: datetime) -> list[InvitationLetter]:  # noqa: D102
        rows = await self._pool.fetch(_CLAIM, now, limit, timedelta(seconds=lease_s))
        return [InvitationLetter(**row) for row in rows]

    async def settle(  # noqa: D102
        self, waiting: InvitationLetter, outcome: SendOutcome, now: datetime
    ) -> bool:
        sent = isinstance(outcome, Sent)
        code, words = words_of(outcome)
        wait_s = next_wait_s(outcome, waiting.attempts)
        async with self._pool.acquire() as connection, connection.transaction():
            found = await connection.fetchval(
                _SETTLE,
                waiting.token_hash,
                waiting.token,
                "sent" if sent else "failed" if wait_s is None else "pending",
                None if wait_s is None else now + timedelta(seconds=wait_s),
                code,
                words,
            )
            if sent:
                # It has gone, also where it was withdrawn in the same moment.
                await note(connection, _mailed(waiting, now))
        return found is not None


def _mailed(waiting: InvitationLetter, now: datetime) -> Entry:
    return Entry(
        kind="invitation_mailed",
        at=now,
        actor_id=waiting.created_by,
        subject_id=waiting.user_id,
        address=None,
        facts={"to": waiting.email},
    )
