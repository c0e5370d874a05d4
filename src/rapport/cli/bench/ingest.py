"""`rapport bench ingest`: signed webhook to durable message to 200, the full product path.

In the same run, on the same server and database: the server answering 200 to nothing, and the
writer alone (the same messages handed to `Ingest` inside this process, by as many at a time).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from typing import Any

import asyncpg

from rapport.channels.discovery import connectors
from rapport.cli.bench.generator import Generator, Load, customer, generator
from rapport.cli.bench.stored import check_stored
from rapport.cli.bench.subject import Subject, subject
from rapport.clock import SystemClock
from rapport.domain.message import InboundMessage
from rapport.storage.configuration import StoredConfiguration
from rapport.storage.ingest import Ingest

WARM_UP = 3000
FIRST, WRITER_FIRST = 10**6, 5 * 10**8


async def bench_ingest(
    channel: str, connections: int, messages: int, new_share: float, nodes: int
) -> dict[str, Any]:
    """Run it on so many nodes; raises if a message that was answered is not stored exactly once."""
    async with subject(nodes=nodes) as server, generator() as load:
        account = await _account(server, channel)
        known = max(200, messages // 20)
        warm = max(WARM_UP, known)
        await load.ready(Load(server.ports, connections, warm, channel, account, 0, known))
        warmed = (await load.go()).outcome
        run = Load(server.ports, connections, messages, channel, account, FIRST, known, new_share)
        await load.ready(run)
        cpu, database_cpu = server.cpu_s(), server.database_cpu_s()
        seen = await load.go()
        cpu, database_cpu = server.cpu_s() - cpu, server.database_cpu_s() - database_cpu
        stored = await check_stored(server, account, warmed.answered + seen.outcome.answered)
        raw = await _raw_limits(server, load, run)
        figures = seen.outcome.summary()
        return {
            "benchmark": "ingest",
            "channel": channel,
            "connections": connections,
            "nodes": nodes,
            "new_contacts": new_share,
            **figures,
            "server_cpu_us_each": round(cpu / messages * 1e6),
            "database_cpu_us_each": round(database_cpu / messages * 1e6),
            "generator_cpu_us_each": round(seen.cpu_s / messages * 1e6),
            "stored": stored,
            "raw": raw,
            "load_average": round(os.getloadavg()[0], 2),
        }


async def _account(server: Subject, channel: str) -> int:
    if channel == "whatsapp":
        return await server.whatsapp_account()
    return await server.custom_account()


async def _raw_limits(server: Subject, load: Generator, run: Load) -> dict[str, int]:
    """The same minute's limits: the bare server, the writer alone, bare rows in batches."""
    count = min(run.count, 20_000)
    await load.ready(Load(server.ports, run.connections, count, path="/healthz"))
    idle = (await load.go()).outcome
    return {
        "bare_server_per_s": round(idle.answered / idle.seconds),
        "writer_only_per_s": await _writer_only(server, run, count),
        "batched_insert_per_s": await _raw_insert(server.dsn),
    }


async def _writer_only(server: Subject, run: Load, count: int) -> int:
    connectors()
    configuration = StoredConfiguration(server.database)
    await configuration.refresh()
    ingest = Ingest(server.database, configuration, SystemClock())
    numbers = iter(range(WRITER_FIRST, WRITER_FIRST + count))

    async def hand_in() -> None:
        for number in numbers:
            key = customer(run, number)
            message = InboundMessage(
                external_id=f"writer.{number}",
                contact_key=f"DE.{key:0>20}" if run.channel == "whatsapp" else key,
                aliases=(key,) if run.channel == "whatsapp" else (),
                name="Dana Example",
                phone=f"+{key}" if run.channel == "whatsapp" else None,
                text=f"Message {number}: where is my order? " + "x" * 200,
            )
            await ingest.submit(run.account, [message])

    work = asyncio.create_task(ingest.run())
    started = time.perf_counter()
    await asyncio.gather(*(hand_in() for _ in range(run.connections)))
    seconds = time.perf_counter() - started
    work.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await work
    return round(count / seconds)


async def _raw_insert(dsn: str, batch: int = 128, batches: int = 200) -> int:
    connection: Any = await asyncpg.connect(dsn)
    try:
        await connection.execute(
            "CREATE TABLE bench_raw (id bigint PRIMARY KEY, external_id text UNIQUE, text text)"
        )
        started = time.perf_counter()
        for number in range(batches):
            first = number * batch
            await connection.execute(
                "INSERT INTO bench_raw SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[])",
                list(range(first, first + batch)),
                [f"bench.{i:012d}" for i in range(first, first + batch)],
                ["x" * 240] * batch,
            )
        return round(batch * batches / (time.perf_counter() - started))
    finally:
        await connection.close()


def run(channel: str, connections: int, messages: int, new_share: float, nodes: int) -> int:
    """Print the result as JSON; 1 if anything was lost, doubled or refused."""
    import uvloop

    result = uvloop.run(bench_ingest(channel, connections, messages, new_share, nodes))
    json.dump(result, sys.stdout, indent=2)
    print()
    return 1 if result["failed"] else 0
