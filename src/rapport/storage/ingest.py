"""Taking messages in: group-committed, de-duplicated, ordered per conversation.

Requests of many connections are gathered into batches of up to 256 that cost a constant number
of round trips (MECHANISMS §1). Order holds by lane: one conversation always goes to the same
writer, and a lane has one batch under way; across nodes the conversation's row lock and
UNIQUE(account, external id) do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import structlog

from rapport.application.ports import Clock, ConfigurationSource
from rapport.application.received import Input, NoQueue, Received
from rapport.domain.errors import Refused
from rapport.storage.database import LOST, Database, Unavailable, being_ended
from rapport.storage.ingest_batch import BatchWriter
from rapport.storage.ingest_items import Item
from rapport.storage.segments import GIVE_UP_S, overdue

LARGEST_BATCH = 256
BUSY = 8
"""A batch of so many says that the next is worth waiting for."""
GATHER_S = 0.001
"""And for how long, for each lane that commits meanwhile: half as many again join it, which saves a
tenth of the CPU of a message."""
CommitBatch = Callable[[Sequence[Item]], Awaitable[Sequence[Received]]]
log = structlog.get_logger()


@dataclass(slots=True)
class _Waiting(Item):
    """Who waits for the commit."""

    done: asyncio.Future[Received]


class Ingest:
    """The writers; `submit` answers after the commit."""

    def __init__(
        self,
        database: Database,
        configuration: ConfigurationSource,
        clock: Clock,
        writers: int = 2,
    ) -> None:
        self._database = database
        self._clock = clock
        self._lanes: list[asyncio.Queue[_Waiting]] = [asyncio.Queue(20_000) for _ in range(writers)]
        self._gather_s = GATHER_S * writers
        writer = BatchWriter(database, configuration, clock)
        self.texts = writer.texts
        self.commit_batch: CommitBatch = writer.commit
        """What commits a batch; tracing puts itself around it."""

    async def submit(self, account_id: int, messages: Sequence[Input]) -> list[Received]:
        """Store input of one delivery, in order; returns after all is committed.

        Raises:
            Unavailable: the database is away; nothing of what failed is stored.
            Refused: `overloaded`, when more waits than can be held.
        """
        loop = asyncio.get_running_loop()
        futures = []
        for message in messages:
            item = _Waiting(account_id, message, loop.create_future())
            lane = self._lanes[hash(item.key) % len(self._lanes)]
            try:
                lane.put_nowait(item)
            except asyncio.QueueFull:
                raise Refused("overloaded", "Too much at once. Try again shortly.") from None
            futures.append(item.done)
        if len(futures) == 1:
            return [await futures[0]]
        results = await asyncio.gather(*futures, return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return [r for r in results if isinstance(r, Received)]

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                for lane in self._lanes:
                    group.create_task(self._drain(lane))
        finally:
            await self.texts.rest()

    async def flush_segments(self) -> None:
        """Show long messages whose missing segments don't come."""
        before = self._clock.now() - timedelta(seconds=GIVE_UP_S)
        for account_id, message in await overdue(self._database.pool, before):
            await self.submit(account_id, [message])

    async def _drain(self, lane: asyncio.Queue[_Waiting]) -> None:
        busy = False
        while True:
            batch = [await lane.get()]
            # One turn of the loop: requests that are already there join the batch. In a storm those
            # answered by the last commit are about to send their next.
            await asyncio.sleep(self._gather_s if busy else 0)
            while len(batch) < LARGEST_BATCH and not lane.empty():
                batch.append(lane.get_nowait())
            busy = len(batch) >= BUSY
            await self._settle(batch)

    async def _settle(self, batch: Sequence[_Waiting]) -> None:
        """Commit a batch; by halves if it fails, so that one bad message holds up no other."""
        try:
            results = await self.commit_batch(batch)
        except (*LOST, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and being_ended():
                raise
            unavailable = Unavailable()
            unavailable.__cause__ = error
            _fail(batch, unavailable)
        except Exception as error:
            if len(batch) > 1:
                half = len(batch) // 2
                await self._settle(batch[:half])
                await self._settle(batch[half:])
            else:
                log.exception("ingest.refused", account_id=batch[0].account_id)
                _fail(batch, error)
        else:
            for item, result in zip(batch, results, strict=True):
                if not item.done.done():
                    item.done.set_result(result)


def _fail(batch: Sequence[_Waiting], error: BaseException) -> None:
    shown = (
        Refused("no_queue", "No queue is configured for this channel.")
        if isinstance(error, NoQueue)
        else error
    )
    for item in batch:
        if not item.done.done():
            item.done.set_exception(shown)
