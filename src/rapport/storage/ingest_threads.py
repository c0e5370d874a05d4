"""Reading conversations with what deciding on customers' input needs, in one statement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapport.application.received import Thread
from rapport.domain.message import Contact
from rapport.storage import ingest_statements as sql
from rapport.storage.database import decode_json
from rapport.storage.ingest_items import Item, Key
from rapport.storage.rows import conversation_from, leg_from, task_from

_NOTHING: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class Marks:
    """By which transactions the rows of a thread were written (`xmin`).

    Whoever finds the same again, while the conversation is locked, has read what holds.
    """

    conversation: int
    contact: int
    task: int | None


async def read_threads(
    connection: Any, keys: Sequence[Key], items: Iterable[Item] = ()
) -> dict[Key, tuple[Thread, Marks]]:
    """Threads of those that have a conversation, as they are at one moment.

    Args:
        items: What comes in: those of their external ids that are stored already are found.
    """
    given = list(items)
    rows = await connection.fetch(
        sql.THREADS,
        [account_id for account_id, _ in keys],
        [contact_key for _, contact_key in keys],
        [item.account_id for item in given],
        [item.message.external_id for item in given],
    )
    known: dict[int, dict[str, int]] = {}
    seen = rows[0]["known"] if rows else None
    for account_id, external_id, seq in decode_json(seen) if seen else ():
        known.setdefault(account_id, {})[external_id] = seq
    threads = {}
    for row in rows:
        conversation, task = conversation_from(row["conversation"]), row["task"]
        is_open = task is not None and task["state"] != "ended"
        thread = Thread(
            conversation=conversation,
            contact=Contact(
                id=conversation.contact_id,
                version=row["version"],
                name=row["name"],
                email=row["email"],
                phone=row["phone"],
                by_hand=tuple(row["by_hand"]),
            ),
            task=task_from(task, tuple(map(leg_from, row["legs"]))) if is_open else None,
            known=known.get(conversation.account_id, _NOTHING),
        )
        key = conversation.account_id, conversation.contact_key
        threads[key] = thread, Marks(*row["marks"])
    return threads
