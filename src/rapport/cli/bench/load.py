"""Load: keep-alive HTTP connections that send prepared requests, closed loop or open loop.

As little Python as possible per request, because the generator shares the two cores.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import cast

from typing_extensions import override

Prepare = Callable[[], bytes | None]


@dataclass(slots=True)
class Outcome:
    """What a run of load saw."""

    answered: int = 0
    failed: int = 0
    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """A percentile of the latencies, in milliseconds."""
        ordered = sorted(self.latencies_ms)
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 2) if ordered else 0

    def summary(self) -> dict[str, float | int]:
        """Rates and percentiles for the report."""
        return {
            "answered": self.answered,
            "failed": self.failed,
            "seconds": round(self.seconds, 2),
            "per_second": round(self.answered / self.seconds) if self.seconds else 0,
            "p50_ms": self.percentile(0.50),
            "p99_ms": self.percentile(0.99),
            "max_ms": self.percentile(1.0),
        }


class _Connection(asyncio.Protocol):
    """One keep-alive connection with at most one request under way."""

    def __init__(self, outcome: Outcome, prepare: Prepare, done: Callable[[], None]) -> None:
        self._outcome = outcome
        self._prepare = prepare
        self._done = done
        self._transport: asyncio.Transport | None = None
        self._sent_at = 0.0
        self._buffer = b""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Send the first request."""
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    @override
    def data_received(self, data: bytes) -> None:
        """Count an answer once it is complete, then send the next request."""
        self._buffer += data
        head, separator, body = self._buffer.partition(b"\r\n\r\n")
        if not separator or len(body) < _content_length(head):
            return
        outcome = self._outcome
        outcome.latencies_ms.append((time.perf_counter() - self._sent_at) * 1000)
        if head.startswith(b"HTTP/1.1 200"):
            outcome.answered += 1
        else:
            outcome.failed += 1
        self._buffer = b""
        self._next()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """Either side has closed."""
        del exc
        self._done()

    def _next(self) -> None:
        request = self._prepare()
        assert self._transport is not None  # noqa: S101 - connected
        if request is None:
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line[15:])
    return 0


async def closed_loop(ports: Sequence[int], connections: int, requests: Iterator[bytes]) -> Outcome:
    """Every connection sends its next request when the last one is answered."""
    outcome = Outcome()
    left = connections
    finished = asyncio.Event()

    def one_done() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            finished.set()

    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    for _, port in zip(range(connections), cycle(ports), strict=False):
        await loop.create_connection(
            lambda: _Connection(outcome, lambda: next(requests, None), one_done),
            "127.0.0.1",
            port,
        )
    await finished.wait()
    outcome.seconds = time.perf_counter() - started
    return outcome
