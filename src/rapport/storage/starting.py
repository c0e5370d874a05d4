"""The conversation that an agent starts: found or made, in the agent's own transaction.

An advisory lock on the address comes before every other lock, and only these transactions take
it: two agents who write to one person at once come one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rapport.domain.message import Addressee, Contact, Conversation
from rapport.storage.rows import contact_from, conversation_from

_ONE_BY_ONE = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
_IDENTITY = """
INSERT INTO contact_identity (channel, scope, external_id, contact_id) VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING RETURNING contact_id"""
_OWNER = """
SELECT contact_id FROM contact_identity WHERE channel = $1 AND scope = $2 AND external_id = $3"""
# A customer of WhatsApp may be known by an id that is no number; the provider told their number.
_BY_PHONE = """
SELECT i.external_id FROM contact_identity i JOIN contact p ON p.id = i.contact_id
WHERE i.channel = $1 AND i.scope = $2 AND p.phone = $3 AND i.external_id <> $4
ORDER BY i.external_id LIMIT 1"""
_CONVERSATION = """
INSERT INTO conversation (id, account_id, contact_key, contact_id, created_at, opted_out_at)
VALUES ($1, $2, $3, $4, $5,
        (SELECT at FROM opt_out o WHERE o.account_id = $2 AND o.contact_key = $3))
ON CONFLICT DO NOTHING"""
_LOCK_BY_KEY = """
SELECT * FROM conversation WHERE account_id = $1 AND contact_key = $2 FOR NO KEY UPDATE"""
_LOCK = "SELECT * FROM conversation WHERE id = $1 FOR NO KEY UPDATE"
_OPEN = """
SELECT t.id, t.conversation_id FROM conversation c JOIN task t ON t.conversation_id = c.id
WHERE c.contact_id = $2 AND c.account_id = $1 AND t.state <> 'ended' ORDER BY t.id DESC LIMIT 1"""
_PARTICIPANTS = """
INSERT INTO mail_participant SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING"""


async def conversation_with(
    connection: Any, whom: Addressee, ids: Sequence[int], now: datetime
) -> tuple[Conversation, Contact]:
    """As `application.ports.Transaction` has it."""
    new_contact, new_conversation = ids
    channel, scope = whom.channel.value, str(whom.account_id)
    await connection.execute(_ONE_BY_ONE, f"start:{scope}:{whom.identity}")
    identity, key = whom.identity, whom.contact_key
    owner = await connection.fetchval(_OWNER, channel, scope, identity)
    if owner is None and whom.phone is not None and key == identity:
        known = await connection.fetchval(_BY_PHONE, channel, scope, whom.phone, identity)
        identity, key = known or identity, known or key
        owner = await connection.fetchval(_OWNER, channel, scope, identity)
    if owner is None:
        owner = await _made(connection, whom, new_contact)
    await connection.execute(_CONVERSATION, new_conversation, whom.account_id, key, owner, now)
    row = await connection.fetchrow(_LOCK_BY_KEY, whom.account_id, key)
    return await _with_contact(connection, row)


async def _made(connection: Any, whom: Addressee, new_contact: int) -> int:
    """The contact to whom the address belongs from now on."""
    contact_id = whom.contact_id or new_contact
    if whom.contact_id is None:
        await connection.execute(
            "INSERT INTO contact (id, email, phone) VALUES ($1, $2, $3)",
            new_contact,
            whom.email,
            whom.phone,
        )
    channel, scope = whom.channel.value, str(whom.account_id)
    made = await connection.fetchval(_IDENTITY, channel, scope, whom.identity, contact_id)
    if made is not None:
        return contact_id
    # They wrote at this very moment: theirs it is.
    await connection.execute("DELETE FROM contact WHERE id = $1", new_contact)
    owner: int = await connection.fetchval(_OWNER, channel, scope, whom.identity)
    return owner


async def conversation(
    connection: Any, conversation_id: int
) -> tuple[Conversation, Contact] | None:
    """As `application.ports.Transaction` has it."""
    row = await connection.fetchrow(_LOCK, conversation_id)
    return None if row is None else await _with_contact(connection, row)


async def _with_contact(connection: Any, row: Any) -> tuple[Conversation, Contact]:
    contact = await connection.fetchrow("SELECT * FROM contact WHERE id = $1", row["contact_id"])
    return conversation_from(row), contact_from(contact)


async def open_task_with(
    connection: Any, account_id: int, contact_id: int
) -> tuple[int, int] | None:
    """As `application.ports.Transaction` has it."""
    row = await connection.fetchrow(_OPEN, account_id, contact_id)
    return None if row is None else (row["id"], row["conversation_id"])


async def writes_to(connection: Any, conversation_id: int, addresses: Sequence[str]) -> None:
    """As `application.ports.Transaction` has it."""
    people = sorted({one.lower() for one in addresses})
    await connection.execute(_PARTICIPANTS, conversation_id, people)
