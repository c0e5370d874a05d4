"""`rapport bench crash`: kill -9 of every process in turn under load, and both books afterwards.

The simulated Graph delivers customers' messages, with duplicates and in disorder, until each is
answered with 200; an api node takes them, a worker node sends what is in the outbox through the
WhatsApp connector, to a provider that fails in its ways. The database is an embedded one that
this process supervises. Every process is killed in turn, as often as asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import asyncpg

from rapport.cli.bench.provider import Graph, graph, meet
from rapport.cli.bench.reconcile import Books, compare
from rapport.cli.bench.subject import Subject, answers, start_node
from rapport.cli.bench.tables import fill_conversations, fill_outbox
from rapport.clock import SystemClock
from rapport.storage.configuration import StoredConfiguration
from rapport.storage.database import Database
from rapport.storage.embedded import EmbeddedPostgres
from rapport.storage.embedded.endpoint import free_port
from rapport.storage.migrations import upgrade

BATCH, SPEAKERS, MOST_UNDER_WAY = 10, 16, 2000
SETTLED_WITHIN_S, LOOK_EVERY_S = 300.0, 0.1
_STORED = "SELECT sum(inbound_seq)::bigint FROM conversation"
PER_SECOND = 500
FAULTS: tuple[tuple[str, int, dict[str, Any]], ...] = (
    ("http_500", 2, {"where": "messages"}),
    ("http_429", 2, {"where": "messages", "seconds": 1}),
    ("timeout_after_accept", 1, {"where": "messages", "seconds": 1}),
    ("duplicate_webhook", 40, {}),
)


class Crash:
    """One run: the processes, the load, the kills."""

    def __init__(self, folder: Path, postgres: EmbeddedPostgres, simulator: Graph) -> None:
        self.folder = folder
        self.postgres = postgres
        self.simulator = simulator
        self.ports = {role: free_port() for role in ("api", "worker")}
        self.nodes: dict[str, asyncio.subprocess.Process] = {}
        self.customers: list[str] = []
        self.disordered: set[str] = set()
        self.kills: list[str] = []
        self.said = 0
        self.seen = 0

    async def start(self, role: str) -> None:
        """Bring a node up, again if it ends because the database is away."""
        while True:
            node = await start_node(self.folder / role, role, self.ports[role], self.postgres.dsn)
            self.nodes[role] = node
            with contextlib.suppress(RuntimeError):
                await answers(f"http://127.0.0.1:{self.ports[role]}", node)
                return
            await _end(node)

    async def configure(self, outgoing: int, messages: int) -> None:
        """The account, the customers, what is to be sent, and the way back for webhooks."""
        database = await Database.connect(self.postgres.dsn, minimum=1, maximum=4)
        url = f"http://127.0.0.1:{self.ports['api']}"
        subject = Subject(url, 0, os.getpid(), self.postgres.dsn, database, self.folder)
        count = max(8, min(2000, messages // 50))
        self.customers = [f"4915555{n:08d}" for n in range(count)]
        self.disordered = set(self.customers[::4])
        await meet(self.simulator, self.customers)
        await self.simulator.control("DELETE", "/ledger")
        account = await subject.whatsapp_account(
            {"api_url": self.simulator.url, "per_second": PER_SECOND},
            {"greeting": "Welcome! Somebody will be with you shortly."},
        )
        now = SystemClock().now()
        keys = [await self._user_id(customer) for customer in self.customers[: count // 2]]
        lanes = await fill_conversations(database, account, keys, now)
        await fill_outbox(database, account, lanes, max(1, outgoing // len(lanes)), now)
        await StoredConfiguration(database).refresh()
        await database.close()
        webhook = f"{url}/webhooks/whatsapp/{account}"
        await self.simulator.control("POST", "/webhooks", {"whatsapp": webhook})

    async def _user_id(self, customer: str) -> str:
        found = await self.simulator.control("GET", f"/customers/{customer}/thread")
        return str(found["customer"]["user_id"])

    async def load(self, messages: int) -> None:
        """Customers write in turn, never more than so many messages ahead of us."""
        turns = iter(range(-(-messages // BATCH)))

        async def speak() -> None:
            for turn in turns:
                customer = self.customers[turn % len(self.customers)]
                if customer in self.disordered:
                    await self.simulator.cause("reorder_webhooks", 3, where=customer, seconds=0.2)
                texts = [f"Message {turn}.{n}" for n in range(BATCH)]
                self.said += BATCH
                await self.simulator.say(customer, texts)
                await self._not_too_far_ahead()

        await asyncio.gather(*(speak() for _ in range(SPEAKERS)), self._make_trouble(messages))
        await self.simulator.control("DELETE", "/faults")

    async def _not_too_far_ahead(self) -> None:
        await self._until_stored(self.said - MOST_UNDER_WAY)

    async def _until_stored(self, count: int) -> None:
        while True:
            if self.seen >= count:
                return
            await asyncio.sleep(LOOK_EVERY_S)

    async def _make_trouble(self, messages: int) -> None:
        """The provider's faults, one kind after another, as long as customers write."""
        number = 0
        while self.said < messages:
            kind, count, more = FAULTS[number % len(FAULTS)]
            await self.simulator.cause(kind, count, **more)
            number += 1
            await asyncio.sleep(0.5)

    async def count(self) -> None:
        """Keep `seen` up to date until cancelled: customers' messages that are stored."""
        while True:
            with contextlib.suppress(Exception):  # it is killed, in any of its moments
                connection: Any = await asyncpg.connect(self.postgres.dsn, timeout=5)
                try:
                    while True:
                        self.seen = await connection.fetchval(_STORED, timeout=5) or 0
                        await asyncio.sleep(LOOK_EVERY_S)
                finally:
                    connection.terminate()
            await asyncio.sleep(LOOK_EVERY_S)

    async def kill_in_turn(self, messages: int, kills: int) -> None:
        """One after another, evenly over the load."""
        for number in range(kills):
            due = messages * (number + 1) // (kills + 1)
            await self._until_stored(due)
            victim = ("api", "postgres", "worker")[number % 3]
            self.kills.append(victim)
            if victim == "postgres":
                if self.postgres.pid is not None:
                    os.kill(self.postgres.pid, signal.SIGKILL)
                continue
            self.nodes[victim].kill()
            await self.nodes[victim].wait()
            await self.start(victim)

    async def settled(self, *, hasten: bool) -> Books:
        """Compare until all is delivered and sent, or for as long as that may take.

        Args:
            hasten: Let leases of a killed worker run out at once rather than in 90 seconds.
        """
        deadline = time.monotonic() + SETTLED_WITHIN_S
        while True:
            if hasten:
                await self._hasten()
            books = await self.books()
            print(f"{books.inbound}\n{books.outbound}", file=sys.stderr)
            waits = books.inbound.unacknowledged or books.outbound.unsent or books.outbound.behind
            if not waits or time.monotonic() > deadline:
                return books
            await asyncio.sleep(1)

    async def books(self) -> Books:
        """What both sides say now."""
        return await compare(self.postgres.dsn, self.simulator.url, self.customers, self.disordered)

    async def _hasten(self) -> None:
        connection: Any = await asyncpg.connect(self.postgres.dsn)
        await connection.execute(
            "UPDATE outbox_lane SET lease_until = now() WHERE lease_until < now() + '85 s'"
        )
        await connection.execute("UPDATE outbox_lane SET due = now() WHERE due > now()")
        await connection.close()

    async def stop(self) -> None:
        """End the nodes."""
        for node in self.nodes.values():
            await _end(node)


