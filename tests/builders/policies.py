"""Queues' and accounts' policies."""

from __future__ import annotations

from typing import Any

from rapport.domain.policy import QueuePolicy


def a_queue(queue_id: int = 1, **changes: Any) -> QueuePolicy:
    """A queue with the defaults of every policy."""
    return QueuePolicy(id=queue_id, name=f"queue {queue_id}", **changes)
