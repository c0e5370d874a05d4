"""A time limit for the hottest path: `asyncio.timeout` costs 5 % of a webhook (measured)."""

from __future__ import annotations

import asyncio
from types import TracebackType


class TimeLimit:
    """`with TimeLimit(20): await …` raises TimeoutError in the task that has not finished by then.

    As `asyncio.timeout`, for one fixed delay: cancelled from elsewhere, the task stays cancelled.
    """

    __slots__ = ("_cancelling", "_handle", "_passed", "_seconds", "_task")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def __enter__(self) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a time limit holds for a task")
        self._task = task
        self._cancelling = task.cancelling()
        self._passed = False
        self._handle = asyncio.get_running_loop().call_later(self._seconds, self._pass)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._handle.cancel()
        if (
            self._passed
            and self._task.uncancel() <= self._cancelling
            and kind is asyncio.CancelledError
        ):
            raise TimeoutError from error

    def _pass(self) -> None:
        self._passed = True
        self._task.cancel()
