"""New customers of a batch: contact, identity and conversation, whoever else makes them too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rapport.domain.message import InboundMessage
from rapport.storage import ingest_statements as sql
from rapport.storage.ingest_items import Item, Key


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A key without a conversation, and the message that tells who it is."""

    key: Key
    channel: str
    message: InboundMessage


def first_message(items: Sequence[Item]) -> InboundMessage:
    """The first that is a message: only such open a conversation."""
    return next(i.message for i in items if isinstance(i.message, InboundMessage))


async def welcome(
    connection: Any, newcomers: Sequence[Newcomer], ids: Sequence[int], now: datetime
) -> None:
    """Make what is missing; sorted by key, under no locks.

    Args:
        ids: Two fresh ones for each.
    """
    contacts, conversations = ids[: len(newcomers)], ids[len(newcomers) :]
    made = await connection.fetch(
        sql.NEW_CUSTOMERS, contacts, conversations, *_columns(newcomers), now
    )
    if len(made) == len(newcomers):
        return
    # Some contacts are there, or are being made at this moment: they win.
    new = {row["contact_id"] for row in made}
    rest = [n for n, contact_id in enumerate(contacts) if contact_id not in new]
    contacts = [contacts[n] for n in rest]
    accounts, keys, channels, scopes, identities, *person = _columns([newcomers[n] for n in rest])
    await connection.execute(sql.NEW_CONTACTS, contacts, *person)
    await connection.execute(sql.NEW_IDENTITIES, channels, scopes, identities, contacts)
    await connection.execute(
        sql.NEW_CONVERSATIONS,
        [conversations[n] for n in rest],
        accounts,
        keys,
        channels,
        now,
        scopes,
        identities,
    )
    await connection.execute(sql.DROP_ORPHANS, contacts)


def _columns(newcomers: Sequence[Newcomer]) -> tuple[list[Any], ...]:
    return (
        [n.key[0] for n in newcomers],
        [n.key[1] for n in newcomers],
        [n.channel for n in newcomers],
        [str(n.key[0]) for n in newcomers],
        [n.message.identity or n.key[1] for n in newcomers],
        [n.message.name for n in newcomers],
        [n.message.email for n in newcomers],
        [n.message.phone for n in newcomers],
    )
