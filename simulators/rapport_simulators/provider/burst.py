"""Webhooks as fast as they are taken: prepared requests over kept connections."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import httptools
from typing_extensions import override


@dataclass(frozen=True, slots=True, kw_only=True)
class BurstResult:
    """What became of a burst.

    Attributes:
        statuses: Per request in the order given; 0 is no answer.
        seconds: From the first byte sent to the last answer.
        latencies_ms: Per request, from sent to answered.
    """

    statuses: tuple[int, ...]
    seconds: float
    latencies_ms: tuple[float, ...]

    @property
    def taken(self) -> int:
        """How many were answered with 200."""
        return sum(status == 200 for status in self.statuses)

    @property
    def rate(self) -> float:
        """Answers of 200 per second."""
        return self.taken / self.seconds if self.seconds else 0.0


def raw_request(url: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A POST as it goes over the wire."""
    parts = urlsplit(url)
    target = parts.path or "/"
    if parts.query:
        target += f"?{parts.query}"
    lines = [f"POST {target} HTTP/1.1", f"host: {parts.netloc}", f"content-length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class _Sender(asyncio.Protocol):
    """One connection: sends its next request as the last is answered."""

    def __init__(
        self,
        next_request: Callable[[], tuple[int, bytes] | None],
        answered: Callable[[int, int], None],
        sent: Callable[[int], None],
    ) -> None:
        self._next = next_request
        self._answered = answered
        self._sent = sent
        self._current: int | None = None
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - TCP has no other
        self._transport = transport
        self._send()

    @override
    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        """The parser has seen the end of an answer."""
        if self._current is not None:
            self._answered(self._current, self._parser.get_status_code())
        self._parser = httptools.HttpResponseParser(self)
        self._send()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def _send(self) -> None:
        assert self._transport is not None  # noqa: S101 - it is connected
        following = self._next()
        if following is None:
            self._current = None
            self._transport.close()
            return
        self._current, request = following
        self._sent(self._current)
        self._transport.write(request)


async def burst(url: str, requests: Sequence[bytes], connections: int = 16) -> BurstResult:
    """Send prepared requests (see `raw_request`) over some connections.

    A connection that the server closes is opened again; its request counts as not answered.
    """
    parts = urlsplit(url)
    loop = asyncio.get_running_loop()
    statuses = [0] * len(requests)
    begun = [0.0] * len(requests)
    latencies = [0.0] * len(requests)
    queue = iter(enumerate(requests))
    exhausted = False

    def following() -> tuple[int, bytes] | None:
        nonlocal exhausted
        found = next(queue, None)
        exhausted = found is None
        return found

    def sent(index: int) -> None:
        begun[index] = loop.time()

    def answered(index: int, status: int) -> None:
        statuses[index] = status
        latencies[index] = (loop.time() - begun[index]) * 1000

    async def work() -> None:
        while not exhausted:
            _, sender = await loop.create_connection(
                lambda: _Sender(following, answered, sent), parts.hostname or "", parts.port or 80
            )
            await sender.done

    start = loop.time()
    await asyncio.gather(*(work() for _ in range(min(connections, len(requests)) or 1)))
    return BurstResult(
        statuses=tuple(statuses),
        seconds=loop.time() - start,
        latencies_ms=tuple(latencies),
    )
