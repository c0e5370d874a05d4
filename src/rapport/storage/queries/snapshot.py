"""An agent's whole state at an exact stream position."""

from __future__ import annotations

from typing import Any

from rapport.application.views import View, agent_view, contact_view, message_view, task_view
from rapport.domain.errors import Forbidden
from rapport.domain.task import Leg
from rapport.storage.database import Database
from rapport.storage.rows import agent_from, contact_from, leg_from, message_from, task_from

# One statement, because what one statement sees is one moment, and an agent waits for each round
# trip. Rows come as they are stored: PostgreSQL's arrays of a table's own type.
_STATE = """
WITH mine AS MATERIALIZED (
    SELECT task_id, max(coalesce(left_seq, 9223372036854775807)) AS up_to
    FROM leg WHERE agent_id = $1 AND state <> 'closed' GROUP BY task_id)
SELECT i.stream_epoch,
    coalesce((SELECT max(pos) FROM stream_commit), 0) AS pos,
    ARRAY(SELECT a FROM agent a WHERE a.id = $1) AS agent,
    ARRAY(SELECT t FROM mine JOIN task t ON t.id = mine.task_id ORDER BY t.id) AS tasks,
    ARRAY(SELECT l FROM mine JOIN leg l ON l.task_id = mine.task_id ORDER BY l.id) AS legs,
    ARRAY(SELECT c FROM contact c WHERE c.id IN (
        SELECT t.contact_id FROM mine JOIN task t ON t.id = mine.task_id) ORDER BY c.id)
        AS contacts,
    ARRAY(SELECT last FROM mine JOIN task t ON t.id = mine.task_id
        CROSS JOIN LATERAL (
            SELECT m FROM message m
            WHERE m.conversation_id = t.conversation_id AND m.task_id = t.id
              AND m.direction <> 'announcement' AND m.seq <= mine.up_to
            ORDER BY m.seq DESC LIMIT 1) newest (last)
        ORDER BY t.id) AS last_messages
FROM installation i"""


async def agent_snapshot(database: Database, agent_id: int) -> View:
    """State and position of one moment: events after the position continue it.

    Raises:
        Forbidden: the person has no agent desktop.
    """
    found: Any = await database.pool.fetchrow(_STATE, agent_id)
    if not found["agent"]:
        raise Forbidden("not_an_agent", "You have no agent desktop.")
    legs: dict[int, list[Leg]] = {}
    for row in found["legs"]:
        legs.setdefault(row["task_id"], []).append(leg_from(row))
    return {
        "position": f"{found['stream_epoch']}.{found['pos']}",
        "me": agent_view(agent_from(found["agent"][0])),
        "tasks": [task_view(task_from(row, tuple(legs[row["id"]]))) for row in found["tasks"]],
        "contacts": [contact_view(contact_from(row)) for row in found["contacts"]],
        "last_messages": [message_view(message_from(row)) for row in found["last_messages"]],
    }
