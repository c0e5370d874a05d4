"""Reading the configuration again: a database that goes away meanwhile is waited for."""

from __future__ import annotations

import asyncio

import pytest

from rapport.jobs.refresher import Refresher


async def test_what_could_not_be_read_is_read_later_and_told_once() -> None:
    away, told = [ConnectionResetError("the database is going down")], list[str]()
    done = asyncio.Event()

    async def read() -> None:
        if away:
            raise away.pop()

    def tell(news: str) -> None:
        told.append(news)
        if len(told) == 2:
            done.set()

    refresher = Refresher(read, tell)
    refresher.note("a queue")
    with pytest.raises(ConnectionResetError):
        await refresher.refresh()
    assert told == []
    away.append(ConnectionResetError("still away"))
    refresher.note("an account")
    working = asyncio.create_task(refresher.run())
    async with asyncio.timeout(10):
        await done.wait()
    working.cancel()
    assert told == ["a queue", "an account"]
    assert await refresher.refresh() == 0
