"""A worker ends when its node ends it, and by nothing else."""

from __future__ import annotations

import asyncio

import pytest

from rapport.bootstrap.lasting import lasting


class Worker:
    """Waits for something that others may cancel."""

    def __init__(self) -> None:
        self.starts = 0
        self.waited_for: asyncio.Future[None] | None = None
        self.started = asyncio.Event()

    async def run(self) -> None:
        self.starts += 1
        self.waited_for = asyncio.get_running_loop().create_future()
        self.started.set()
        await self.waited_for


async def test_what_a_driver_cancels_is_started_again() -> None:
    worker = Worker()
    task = asyncio.create_task(lasting(worker.run))
    for _ in range(3):
        await worker.started.wait()
        worker.started.clear()
        assert worker.waited_for is not None
        worker.waited_for.cancel()
    await worker.started.wait()
    assert (worker.starts, task.done()) == (4, False)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert worker.starts == 4


async def test_a_failure_is_a_failure_and_an_end_an_end() -> None:
    async def fails() -> None:
        raise ValueError("its own")

    with pytest.raises(ValueError, match="its own"):
        await lasting(fails)
    worker = Worker()
    task = asyncio.create_task(lasting(worker.run))
    await worker.started.wait()
    assert worker.waited_for is not None
    worker.waited_for.set_result(None)
    await task
    assert worker.starts == 1
