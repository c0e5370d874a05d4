"""The customer's view of their conversation: a projection of its own, never the agents' events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from rapport.stream.wire import WireEvent

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder().decode
Names = Callable[[int], str | None]


def project(event: WireEvent, name_of: Names) -> list[bytes]:
    """Frames for the customer's sockets; none where the event is not for them."""
    # That the customer waits, and at which place, the page is told when it has sent its message:
    # from here it would come later and without the place. After a question it comes from here.
    if event.entities is None:
        return []
    entities = decode(event.entities)
    if event.kind == "task.queued" and entities["task"]["epoch"] == 1:
        return []
    frames = []
    # A task that comes with a message brings it for the desktop that had neither.
    if task := entities.get("task"):
        if event.kind == "task.read":
            frames.append(encode({"type": "seen", "seq": read_mark(task)}))
        else:
            state = conversation_state(task, name_of)
            frames.append(encode({"type": "state", "conversation": state}))
    elif (message := entities.get("message")) and message["direction"] != "note":
        frames.append(encode({"type": "message", "message": visitor_message(message, name_of)}))
    return frames


def read_mark(task: dict[str, Any] | None) -> int:
    """How far any agent has read the thread."""
    return max((leg["read_seq"] for leg in task["legs"]), default=0) if task else 0


def visitor_message(message: dict[str, Any], name_of: Names) -> dict[str, Any]:
    """A message as the customer sees it; colleagues' ids become names."""
    announcement = message.get("announcement")
    author = message["author"]
    agent_id = author["id"] if author["kind"] == "agent" else None
    if announcement is not None:
        agent_id = announcement["params"].get("agent_id")
    return {
        "seq": message["seq"],
        "author": author["kind"],
        "name": name_of(agent_id) if agent_id is not None else None,
        "text": message["text"],
        "styles": [
            {key: style[key] for key in ("kind", "start", "end")}
            for style in (message.get("content") or {}).get("styles", ())
        ],
        "buttons": [list(b) for b in (message.get("content") or {}).get("buttons", ())],
        "attachments": [
            {key: a[key] for key in ("id", "filename", "media_type", "size", "state", "refusal")}
            for a in message["attachments"]
        ],
        "at": message["created_at"],
        "code": announcement["code"] if announcement is not None else message["purpose"],
        "id": message["client_id"] if author["kind"] == "customer" else None,
    }


def conversation_state(task: dict[str, Any], name_of: Names) -> dict[str, Any]:
    """Waiting, active or ended, and who is in."""
    left = task["customer_left_at"] is not None
    ended_by = None
    if task["state"] == "ended":
        state = "ended"
        reason = task["end_reason"]
        ended_by = {"handled": "agent", "abandoned": "customer"}.get(reason, "system")
        if left:
            ended_by = "customer"
    elif left:
        state, ended_by = "ended", "customer"
    else:
        state = {"active": "active", "asking": "asking"}.get(task["state"], "waiting")
    return {
        "state": state,
        "agents": [
            {"name": name_of(leg["agent_id"])} for leg in task["legs"] if leg["state"] == "active"
        ],
        "position": None,
        "ended_by": ended_by,
        "wait_text": None,
    }
