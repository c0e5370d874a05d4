"""The load of `bench ingest` in a process of its own: signed first, then told when to go.

Reads one JSON line that says what to send, says `ready`, waits for a line, sends, prints what it
saw as JSON, and so on until its input ends.
"""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import uvloop

from rapport.cli.bench.load import Outcome, closed_loop
from rapport.cli.bench.payloads import signed_requests


class Load(msgspec.Struct, frozen=True):
    """What to send.

    Attributes:
        ports: Of the nodes; the connections are shared out among them.
        first: The number of the first message.
        known: How many customers there are besides the new ones.
        new_share: The share of messages whose customer writes for the first time.
        path: Where to send bare requests instead, for the raw limit.
    """

    ports: tuple[int, ...]
    connections: int
    count: int
    channel: str = "whatsapp"
    account: int = 0
    first: int = 0
    known: int = 1
    new_share: float = 0.0
    path: str | None = None


class Seen(msgspec.Struct, frozen=True):
    """What the generator saw, and the CPU that it took itself."""

    outcome: Outcome
    cpu_s: float


def customer(load: Load, number: int) -> str:
    """Who writes a message."""
    new = number % 100 < load.new_share * 100
    return f"4915555{number + 5_000_000:08d}" if new else f"4915555{number % load.known:08d}"


class Generator:
    """The process, as the benchmark drives it."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def ready(self, load: Load) -> None:
        """Sign everything."""
        await self._tell(msgspec.json.encode(load))
        if (await self._line()).strip() != b"ready":
            raise RuntimeError("the load generator failed")

    async def go(self) -> Seen:
        """Send what was signed; returns when all is answered."""
        await self._tell(b"go")
        return msgspec.json.decode(await self._line(), type=Seen)

    async def _tell(self, line: bytes) -> None:
        assert self._process.stdin is not None  # noqa: S101 - a pipe
        self._process.stdin.write(line + b"\n")
        await self._process.stdin.drain()

    async def _line(self) -> bytes:
        assert self._process.stdout is not None  # noqa: S101 - a pipe
        return await self._process.stdout.readline()


@asynccontextmanager
async def generator() -> AsyncIterator[Generator]:
    """Start it and stop it."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rapport.cli.bench.generator", stdin=PIPE, stdout=PIPE, limit=2**26
    )
    try:
        yield Generator(process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()


def _signed(load: Load) -> list[bytes]:
    if load.path is not None:
        return [f"GET {load.path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode()] * load.count
    numbers = range(load.first, load.first + load.count)
    return signed_requests(load.channel, load.account, numbers, lambda n: customer(load, n))


def main() -> None:
    """Serve the benchmark on standard input and output."""
    for line in sys.stdin:
        load = msgspec.json.decode(line, type=Load)
        requests = _signed(load)
        print("ready", flush=True)
        sys.stdin.readline()
        before = sum(os.times()[:2])
        outcome = uvloop.run(closed_loop(load.ports, load.connections, iter(requests)))
        seen = Seen(outcome, sum(os.times()[:2]) - before)
        print(msgspec.json.encode(seen).decode(), flush=True)


if __name__ == "__main__":
    main()
