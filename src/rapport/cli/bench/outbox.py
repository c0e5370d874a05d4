"""`rapport bench outbox`: dispatch to a provider that does nothing, and exactness of the rate."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2

from rapport.application.configuration.snapshot import Configuration
from rapport.application.ports import Services
from rapport.channels.custom.connector import create
from rapport.channels.discovery import connectors
from rapport.channels.gateway import Channels
from rapport.channels.sdk.connector import AccountConfig, Connector, Rendered
from rapport.channels.sdk.manifest import Manifest
from rapport.channels.sdk.transport import Part, ProviderRequest, Transport
from rapport.cli.bench.provider import graph, meet
from rapport.cli.bench.subject import Subject, running_node, subject
from rapport.cli.bench.tables import fill_conversations, fill_outbox
from rapport.clock import SystemClock
from rapport.domain.sending import OutboundMessage, SendOutcome, Sent
from rapport.jobs.sender import Postman
from rapport.storage.configuration import StoredConfiguration
from rapport.storage.configuration_writer import Put, write_configuration
from rapport.storage.database import Database
from rapport.storage.embedded import EmbeddedPostgres
from rapport.storage.migrations import upgrade
from rapport.storage.outbox import PostgresOutbox
from rapport.storage.secrets import Vault
from rapport.storage.store import PostgresStore

RATE = 80
ACCOUNTS, CONVERSATIONS = 4, 500
_FREE = 1e6
_OPENED = 120


class Nothing:
    """A connector whose provider takes everything at once; it remembers the order."""

    def __init__(self) -> None:
        self.manifest: Manifest = replace(create().manifest, per_second=lambda _settings: _FREE)
        self.sent: dict[str, list[int]] = {}

    def __getattr__(self, name: str) -> Any:
        """Nothing else is asked of it."""
        raise AttributeError(name)

    def render(self, message: OutboundMessage, account: AccountConfig) -> Rendered:
        """One part that names its place in the conversation."""
        key = f"{account.id}/{message.contact_key}"
        asked = ProviderRequest(method="POST", path=key, json=int(message.text))
        return Rendered(parts=(Part(requests=(asked,)),))

    async def send(self, part: Part, account: AccountConfig, transport: Transport) -> SendOutcome:
        """Taken."""
        del transport
        asked = part.requests[0]
        self.sent.setdefault(asked.path, []).append(int(str(asked.json)))
        return Sent(f"{account.id}.{asked.path}.{asked.json}")


async def dispatch(messages: int) -> dict[str, Any]:
    """Messages a second through the real sender, gateway and outbox tables."""
    with tempfile.TemporaryDirectory(prefix="rapport-bench-") as folder:
        async with EmbeddedPostgres(Path(folder) / "postgres") as postgres:
            await upgrade(postgres.dsn)
            database = await Database.connect(postgres.dsn)
            try:
                return await _dispatch(database, messages)
            finally:
                await database.close()


async def _dispatch(database: Database, messages: int) -> dict[str, Any]:
    clock = SystemClock()
    configuration = StoredConfiguration(database)
    connectors()
    each = max(1, messages // (ACCOUNTS * CONVERSATIONS))
    total = 0
    for number in range(ACCOUNTS):
        put = Put("accounts", f"account {number}", {"channel": "custom"})
        (account,) = await write_configuration(database, [put], None, clock.now())
        customers = [f"c{n}" for n in range(CONVERSATIONS)]
        lanes = await fill_conversations(database, account, customers, clock.now())
        total += await fill_outbox(database, account, lanes, each, clock.now())
    await configuration.refresh()
    nothing = Nothing()
    services = Services(
        store=PostgresStore(database, configuration), clock=clock, configuration=configuration
    )
    async with httpx2.AsyncClient() as client:
        channels = _channels(nothing, configuration, client)
        postman = Postman(services, PostgresOutbox(database, Vault(b"bench")), channels)
        started, cpu = time.perf_counter(), time.process_time()
        work = asyncio.create_task(postman.run())
        await drained(database, 0.02)
        seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
        work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await work
    row = await database.pool.fetchrow(
        "SELECT count(*) FILTER (WHERE status = 'sent') AS sent,"
        " count(DISTINCT external_id) AS ids FROM message"
    )
    assert row is not None  # noqa: S101 - an aggregate always has a row
    in_order = all(seen == list(range(1, each + 1)) for seen in nothing.sent.values())
    tried = sum(map(len, nothing.sent.values()))
    return {
        "messages": total,
        "per_second": round(total / seconds),
        "cpu_us_each": round(cpu / total * 1e6),
        "sent_once_and_in_order": in_order and tried == total == row["sent"] == row["ids"],
    }


def _channels(
    connector: Any, configuration: StoredConfiguration, client: httpx2.AsyncClient
) -> Channels:
    found: dict[str, Connector] = {"custom": connector}

    def current() -> Configuration:
        return configuration.current

    def no_file(_file: object) -> Any:
        raise FileNotFoundError

    return Channels(found, current, lambda _account: {}, client, no_file, SystemClock().now)


async def exactness(seconds: int) -> dict[str, Any]:
    """A backlog on one WhatsApp account, two worker nodes, by the log of the simulated Graph."""
    total = RATE * seconds
    async with (
        graph() as simulator,
        subject(roles="worker") as first,
        running_node(first.data.parent / "second", "worker", first.dsn),
    ):
        customers = [f"4915555{n:08d}" for n in range(_OPENED)]
        await meet(simulator, customers)
        account = await first.whatsapp_account({"api_url": simulator.url, "per_second": RATE})
        await _queue(first, account, customers, total)
        await drained(first.database, 0.5)
        ledger = await simulator.ledger()
    accepted = sorted(entry["monotonic"] for entry in ledger["business"])
    ids = {entry["callback_data"] for entry in ledger["business"]}
    span = accepted[-1] - accepted[0]
    return {
        "messages": total,
        "accepted": len(accepted),
        "accepted_once": len(ids) == len(accepted) == total,
        "most_in_any_second": peak(accepted),
        "mean_per_second": round((len(accepted) - 1) / span, 2),
        "seconds": round(span, 1),
    }


async def drained(database: Database, look_every_s: float) -> None:
    """Wait until nothing is in the outbox."""
    while True:
        if not await database.pool.fetchval("SELECT EXISTS (SELECT FROM outbox_job)"):
            return
        await asyncio.sleep(look_every_s)


async def _queue(server: Subject, account: int, customers: list[str], total: int) -> None:
    now = SystemClock().now()
    lanes = await fill_conversations(server.database, account, customers, now)
    await fill_outbox(server.database, account, lanes, -(-total // len(lanes)), now)


def peak(moments: list[float], seconds: float = 1.0) -> int:
    """The most within any half-open span of so many seconds; `moments` ascend."""
    most = first = 0
    for last, moment in enumerate(moments):
        while moment - moments[first] >= seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


def run(messages: int, seconds: int) -> int:
    """Print the result as JSON; 1 if anything was sent twice, out of order or too fast."""
    import uvloop

    result: dict[str, Any] = {"benchmark": "outbox"}
    if messages:
        result["dispatch"] = uvloop.run(dispatch(messages))
    if seconds:
        result["rate"] = uvloop.run(exactness(seconds))
    result["load_average"] = round(os.getloadavg()[0], 2)
    json.dump(result, sys.stdout, indent=2)
    print()
    sound = not messages or result["dispatch"]["sent_once_and_in_order"]
    if seconds:
        sound = sound and result["rate"]["accepted_once"]
        sound = sound and result["rate"]["most_in_any_second"] <= RATE
    return 0 if sound else 1
