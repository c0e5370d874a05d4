"""An agent's whole state at an exact stream position."""

from __future__ import annotations

from typing import Any

from rapport.application.views import View, agent_view, contact_view, message_view, task_view
from rapport.domain.errors import Forbidden
from rapport.storage.database import Database
from rapport.storage.rows import agent_from, contact_from, leg_from, message_from, task_from

_TASKS = """
SELECT * FROM task WHERE id IN (
    SELECT task_id FROM leg WHERE agent_id = $1 AND state <> 'closed') ORDER BY id"""
_LAST = """
SELECT m.* FROM leg l JOIN task t ON t.id = l.task_id
CROSS JOIN LATERAL (
    SELECT * FROM message m WHERE m.conversation_id = t.conversation_id AND m.task_id = t.id
      AND m.direction <> 'announcement' AND m.seq <= coalesce(l.left_seq, m.seq)
    ORDER BY seq DESC LIMIT 1) m
WHERE l.agent_id = $1 AND l.state <> 'closed' ORDER BY m.task_id, m.seq"""


async def position(connection: Any) -> str:
    """The opaque position of the newest commit that this transaction sees."""
    row = await connection.fetchrow(
        "SELECT i.stream_epoch, coalesce((SELECT max(pos) FROM stream_commit), 0) AS pos"
        " FROM installation i"
    )
    return f"{row['stream_epoch']}.{row['pos']}"


async def agent_snapshot(database: Database, agent_id: int) -> View:
    """State and position, read in one transaction: events after the position continue it.

    Raises:
        Forbidden: the person has no agent desktop.
    """
    async with (
        database.pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        at = await position(connection)
        agent = await connection.fetchrow("SELECT * FROM agent WHERE id = $1", agent_id)
        if agent is None:
            raise Forbidden("not_an_agent", "You have no agent desktop.")
        tasks = await connection.fetch(_TASKS, agent_id)
        ids = [row["id"] for row in tasks]
        legs: dict[int, list[Any]] = {}
        for row in await connection.fetch(
            "SELECT * FROM leg WHERE task_id = ANY($1::bigint[]) ORDER BY id", ids
        ):
            legs.setdefault(row["task_id"], []).append(leg_from(row))
        contacts = await connection.fetch(
            "SELECT * FROM contact WHERE id = ANY($1::bigint[]) ORDER BY id",
            sorted({row["contact_id"] for row in tasks}),
        )
        last = await connection.fetch(_LAST, agent_id)
    newest = {row["task_id"]: row for row in last}
    return {
        "position": at,
        "me": agent_view(agent_from(agent)),
        "tasks": [task_view(task_from(row, tuple(legs[row["id"]]))) for row in tasks],
        "contacts": [contact_view(contact_from(row)) for row in contacts],
        "last_messages": [message_view(message_from(row)) for row in newest.values()],
    }
