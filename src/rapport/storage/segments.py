"""Long messages that the network cut up, put together again in the database.

Segments may come in any order, twice, and at different nodes. A message whose segments don't all
come is shown after a while with what is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from rapport.domain.message import InboundMessage

GIVE_UP_S = 600
MISSING = "[…]"
_SERIALISE = "SELECT pg_advisory_xact_lock(hashtextextended($1, 7))"
# A reference comes again after 256 messages: a segment that contradicts what is kept, or what is
# kept for long, belongs to another message.
_FORGET = """
DELETE FROM message_segment
WHERE account_id = $1 AND contact_key = $2 AND reference = $3 AND (
    at < $6::timestamptz - interval '6 hours' OR EXISTS (
        SELECT FROM message_segment s WHERE s.account_id = $1 AND s.contact_key = $2
        AND s.reference = $3 AND s.number = $4 AND s.external_id <> $5))"""
_KEEP = """
INSERT INTO message_segment (account_id, contact_key, reference, number, total, external_id, text,
    at, octets) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING"""
_ALL = """
SELECT number, text, external_id, octets FROM message_segment
WHERE account_id = $1 AND contact_key = $2 AND reference = $3 ORDER BY number"""
_BLANK = """
UPDATE message_segment s SET text = '', octets = NULL FROM (
    SELECT account_id, contact_key, reference FROM message_segment
    GROUP BY 1, 2, 3 HAVING count(*) = max(total) AND max(at) < $1) whole
WHERE (s.account_id, s.contact_key, s.reference) =
      (whole.account_id, whole.contact_key, whole.reference) AND s.text <> ''"""
_OVERDUE = """
SELECT account_id, contact_key, reference, max(total) AS total,
    array_agg(number ORDER BY number) AS numbers, array_agg(text ORDER BY number) AS texts,
    min(external_id) AS external_id
FROM message_segment GROUP BY 1, 2, 3
HAVING count(*) < max(total) AND max(at) < $1 AND max(at) > $1::timestamptz - interval '1 day'
LIMIT 50"""


async def join_segment(
    connection: Any, account_id: int, message: InboundMessage, now: datetime
) -> InboundMessage | None:
    """Keep one segment; the whole message once all are here, else None.

    In the caller's transaction. The whole carries one external id whatever the order of arrival,
    so that a repeated segment gives a duplicate and not a second message.
    """
    segment = message.segment
    if segment is None:
        return message
    await connection.execute(_SERIALISE, f"{account_id}:{message.contact_key}:{segment.reference}")
    await connection.execute(
        _FORGET,
        account_id,
        message.contact_key,
        segment.reference,
        segment.number,
        message.external_id,
        now,
    )
    await connection.execute(
        _KEEP,
        account_id,
        message.contact_key,
        segment.reference,
        segment.number,
        segment.total,
        message.external_id,
        _storable(message.text or ""),
        now,
        (message.details or {}).get("ucs2"),
    )
    rows = await connection.fetch(_ALL, account_id, message.contact_key, segment.reference)
    if len(rows) < segment.total:
        return None
    return replace(
        message,
        external_id=f"{rows[0]['external_id']}+{segment.reference}",
        text=_joined(rows),
        segment=None,
        details=None,
    )


def _joined(rows: Sequence[Any]) -> str:
    """The parts as one; octets where a character was torn between two."""
    if not any(row["octets"] for row in rows):
        return "".join(row["text"] for row in rows)
    octets = b"".join(
        bytes.fromhex(row["octets"]) if row["octets"] else row["text"].encode("utf-16-be")
        for row in rows
    )
    return octets.decode("utf-16-be", "replace")


def _storable(text: str) -> str:
    """Without half characters, which PostgreSQL can't keep."""
    return text.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")


async def overdue(connection: Any, before: datetime) -> list[tuple[int, InboundMessage]]:
    """Messages that have waited too long for their missing segments, with marks in their place.

    What has been put together is forgotten but for its ids, which tell a repeated segment.
    """
    await connection.execute(_BLANK, before)
    found = []
    for row in await connection.fetch(_OVERDUE, before):
        texts = dict(zip(row["numbers"], row["texts"], strict=True))
        text = "".join(texts.get(number, MISSING) for number in range(1, row["total"] + 1))
        message = InboundMessage(
            external_id=f"{row['external_id']}~{row['reference']}",
            contact_key=row["contact_key"],
            text=text,
            phone=row["contact_key"],
            details={"incomplete": True},
        )
        found.append((row["account_id"], message))
    return found
