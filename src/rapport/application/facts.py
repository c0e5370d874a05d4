"""What the log keeps of an event beside who and when: its own fields, and what reports measure.

A measure is taken once, when the thing happens, so that every report counts the same (T12). Times
are whole milliseconds in fields that end in `_ms`.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from rapport.application.views import moment
from rapport.domain import events as e
from rapport.domain.agent import Agent
from rapport.domain.task import Task

_HIDDEN = {"text", "values"}


def facts_of(event: e.Event) -> dict[str, Any] | None:
    """An event's own fields, as plain values."""
    facts = {
        name: _plain(value)
        for name, value in asdict(event).items()
        if value is not None and name not in _HIDDEN
    }
    return facts or None


def measures_of(
    event: e.Event, before: Task, now: datetime, service_level_s: int
) -> dict[str, Any]:
    """What reports need of an event: its channel, the queue it counts for, and durations.

    Args:
        before: The task before the command.
        service_level_s: Within how many seconds the queue promises an answer.
    """
    measures: dict[str, Any] = {"channel": before.channel.value}
    leg_id = getattr(event, "leg_id", None)
    leg = before.leg(leg_id) if leg_id is not None else None
    if leg is not None:
        measures["of_queue"] = leg.queue_id
    if isinstance(event, e.TaskAccepted) and before.accepted_at is None:
        waited = _ms(now - before.waiting_since)
        measures |= {"answer_ms": waited, "in_time": waited <= service_level_s * 1000}
    elif isinstance(event, e.TaskEnded | e.TaskDropped | e.TaskTransferred):
        measures["of_queue"] = before.queue_id
    elif isinstance(event, e.WrapUpStarted) and leg is not None and leg.accepted_at is not None:
        measures["handle_ms"] = _ms(now - leg.accepted_at)
    elif isinstance(event, e.WrapUpSubmitted) and leg is not None and leg.wrap_up_at is not None:
        measures["wrap_up_ms"] = _ms(now - leg.wrap_up_at)
    return measures


def first_response(task: Task, now: datetime) -> dict[str, Any]:
    """How long the customer waited for the first message of an agent."""
    return {"first_response_ms": _ms(now - task.arrived_at)}


def agent_facts(agent: Agent, before: Agent | None, by: int | None = None) -> dict[str, Any]:
    """An agent's state, how long the one before lasted, and the supervisor who changed it."""
    facts: dict[str, Any] = {
        "status": agent.status.value,
        "idle_code_id": agent.idle_code_id,
        "used": list(agent.used),
    }
    if before is not None and before.status_since != agent.status_since:
        facts |= {
            "was": before.status.value,
            "was_ms": _ms(agent.status_since - before.status_since),
        }
    if by is not None:
        facts["by"] = by
    return facts


def _ms(duration: timedelta) -> int:
    return max(0, round(duration.total_seconds() * 1000))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple | frozenset):
        return [_plain(item) for item in value]
    return value
