"""Whoever has a connection of the pool must not wait for a second one (`storage/database.py`).

With as many at it as the pool has connections all would wait for ever, which no test would meet by
chance: so any such request fails its test, whether or not there was a connection left.
"""

from __future__ import annotations

import asyncio
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

import asyncpg.pool

_held: WeakKeyDictionary[asyncio.Task[Any], Counter[int]] = WeakKeyDictionary()
_asked_twice: list[str] = []


def _of_this_task() -> Counter[int]:
    task = asyncio.current_task()
    assert task is not None
    return _held.setdefault(task, Counter())


def watch_pools() -> None:
    """Note who has a connection of a pool and asks for another one of the same."""
    pool_type: Any = asyncpg.pool.Pool
    acquire, release = pool_type._acquire, pool_type.release

    async def acquire_one(pool: Any, *how: Any) -> Any:
        held = _of_this_task()
        if held[id(pool)]:
            _asked_twice.append("".join(traceback.format_stack(limit=12)[:-1]))
        connection = await acquire(pool, *how)
        held[id(pool)] += 1
        return connection

    async def give_back(pool: Any, connection: Any, **how: Any) -> None:
        held = _of_this_task()
        held[id(pool)] = max(0, held[id(pool)] - 1)
        await release(pool, connection, **how)

    pool_type._acquire, pool_type.release = acquire_one, give_back


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """What runs in here must not ask twice.

    Raises:
        AssertionError: with where it did.
    """
    _asked_twice.clear()
    yield
    assert not _asked_twice, "\n\n".join(_asked_twice)
