"""Invitations; implements `application.invitations.InvitationStore`."""

from __future__ import annotations

from typing import Any

from rapport.application.audit import Entry
from rapport.application.invitations import ByMail, Invitation, MailState
from rapport.storage.accounts.audit import note
from rapport.storage.changes import insert_events
from rapport.storage.configuration_agents import end_sessions
from rapport.storage.database import Database

_USE = """
UPDATE invitation SET used_at = $2
WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2 RETURNING user_id"""

_SELECT = """
SELECT user_id, created_by, created_at, expires_at, used_at,
    email, state, attempts, due, code, reason
FROM invitation LEFT JOIN invitation_letter USING (token_hash)"""
_OPEN = f"{_SELECT} WHERE used_at IS NULL ORDER BY created_at DESC, user_id LIMIT 1000"
_MAIL = """
INSERT INTO invitation_letter (token_hash, nonce, account_id, language, base, email, due)
VALUES ($1, $2, $3, $4, $5, $6, $7)"""
_WITHDRAW = "DELETE FROM invitation WHERE user_id = $1 AND used_at IS NULL RETURNING user_id"


class PostgresInvitations:
    """What each method does is said at the Protocol."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pool = database.pool

    async def put(  # noqa: D102
        self, hashed: bytes, invitation: Invitation, entry: Entry, by_mail: ByMail | None
    ) -> None:
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(
                "DELETE FROM invitation WHERE user_id = $1 AND used_at IS NULL", invitation.user_id
            )
            await connection.execute(
                "INSERT INTO invitation VALUES ($1, $2, $3, $4, $5)",
                hashed,
                invitation.user_id,
                invitation.created_by,
                invitation.created_at,
                invitation.expires_at,
            )
            if by_mail is not None:
                await connection.execute(
                    _MAIL,
                    hashed,
                    by_mail.nonce,
                    by_mail.account_id,
                    by_mail.language,
                    by_mail.base,
                    by_mail.email,
                    invitation.created_at,
                )
            await note(connection, entry)

    async def find(self, hashed: bytes) -> Invitation | None:  # noqa: D102
        return await self._one("token_hash = $1", hashed)

    async def last(self, user_id: int) -> Invitation | None:  # noqa: D102
        return await self._one("user_id = $1", user_id)

    async def open(self) -> list[Invitation]:  # noqa: D102
        return [_invitation(row) for row in await self._pool.fetch(_OPEN)]

    async def withdraw(self, user_id: int, entry: Entry) -> bool:  # noqa: D102
        async with self._pool.acquire() as connection, connection.transaction():
            done = await connection.fetchval(_WITHDRAW, user_id)
            if done is None:
                return False
            await note(connection, entry)
        return True

    async def use(self, hashed: bytes, password_hash: str, entry: Entry) -> int | None:  # noqa: D102
        (commit_id,) = await self._database.new_ids(1)
        async with self._pool.acquire() as connection, connection.transaction():
            user_id: int | None = await connection.fetchval(_USE, hashed, entry.at)
            if user_id is None:
                return None
            await connection.execute("DELETE FROM invitation_letter WHERE token_hash = $1", hashed)
            await connection.execute(
                "INSERT INTO credential VALUES ($1, $2)"
                " ON CONFLICT (user_id) DO UPDATE"
                " SET password_hash = excluded.password_hash, must_change = false",
                user_id,
                password_hash,
            )
            events = await end_sessions(connection, [user_id], entry.at)
            await note(connection, entry)
            await insert_events(connection, events, commit_id)
            await connection.execute(f"SELECT seal({commit_id:d})")
        return user_id

    async def _one(self, condition: str, value: bytes | int) -> Invitation | None:
        row = await self._pool.fetchrow(
            f"{_SELECT} WHERE {condition} ORDER BY created_at DESC LIMIT 1", value
        )
        return _invitation(row) if row else None


def _invitation(row: Any) -> Invitation:
    mail = None
    if row["state"] is not None:
        mail = MailState(
            to=row["email"],
            state=row["state"],
            attempts=row["attempts"],
            next_at=row["due"],
            code=row["code"],
            reason=row["reason"],
        )
    return Invitation(
        user_id=row["user_id"],
        created_by=row["created_by"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        used_at=row["used_at"],
        mail=mail,
    )
