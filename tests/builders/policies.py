"""Queues' and accounts' policies."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from rapport.domain.menu import Choice, Menu
from rapport.domain.policy import QueuePolicy


def a_queue(queue_id: int = 1, **changes: Any) -> QueuePolicy:
    """A queue with the defaults of every policy."""
    return QueuePolicy(id=queue_id, name=f"queue {queue_id}", **changes)


def a_menu(**changes: Any) -> Menu:
    """A question whose first choice leads to queue 1 and whose second leads to queue 2."""
    choices = [Choice(labels=(f"Queue {i}",), queue_id=i, priority=i) for i in (1, 2)]
    fields = {"choices": tuple(choices), "tries": 3, "within": timedelta(minutes=1), **changes}
    return Menu(**fields)
