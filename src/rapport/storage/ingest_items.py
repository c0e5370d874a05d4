"""What waits to be taken in, and what can be told from it before the database is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from rapport.application.received import Input
from rapport.domain.message import CustomerEvent, InboundMessage
from rapport.storage import ingest_statements as sql
from rapport.storage.held_files import as_it_is_now

Key = tuple[int, str]
IDS_PER_MESSAGE = 6


@dataclass(slots=True)
class Item:
    """One message, or what a customer did, on its way in."""

    account_id: int
    message: Input

    @property
    def key(self) -> Key:
        """What orders and locks it."""
        return (self.account_id, self.message.contact_key)


def aliases(missing: Sequence[Key], groups: dict[Key, list[Item]]) -> list[tuple[int, str, str]]:
    """Under what other keys customers without a conversation come: (account, key, alias)."""
    found = []
    for account_id, key in missing:
        for item in groups[account_id, key]:
            if isinstance(item.message, InboundMessage):
                found += [(account_id, key, alias) for alias in item.message.aliases]
    return found


def moved(batch: Sequence[Item]) -> list[tuple[int, str, str]]:
    """Customers whose key the provider has changed."""
    return [
        (i.account_id, i.message.value, i.message.contact_key)
        for i in batch
        if isinstance(i.message, CustomerEvent)
        and i.message.kind == "identity_changed"
        and i.message.value
    ]


def opens(items: Sequence[Item]) -> bool:
    """Only a message opens a conversation (T1)."""
    return any(isinstance(item.message, InboundMessage) for item in items)


def segmented(given: Input) -> bool:
    """Whether it is one part of a long message."""
    return isinstance(given, InboundMessage) and given.segment is not None


def refers_to(given: Input) -> str | None:
    """External id of the message that it answers or changes."""
    if isinstance(given, InboundMessage):
        return given.reply_to
    return given.target if isinstance(given, CustomerEvent) else None


async def keep_consent(connection: Any, batch: Sequence[Item]) -> None:
    """Opt-outs hold whether or not there is a conversation; the last word counts."""
    last: dict[Key, CustomerEvent] = {}
    for item in batch:
        if isinstance(item.message, CustomerEvent) and item.message.consents:
            last[item.key] = item.message
    outs = {key: event for key, event in last.items() if event.kind == "opted_out"}
    ins = [key for key, event in last.items() if event.kind == "opted_in"]
    if outs:
        await connection.execute(
            sql.OPT_OUTS,
            [k[0] for k in outs],
            [k[1] for k in outs],
            [e.at for e in outs.values()],
            [e.value for e in outs.values()],
        )
    if ins:
        await connection.execute(sql.OPT_INS, [k[0] for k in ins], [k[1] for k in ins])


async def look_at_held(connection: Any, batch: Sequence[Item]) -> None:
    """Files that were held when their message was written may be released, or refused, since."""
    for item in batch:
        message = item.message
        if isinstance(message, InboundMessage) and any(a.held for a in message.attachments):
            files = await as_it_is_now(connection, message.attachments)
            item.message = replace(message, attachments=files)
