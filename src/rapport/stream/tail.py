"""Reads the event log by position and hands commits to the hub.

One NOTIFY per commit rings the doorbell; a poll every 250 ms is the safety net, so that a lost
notice only costs time. The position comes from PostgreSQL alone. What this node has just committed
need not be read where its position is the next one: positions have no gaps.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from itertools import groupby
from operator import itemgetter
from typing import Any

import asyncpg
import structlog

from rapport.application.ports import Logged
from rapport.stream.asides import AWAY, Asides
from rapport.stream.asides import CHANNEL as ASIDES
from rapport.stream.hub import Hub
from rapport.stream.wire import Commit, WireEvent

CHANNEL = "rapport_stream"
POLL_S = 0.25
MOST_COMMITS = 500
BUSY = 16
"""So many events at once say that the next are worth waiting for."""
GATHER_EACH_S, GATHER_MOST_S = 0.0003, 0.02
"""And for how long, by event: in a storm of 3,000 a second what it costs is by the read."""
PATIENCE_S = 0.001
"""How much later others' commits may be told, so that one's own need not be read."""
log = structlog.get_logger()

_EVENTS = """
SELECT s.pos, e.kind, e.at, e.conversation_id, e.audience, e.customer, e.entities
FROM (SELECT pos, commit_id FROM stream_commit WHERE pos > $1 ORDER BY pos LIMIT $2) s
JOIN event e ON e.commit_id = s.commit_id ORDER BY s.pos, e.ord"""

_POS = itemgetter(0)


class Tail:
    """Follows the log of one database; reconnects for ever.

    Args:
        settings: Of its connection: its name, and those of the pool, or a young log is joined by
            reading all of it for every commit (170 instead of 63 µs of database a message).
    """

    def __init__(self, dsn: str, hub: Hub, settings: Mapping[str, str], asides: Asides) -> None:
        self._dsn = dsn
        self._hub = hub
        self._asides = asides
        self._settings = dict(settings)
        self._bell = asyncio.Event()
        self._told = 0
        self._early: dict[int, Commit] = {}
        self.under_way: Callable[[], int] = lambda: 0
        """How many commits of this node are on their way that `committed` will be told of."""
        self.started = asyncio.Event()
        self.on_back: Callable[[], Awaitable[None]] | None = None
        """What is done whenever it is connected: from then on other nodes know of this one."""

    async def run(self) -> None:
        """Follow until cancelled. After a restore (another epoch) everybody starts anew."""
        while True:
            try:
                await self._follow()
            except AWAY as error:
                log.warning("stream.lost", error=repr(error))
                await asyncio.sleep(POLL_S)

    async def _follow(self) -> None:
        # LISTEN wants a connection of its own, not one behind a pooler.
        # A server that goes down may take a connection and never speak.
        connection = await asyncpg.connect(
            self._dsn, timeout=10, command_timeout=30, server_settings=self._settings
        )
        try:
            await connection.add_listener(CHANNEL, self._ring)
            await connection.add_listener(ASIDES, self._hear)
            row = await connection.fetchrow(
                "SELECT stream_epoch, coalesce((SELECT max(pos) FROM stream_commit), 0) AS pos"
                " FROM installation"
            )
            assert row is not None  # noqa: S101 - the migration puts it there
            if row["stream_epoch"] != self._hub.epoch or row["pos"] < self._hub.pos:
                self._hub.end_all("restarted")
                self._hub.start_at(row["stream_epoch"], row["pos"])
            self._told = row["pos"]
            self._early.clear()
            self.started.set()
            if self.on_back is not None:
                await self.on_back()
            while not connection.is_closed():
                told = self._told
                read = await self._read(connection)
                if read >= BUSY:
                    # There may be more commits at once than one read takes.
                    rest_s = min(read * GATHER_EACH_S, GATHER_MOST_S)
                    await asyncio.sleep(rest_s if read < MOST_COMMITS else 0)
                elif self._told == told or self._told <= self._hub.pos:
                    await self._news()
        finally:
            # What it raises must not take the place of being cancelled.
            with suppress(*AWAY):
                await connection.close(timeout=2)

    def committed(self, pos: int, events: Sequence[Logged]) -> None:
        """This node has committed these; they are told now, or as soon as all before them are.

        While the reader is held up only so many wait; others are read when it goes on.
        """
        if self.started.is_set() and pos > self._hub.pos and len(self._early) < MOST_COMMITS:
            self._early[pos] = Commit(pos, tuple(WireEvent(*event) for event in events))
            self._tell_early()

    def _tell_early(self) -> None:
        while (commit := self._early.pop(self._hub.pos + 1, None)) is not None:
            self._hub.publish(commit)

    async def _news(self) -> None:
        """Until something is committed that has not been told, or long enough."""
        try:
            async with asyncio.timeout(POLL_S):
                while True:
                    self._bell.clear()
                    await self._bell.wait()
                    # The notice of a commit of this node may be here before its answer.
                    await asyncio.sleep(PATIENCE_S if self.under_way() else 0)
                    if self._told > self._hub.pos:
                        return
        except TimeoutError:
            pass

    async def _read(self, connection: Any) -> int:
        """Fan out what is new; returns how many events that was."""
        rows = await connection.fetch(_EVENTS, self._hub.pos, MOST_COMMITS)
        for pos, found in groupby(rows, _POS):
            if pos > self._hub.pos:
                self._hub.publish(Commit(pos, tuple(WireEvent(*row[1:]) for row in found)))
        self._early = {pos: commit for pos, commit in self._early.items() if pos > self._hub.pos}
        self._tell_early()
        return len(rows)

    def _hear(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        self._asides.heard(str(payload))

    def _ring(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        # A read sees what it was told of before. What it is told of meanwhile it may have missed.
        self._told = max(self._told, int(str(payload) or 0))
        self._bell.set()
