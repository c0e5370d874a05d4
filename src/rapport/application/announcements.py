"""The system lines of a thread (C3): which events make one, and whether the customer sees it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rapport.domain import events as e
from rapport.domain.channel import Capabilities
from rapport.domain.message import Announcement

Params = dict[str, str | int]
_LINES: dict[type[e.Event], Callable[[Any], tuple[str, Params] | None]] = {
    e.TaskAccepted: lambda x: ("accepted", {"agent_id": x.agent_id}),
    e.TaskStarted: lambda x: (
        "started" if x.follow_up_of is None else "followed_up",
        {"agent_id": x.agent_id},
    ),
    e.TaskTransferred: lambda x: (
        ("transferred_to_agent", {"agent_id": x.agent_id, "from_agent_id": x.from_agent_id})
        if x.agent_id is not None
        else ("transferred_to_queue", {"queue_id": x.queue_id, "from_agent_id": x.from_agent_id})
    ),
    e.SupervisorJoined: lambda x: ("joined", {"agent_id": x.agent_id}),
    e.TaskTakenOver: lambda x: (
        "taken_over",
        {"agent_id": x.agent_id, "from_agent_id": x.from_agent_id},
    ),
    e.TaskReassigned: lambda x: (
        ("reassigned_to_agent", {"agent_id": x.agent_id, "supervisor_id": x.supervisor_id})
        if x.agent_id is not None
        else ("reassigned_to_queue", {"queue_id": x.queue_id, "supervisor_id": x.supervisor_id})
    ),
    e.TaskPrioritised: lambda x: (
        "prioritised",
        {"priority": x.priority, "supervisor_id": x.supervisor_id},
    ),
    e.TaskQueued: lambda x: (
        ("menu_answered", {"answer": x.answer or "", "queue_id": x.queue_id})
        if x.by == "answer"
        else ("menu_unanswered", {"queue_id": x.queue_id})
        if x.by in {"not_understood", "time"}
        else None
    ),
    e.TaskDropped: lambda x: ("dropped", {"agent_id": x.agent_id}),
    e.TaskRequeued: lambda x: (
        ("requeued", {"queue_id": x.queue_id, "reason": x.reason})
        if x.reason in {"overflow", "agent_gone", "parking_over"}
        else None
    ),
    e.ConferenceRequested: lambda x: ("conference_requested", {"agent_id": x.agent_id}),
    e.ConferenceJoined: lambda x: ("joined", {"agent_id": x.agent_id}),
    e.ConferenceCancelled: lambda x: ("conference_cancelled", {"agent_id": x.agent_id}),
    e.ConferenceLeft: lambda x: (
        "removed" if x.removed else "left",
        {"agent_id": x.agent_id},
    ),
    e.CustomerLeft: lambda _: ("customer_left", {}),
    e.CustomerReturned: lambda _: ("customer_returned", {}),
    e.TaskParked: lambda x: ("parked", {"agent_id": x.agent_id, "until": x.until.isoformat()}),
    e.TaskResumed: lambda x: ("resumed", {"agent_id": x.agent_id}),
    e.TaskEnded: lambda x: (
        ("ended_by_agent", {"agent_id": x.agent_id or 0})
        if x.by == "agent"
        else (x.reason.value, {})
    ),
}
_CUSTOMER_SEES = frozenset(
    {"accepted", "joined", "taken_over", "left", "removed", "ended_by_agent"}
)
_CUSTOMER_SEES_ALWAYS = frozenset({"customer_left", "abandoned", "timed_out", "closed"})


def announcement_for(
    event: e.Event, capabilities: Capabilities
) -> tuple[Announcement, bool] | None:
    """The line that an event adds to the thread, and whether the customer sees it (§2, T6, T7)."""
    line = _LINES.get(type(event))
    made = line(event) if line is not None else None
    if made is None:
        return None
    code, params = made
    seen = not capabilities.pushed and (
        code in _CUSTOMER_SEES_ALWAYS
        or (code in _CUSTOMER_SEES and capabilities.joined_seen_by_customer)
    )
    return Announcement(code=code, params=tuple(params.items())), seen
