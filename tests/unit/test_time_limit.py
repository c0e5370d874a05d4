"""`TimeLimit` raises what `asyncio.timeout` raises, and leaves alone what that leaves alone."""

from __future__ import annotations

import asyncio

import pytest

from rapport.api.time_limit import TimeLimit


async def test_what_takes_too_long_is_ended() -> None:
    with pytest.raises(TimeoutError), TimeLimit(0):
        await asyncio.Event().wait()
    # The task goes on as if nothing had been.
    await asyncio.sleep(0)
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0


async def test_what_is_in_time_is_left_alone() -> None:
    with TimeLimit(60):
        await asyncio.sleep(0)
    with pytest.raises(ValueError, match="its own"), TimeLimit(60):
        raise ValueError("its own")


async def test_who_is_cancelled_from_elsewhere_stays_cancelled() -> None:
    started = asyncio.Event()

    async def work() -> None:
        with TimeLimit(60):
            started.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_cancelled_and_too_late_is_cancelled() -> None:
    async def work() -> None:
        with TimeLimit(0):
            await asyncio.Event().wait()

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    task.cancel()
    # The limit passes in the same turn of the loop.
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_that_comes_when_time_is_over_is_the_error() -> None:
    async def work() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ValueError("its own") from None

    with pytest.raises(ValueError, match="its own"), TimeLimit(0):
        await work()


async def test_it_is_for_tasks() -> None:
    raised: list[Exception] = []

    def outside() -> None:
        try:
            TimeLimit(1).__enter__()
        except RuntimeError as error:
            raised.append(error)

    asyncio.get_running_loop().call_soon(outside)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(raised) == 1
