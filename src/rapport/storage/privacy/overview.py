"""How much there is of a person, for whoever is about to export or erase it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from rapport.storage.privacy.people import gather

MOST_CONVERSATIONS = 100
_CONVERSATIONS = """
SELECT c.id, coalesce(a.spec->>'channel', '') AS channel, coalesce(a.name, '') AS account,
    (SELECT count(*) FROM message m WHERE m.conversation_id = c.id
        AND m.direction IN ('inbound', 'outbound')) AS messages,
    (SELECT min(t.arrived_at) FROM task t WHERE t.conversation_id = c.id) AS first_at,
    (SELECT max(m.created_at) FROM message m WHERE m.conversation_id = c.id) AS last_at,
    EXISTS (SELECT FROM task t WHERE t.conversation_id = c.id AND t.state <> 'ended')
    OR EXISTS (SELECT FROM leg l JOIN task t ON t.id = l.task_id
               WHERE t.conversation_id = c.id AND l.state <> 'closed') AS open
FROM conversation c LEFT JOIN configuration a ON a.id = c.account_id
WHERE c.id = ANY($1::bigint[]) ORDER BY c.id DESC LIMIT $2"""
_COUNTS = """
SELECT
    (SELECT count(*) FROM message WHERE conversation_id = ANY($1::bigint[])
        AND direction IN ('inbound', 'outbound')) AS messages,
    (SELECT count(*) FROM attachment WHERE conversation_id = ANY($1::bigint[])) AS files,
    (SELECT coalesce(sum(size), 0) FROM attachment
        WHERE conversation_id = ANY($1::bigint[]))::bigint AS bytes,
    (SELECT count(*) FROM mail WHERE conversation_id = ANY($1::bigint[])) AS mails,
    (SELECT count(*) FROM workflow_run WHERE conversation_id = ANY($1::bigint[])) AS workflows,
    (SELECT count(*) FROM contact_note WHERE contact_id = $2) AS notes"""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptConversation:
    """One of the person's; `messages` are those said to and by them."""

    id: int
    channel: str
    account: str
    messages: int
    first_at: datetime | None
    last_at: datetime | None
    open: bool
    """In the sense of `person_in_conversation`: not ended, or not yet wrapped up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Over all conversations; `bytes` is the size of the files."""

    conversations: int
    messages: int
    files: int
    bytes: int
    mails: int
    workflows: int
    notes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A person, how much is kept, and the newest of their conversations."""

    id: int
    name: str | None
    email: str | None
    phone: str | None
    created_at: datetime
    identities: list[str]
    counts: Counts
    conversations: list[KeptConversation]
    """The newest 100."""

    def plain(self) -> dict[str, Any]:
        """As JSON can have it, moments apart."""
        return asdict(self)


async def overview(connection: Any, contact_id: int) -> Overview:
    """What there is of a person, without what was said.

    Raises:
        NotFound: `person_not_found`.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        person = await gather(connection, contact_id)
        ids = person.conversation_ids
        rows = await connection.fetch(_CONVERSATIONS, ids, MOST_CONVERSATIONS)
        counts = await connection.fetchrow(_COUNTS, ids, contact_id)
    contact = person.contact
    return Overview(
        id=contact_id,
        name=contact["name"],
        email=contact["email"],
        phone=contact["phone"],
        created_at=contact["created_at"],
        identities=sorted(f"{i['channel']} {i['external_id']}" for i in person.identities),
        counts=Counts(conversations=len(ids), **dict(counts)),
        conversations=[KeptConversation(**dict(row)) for row in rows],
    )
