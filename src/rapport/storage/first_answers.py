"""First answers of agents that could be taken back: each counts when it leaves (T12).

What is written without a time for taking back counts when it is written (`Recorder`). A mail that
is held counts here, in the commit that says what became of it: taken back in time it never does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rapport.application.facts import first_response
from rapport.application.ports import EventRecord, Settlement
from rapport.domain.message import AuthorKind, DeliveryStatus
from rapport.domain.task import Task
from rapport.storage.rows import task_from

_LOCK = """
SELECT * FROM task WHERE id = ANY($1::bigint[]) AND answered_at IS NULL
ORDER BY id FOR NO KEY UPDATE"""
_ANSWERED = "UPDATE task SET answered_at = $2 WHERE id = ANY($1::bigint[])"
_LEFT = frozenset({DeliveryStatus.SENT, DeliveryStatus.UNKNOWN})


async def locked_unanswered(connection: Any, settlements: Sequence[Settlement]) -> dict[int, Task]:
    """Tasks that a held answer among these may be the first of; before lanes and messages."""
    wanted = sorted({_task_id(s) for s in settlements if _held(s) and s.status in _LEFT})
    if not wanted:
        return {}
    return {row["id"]: task_from(row, ()) for row in await connection.fetch(_LOCK, wanted)}


async def answered(
    connection: Any,
    unanswered: Mapping[int, Task],
    settlements: Sequence[Settlement],
    now: datetime,
) -> list[EventRecord]:
    """Note which of them have their first answer now; returns the events that measure it."""
    first: dict[int, Settlement] = {}
    for settled in settlements:
        if _held(settled) and settled.status in _LEFT and _task_id(settled) in unanswered:
            first.setdefault(_task_id(settled), settled)
    if first:
        await connection.execute(_ANSWERED, sorted(first), now)
    return [
        EventRecord(
            kind="task.answered",
            at=now,
            conversation_id=unanswered[task_id].conversation_id,
            task_id=task_id,
            agent_id=settled.dispatch.message.author_id,
            queue_id=unanswered[task_id].queue_id,
            audience=(),
            facts={
                "channel": unanswered[task_id].channel.value,
                **first_response(unanswered[task_id], now),
            },
        )
        for task_id, settled in first.items()
    ]


def _held(settled: Settlement) -> bool:
    message = settled.dispatch.message
    details = (message.content and message.content.details) or {}
    return message.author_kind is AuthorKind.AGENT and bool(details.get("hold_s"))


def _task_id(settled: Settlement) -> int:
    return settled.dispatch.message.task_id or 0
