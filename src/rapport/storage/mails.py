"""Mails by their ids: which thread one belongs to, where its source is, how far a box is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rapport.domain.rules.threading import Known, Lookup
from rapport.storage.database import Database, decode_json

_BY_ID = """
SELECT m.rfc_id, m.conversation_id, m.ours, m.sender,
    (SELECT array_agg(p.address) FROM mail_participant p
     WHERE p.conversation_id = m.conversation_id) AS participants
FROM (
    SELECT id, rfc_id, conversation_id, ours, sender FROM mail
    WHERE account_id = $1 AND rfc_id = ANY($2::text[])
    UNION ALL
    SELECT id, external_id, conversation_id, true, '' FROM message
    WHERE account_id = $1 AND external_id = ANY($2::text[]) AND direction = 'outbound') m
ORDER BY m.id"""
_KEEP = """
INSERT INTO mail (id, account_id, conversation_id, message_id, rfc_id, sender, ours, raw_key, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (account_id, rfc_id, sender) DO NOTHING"""
_PARTICIPANTS = """
INSERT INTO mail_participant SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING"""
_KEY = "SELECT contact_key FROM conversation WHERE id = $1"
_RAW = "SELECT raw_key FROM mail WHERE message_id = $1"
_LATEST = """
SELECT m.id AS message_id, m.seq, x.raw_key, x.rfc_id, x.ours FROM message m
JOIN mail x ON x.message_id = m.id
WHERE m.conversation_id = $1 AND NOT x.ours
  AND NOT coalesce(m.content->'details' ? 'split_to', false)
  AND m.content->'details'->>'class' IS DISTINCT FROM 'auto_reply' ORDER BY m.seq DESC LIMIT 1"""
_OWN_LATEST = """
SELECT id, seq, text, content->'details' AS details FROM message
WHERE conversation_id = $1 AND direction = 'outbound' AND content->'details' ? 'to'
ORDER BY seq DESC LIMIT 1"""
_FIRST = """
SELECT m.id AS message_id FROM message m JOIN mail x ON x.message_id = m.id
WHERE m.conversation_id = $1 AND NOT x.ours ORDER BY m.seq LIMIT 1"""
# The old message keeps a row under an id of its own, so that its source stays at hand there.
_MOVE = """
WITH moved AS (
    UPDATE mail SET conversation_id = $2, message_id = $3
    WHERE message_id = $1 AND conversation_id <> $2 RETURNING *)
INSERT INTO mail (id, account_id, conversation_id, message_id, rfc_id, sender, ours, raw_key, at)
SELECT $4::bigint, m.account_id, o.conversation_id, o.id, m.rfc_id || '+split', m.sender,
    false, m.raw_key, m.at
FROM moved m JOIN message o ON o.id = $1 ON CONFLICT DO NOTHING"""
_LATELY = "SELECT count(*) FROM mail WHERE account_id = $1 AND sender = $2 AND at > $3"
_BOUNCED = """
SELECT x.message_id FROM mail x WHERE x.account_id = $1 AND x.rfc_id = $2 AND x.ours"""
_MARK = "SELECT uidvalidity, uid FROM mailbox_mark WHERE account_id = $1 AND folder = $2"
# The first setting that names a server; the log's later ones have one before, too.
_CONNECTED = """
SELECT min(e.at) FROM event e, json_array_elements(e.facts->'changes') c
WHERE e.kind = 'catalog.changed' AND (c->>'id')::bigint = $1
  AND coalesce(c->'after'->'settings'->>'imap_host', '') <> ''
  AND coalesce(c->'before'->'settings'->>'imap_host', '') = ''"""
_SET_MARK = """
INSERT INTO mailbox_mark VALUES ($1, $2, $3, $4)
ON CONFLICT (account_id, folder) DO UPDATE SET uidvalidity = excluded.uidvalidity,
    uid = CASE WHEN mailbox_mark.uidvalidity = excluded.uidvalidity
               THEN greatest(mailbox_mark.uid, excluded.uid) ELSE excluded.uid END"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptMail:
    """A mail that is in a thread."""

    account_id: int
    conversation_id: int
    message_id: int | None
    rfc_id: str
    sender: str
    ours: bool
    raw_key: str | None
    at: datetime
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LatestMail:
    """The newest mail of a thread."""

    message_id: int
    seq: int
    raw_key: str | None
    rfc_id: str
    ours: bool


@dataclass(frozen=True, slots=True)
class OwnMail:
    """Our newest mail of a thread, as it was given to the outbox."""

    message_id: int
    seq: int
    text: str
    details: Mapping[str, Any]


class Mails:
    """The index of mails. Everything here can be done twice without harm."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pool = database.pool

    async def lookup(self, account_id: int, ids: Iterable[str]) -> Lookup:
        """What is known of the messages that a mail names."""
        rows = await self._pool.fetch(_BY_ID, account_id, sorted(set(ids)))
        return Lookup(
            messages={
                row["rfc_id"]: Known(
                    thread=row["conversation_id"],
                    participants=frozenset(row["participants"] or ()),
                    ours=row["ours"],
                    sender=row["sender"],
                )
                for row in rows
            }
        )

    async def contact_key(self, conversation_id: int) -> str | None:
        """The key of a thread's conversation."""
        key: str | None = await self._pool.fetchval(_KEY, conversation_id)
        return key

    async def keep(self, mail: KeptMail) -> None:
        """Enter a mail."""
        (mail_id,) = await self._database.new_ids(1)
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(
                _KEEP,
                mail_id,
                mail.account_id,
                mail.conversation_id,
                mail.message_id,
                mail.rfc_id,
                mail.sender,
                mail.ours,
                mail.raw_key,
                mail.at,
            )
            people = sorted({p.lower() for p in mail.people if p})
            await connection.execute(_PARTICIPANTS, mail.conversation_id, people)

    async def raw_key(self, message_id: int) -> str | None:
        """Where the source of a message's mail is."""
        key: str | None = await self._pool.fetchval(_RAW, message_id)
        return key

    async def where(self, message_id: int) -> tuple[int, str] | None:
        """Account and source of a customer's kept mail."""
        row = await self._pool.fetchrow(
            "SELECT account_id, raw_key FROM mail"
            " WHERE message_id = $1 AND NOT ours AND raw_key IS NOT NULL",
            message_id,
        )
        return (row["account_id"], row["raw_key"]) if row else None

    async def move(
        self,
        message_id: int,
        conversation_id: int,
        new_message_id: int | None,
        people: Iterable[str],
    ) -> None:
        """A mail is in another conversation now, with these people; done twice it is done once."""
        (row_id,) = await self._database.new_ids(1)
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(_MOVE, message_id, conversation_id, new_message_id, row_id)
            known = sorted({p.lower() for p in people if p})
            await connection.execute(_PARTICIPANTS, conversation_id, known)

    async def latest(self, conversation_id: int) -> LatestMail | None:
        """The customer's newest mail of a thread; a program's answer is none (M5)."""
        row = await self._pool.fetchrow(_LATEST, conversation_id)
        return LatestMail(**dict(row)) if row else None

    async def own_latest(self, conversation_id: int) -> OwnMail | None:
        """Our newest mail that named its recipients."""
        row = await self._pool.fetchrow(_OWN_LATEST, conversation_id)
        if row is None:
            return None
        return OwnMail(row["id"], row["seq"], row["text"], decode_json(row["details"]))

    async def message_at(self, conversation_id: int, seq: int) -> int | None:
        """The message at a place in a thread."""
        found: int | None = await self._pool.fetchval(
            "SELECT id FROM message WHERE conversation_id = $1 AND seq = $2", conversation_id, seq
        )
        return found

    async def add_people(self, conversation_id: int, addresses: Iterable[str]) -> None:
        """Whom we have written to takes part in the thread."""
        people = sorted({a.lower() for a in addresses if a})
        await self._pool.execute(_PARTICIPANTS, conversation_id, people)

    async def first(self, conversation_id: int) -> int | None:
        """The message that is the conversation's first customer mail."""
        found: int | None = await self._pool.fetchval(_FIRST, conversation_id)
        return found

    async def lately(self, account_id: int, sender: str, now: datetime, span: timedelta) -> int:
        """How many mails of a sender came within a span."""
        count: int = await self._pool.fetchval(_LATELY, account_id, sender.lower(), now - span)
        return count

    async def sent_message(self, account_id: int, rfc_id: str) -> int | None:
        """Our message with this Message-ID."""
        found: int | None = await self._pool.fetchval(_BOUNCED, account_id, rfc_id)
        return found

    async def mark(self, account_id: int, folder: str) -> tuple[int, int] | None:
        """UIDVALIDITY and UID up to which a folder has been read."""
        row = await self._pool.fetchrow(_MARK, account_id, folder)
        return (row["uidvalidity"], row["uid"]) if row else None

    async def connected_at(self, account_id: int) -> datetime | None:
        """When an account was given a mailbox to read first; None once the log has forgotten it."""
        found: datetime | None = await self._pool.fetchval(_CONNECTED, account_id)
        return found

    async def set_mark(self, account_id: int, folder: str, uidvalidity: int, uid: int) -> None:
        """Everything up to here has been taken in."""
        await self._pool.execute(_SET_MARK, account_id, folder, uidvalidity, uid)


class MailboxMark:
    """How far one mailbox has been read; implements `channels.sdk.abilities.Memory`."""

    def __init__(self, mails: Mails, account_id: int, folder: str = "") -> None:
        self._mails, self._account_id, self._folder = mails, account_id, folder

    async def load(self) -> tuple[int, int] | None:
        """UIDVALIDITY and UID."""
        return await self._mails.mark(self._account_id, self._folder)

    async def since(self) -> datetime | None:
        """When the mailbox was configured, as the log has it."""
        return await self._mails.connected_at(self._account_id)

    async def save(self, epoch: int, position: int) -> None:
        """All up to here has been taken in."""
        await self._mails.set_mark(self._account_id, self._folder, epoch, position)
