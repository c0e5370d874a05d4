"""Use cases' transactions as spans, from the connection that is taken to the commit."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from opentelemetry.trace import Tracer

from rapport.application.ports import Store, Transaction
from rapport.tracing.spans import span

T = TypeVar("T")


class TracedStore:
    """Around the store; implements `application.ports.Store`."""

    def __init__(self, store: Store, tracer: Tracer) -> None:
        self._store = store
        self._tracer = tracer

    async def new_ids(self, count: int) -> Sequence[int]:
        """Fresh ids."""
        return await self._store.new_ids(count)

    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run work in a transaction; how often it was begun is told, too."""
        begun = 0

        async def counted(transaction: Transaction) -> T:
            nonlocal begun
            begun += 1
            return await work(transaction)

        with span(self._tracer, "transaction", {"code.function.name": _name(work)}) as made:
            try:
                return await self._store.run(counted)
            finally:
                made.set_attribute("rapport.attempts", begun)


def _name(work: object) -> str:
    """The use case, by where its work is written."""
    inner = getattr(work, "func", work)
    module, name = getattr(inner, "__module__", ""), getattr(inner, "__qualname__", "")
    return f"{module}.{name}".replace(".<locals>", "").strip(".")
