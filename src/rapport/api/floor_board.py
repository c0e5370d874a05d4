"""The live board: counters and agents for those who look, together and at most once a second.

However many commits there are, a board gets one frame a second with what differs; whoever opens it
has read the whole by `GET /floor` before.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import msgspec
import structlog

from rapport.application.floor import LIVE, FloorReader
from rapport.application.ports import Clock
from rapport.stream.hub import Hub
from rapport.stream.wire import Commit

PERIOD_S = 1.0
encode = msgspec.json.Encoder().encode
log = structlog.get_logger()


class FloorBoard:
    """One node's; counts only while somebody looks."""

    def __init__(self, hub: Hub, reader: FloorReader, clock: Clock, period_s: float) -> None:
        self._hub = hub
        self._reader = reader
        self._clock = clock
        self._period_s = period_s
        self._bell = asyncio.Event()
        self._agents: dict[int, Any] = {}
        self._told: dict[int, Any] = {}
        self._counts = False

    def joined(self) -> None:
        """Somebody opened the board: what has changed since they read it comes at once."""
        self._told.clear()
        self._counts = True
        self._bell.set()

    def note(self, commit: Commit) -> None:
        """Take from a commit what the board shows."""
        if LIVE not in self._hub.audiences():
            return
        for event in commit.events:
            if event.kind.startswith("agent.") and event.entities:
                agent = json.loads(event.entities).get("agent")
                if agent is not None:
                    self._agents[agent["id"]] = agent
            self._counts |= event.kind.startswith(("task.", "offer.", "agent.", "wrap_up."))
        if self._counts or self._agents:
            self._bell.set()

    async def run(self) -> None:
        """Tell until cancelled."""
        while True:
            await self._bell.wait()
            self._bell.clear()
            try:
                await self.tell()
            except Exception:  # the loop must outlive any one failure
                log.exception("floor.not_told")
            await asyncio.sleep(self._period_s)

    async def tell(self) -> None:
        """One frame with what differs from the one before."""
        agents, self._agents = list(self._agents.values()), {}
        queues: list[Any] = []
        if self._counts:
            self._counts = False
            for queue in await self._reader.queues(self._clock.now()):
                counters = {k: v for k, v in queue.items() if k != "longest_wait_s"}
                if self._told.get(queue["id"]) != counters:
                    self._told[queue["id"]] = counters
                    queues.append(queue)
        if agents or queues:
            frame = {"type": "floor", "queues": queues, "agents": agents}
            self._hub.whisper((LIVE,), encode(frame))