async def _end(node: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        node.terminate()
    await node.wait()


@contextlib.asynccontextmanager
async def crash_run(messages: int, outgoing: int, kills: int) -> Any:
    """Everything up, loaded and killed in turn; yields the run with its processes alive."""
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as folder:
        async with EmbeddedPostgres(Path(folder) / "postgres") as postgres, graph() as simulator:
            run = Crash(Path(folder), postgres, simulator)
            beside = [asyncio.create_task(postgres.supervise()), asyncio.create_task(run.count())]
            try:
                await upgrade(postgres.dsn)
                await run.configure(outgoing, messages)
                await asyncio.gather(run.start("api"), run.start("worker"))
                await asyncio.gather(run.load(messages), run.kill_in_turn(messages, kills))
                yield run
            finally:
                await run.stop()
                for task in beside:
                    task.cancel()
                await asyncio.gather(*beside, return_exceptions=True)


async def bench_crash(messages: int, outgoing: int, kills: int) -> dict[str, Any]:
    """Run it and compare the books."""
    started = time.perf_counter()
    async with crash_run(messages, outgoing, kills) as run:
        loaded = time.perf_counter() - started
        books = await run.settled(hasten=False)
        return {
            "benchmark": "crash",
            "kills": run.kills,
            "inbound": asdict(books.inbound),
            "outbound": asdict(books.outbound),
            "sound": books.sound,
            "load_s": round(loaded, 1),
            "seconds": round(time.perf_counter() - started, 1),
        }


def run(messages: int, outgoing: int, kills: int) -> int:
    """Print the result as JSON; 1 if the books differ."""
    import uvloop

    result = uvloop.run(bench_crash(messages, outgoing, kills))
    json.dump(result, sys.stdout, indent=2)
    print()
    return 0 if result["sound"] else 1
