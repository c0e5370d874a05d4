"""Who is told when a message or a contact changes that is there already, by agents' open parts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from rapport.application.ports import Changes, EventRecord
from rapport.domain.message import Message

# The message's own task, and the one that the conversation is served by now.
_TOLD = """
SELECT DISTINCT m.id, l.agent_id
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])
    m(id, conversation_id, task_id, seq)
JOIN conversation c ON c.id = m.conversation_id
JOIN leg l ON l.task_id = ANY (ARRAY[m.task_id, c.task_id])
WHERE l.state IN ('offered', 'active')
   OR (l.state = 'wrapping_up' AND m.seq <= coalesce(l.left_seq, m.seq))
ORDER BY m.id, l.agent_id"""
_HOLDERS = """
SELECT DISTINCT c.contact_id, l.agent_id FROM conversation c
JOIN task t ON t.conversation_id = c.id JOIN leg l ON l.task_id = t.id
WHERE c.contact_id = ANY($1::bigint[]) AND l.state <> 'closed' ORDER BY 1, 2"""


async def told_of_changes(
    connection: Any, messages: Iterable[Message]
) -> dict[int, tuple[str, ...]]:
    """The audience of each message's change, by its id.

    Agents for whom it rings and who are in, and those who wrap up and have the message in their
    part of the thread (MECHANISMS §6).
    """
    changed = list(messages)
    told: dict[int, tuple[str, ...]] = {m.id: () for m in changed}
    rows = await connection.fetch(
        _TOLD,
        [m.id for m in changed],
        [m.conversation_id for m in changed],
        [m.task_id for m in changed],
        [m.seq for m in changed],
    )
    for row in rows:
        told[row["id"]] += (f"agent.{row['agent_id']}",)
    return told


async def tell_holders(connection: Any, changes: Changes) -> None:
    """Address what input has changed to everybody whose desktop has it, in whichever task."""
    told = await told_of_changes(connection, changes.amended.values()) if changes.amended else {}
    holders: dict[int, tuple[str, ...]] = {}
    if changes.contacts:
        ids = sorted({contact.id for contact in changes.contacts})
        for row in await connection.fetch(_HOLDERS, ids):
            name = f"agent.{row['agent_id']}"
            holders[row["contact_id"]] = (*holders.get(row["contact_id"], ()), name)

    def addressed(event: EventRecord) -> EventRecord:
        entities = event.entities or {}
        if event.kind == "contact.updated":
            more = holders.get(entities["contact"]["id"], ())
        elif event.kind == "message.changed":
            more = told.get(entities["message"]["id"], ())
        else:
            return event
        return replace(event, audience=tuple(dict.fromkeys((*event.audience, *more))))

    changes.events = [addressed(event) for event in changes.events]


async def tell_who_serves_now(connection: Any, changes: Changes) -> None:
    """Address what an earlier task adds to the thread to the agents of the current one, too."""
    current = {c.id: c.task_id for c in changes.conversations}
    late = [m for m in changes.messages if current.get(m.conversation_id, m.task_id) != m.task_id]
    if not late:
        return
    told = await told_of_changes(connection, late)

    def addressed(event: EventRecord) -> EventRecord:
        message = (event.entities or {}).get("message")
        more = told.get(message["id"], ()) if message is not None else ()
        return replace(event, audience=tuple(dict.fromkeys((*event.audience, *more))))

    changes.events = [addressed(event) for event in changes.events]
