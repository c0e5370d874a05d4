"""`rapport bench ingest`: signed webhook to durable message to 200, the full product path."""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
import time
from typing import Any

import asyncpg

from rapport.cli.bench.load import Outcome, closed_loop
from rapport.cli.bench.subject import SIGNING_SECRET, Subject, subject

WARM_UP = 3000


def webhook_requests(
    account: int, first: int, count: int, contact_of: Any, secret: str = SIGNING_SECRET
) -> list[bytes]:
    """Signed deliveries of one message each, about 1 kB, ready to send."""
    requests = []
    for number in range(first, first + count):
        message = {
            "id": f"bench.{number:012d}",
            "from": contact_of(number),
            "name": "Dana Example",
            "text": f"Message {number}: where is my order? " + "x" * 200,
        }
        context = {"channel": "custom", "provider": {"version": "1", "padding": "p" * 500}}
        body = json.dumps({"messages": [message], "context": context}).encode()
        signature = hmac.digest(secret.encode(), body, hashlib.sha256).hex()
        head = (
            f"POST /webhooks/custom/{account} HTTP/1.1\r\nHost: bench\r\n"
            "Content-Type: application/json\r\n"
            f"X-Rapport-Signature: sha256={signature}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        requests.append(head.encode() + body)
    return requests


async def bench_ingest(connections: int, messages: int, new_share: float) -> dict[str, Any]:
    """Run it; raises if a message that was answered is not stored exactly once."""
    async with subject() as server:
        account = await server.custom_account()
        existing = max(200, messages // 20)

        def contact_of(number: int) -> str:
            if number < 0:
                return f"c{(number + 10**9) % existing}"
            return f"n{number}" if (number % 100) < new_share * 100 else f"c{number % existing}"

        warm = webhook_requests(account, -(10**9), max(WARM_UP, existing), contact_of)
        await closed_loop(server.port, connections, iter(warm))
        requests = webhook_requests(account, 0, messages, contact_of)
        cpu, database_cpu = server.cpu_s(), server.database_cpu_s()
        outcome = await closed_loop(server.port, connections, iter(requests))
        cpu, database_cpu = server.cpu_s() - cpu, server.database_cpu_s() - database_cpu
        stored = await _check(server, account, outcome.answered + len(warm))
        raw = await _raw_limits(server, connections, requests)
        figures = outcome.summary()
        return {
            "benchmark": "ingest",
            "connections": connections,
            "new_contacts": new_share,
            **figures,
            "server_cpu_us_each": round(cpu / messages * 1e6),
            "database_cpu_us_each": round(database_cpu / messages * 1e6),
            "stored": stored,
            "raw": raw,
            "ratio_to_raw_insert": round(figures["per_second"] / raw["batched_insert_per_s"], 3),
            "ratio_to_noop_http": round(figures["per_second"] / raw["noop_http_per_s"], 3),
        }


async def _check(server: Subject, account: int, answered: int) -> dict[str, int]:
    """Distinct external ids in the message table and messages in the event log, exactly."""
    row = await server.database.pool.fetchrow(
        "SELECT count(*) AS rows, count(DISTINCT external_id) AS ids FROM message"
        " WHERE account_id = $1 AND direction = 'inbound'",
        account,
    )
    logged = await server.database.pool.fetchval(
        "SELECT count(DISTINCT (entities->'message'->>'id')) FROM event e"
        " JOIN stream_commit s USING (commit_id) WHERE kind = 'message.received'"
    )
    assert row is not None  # noqa: S101 - an aggregate always has a row
    if not row["rows"] == row["ids"] == logged == answered:
        raise RuntimeError(
            f"lost or doubled: {answered} answered, {row['rows']} rows, {row['ids']} ids,"
            f" {logged} logged"
        )
    return {"messages": row["rows"], "distinct_ids": row["ids"], "logged": logged}


async def _raw_limits(server: Subject, connections: int, requests: list[bytes]) -> dict[str, int]:
    """The same minute's limits: requests that do nothing, and bare rows in batches."""
    count = min(len(requests), 20_000)
    noop = b"GET /healthz HTTP/1.1\r\nHost: bench\r\n\r\n"
    idle: Outcome = await closed_loop(server.port, connections, (noop for _ in range(count)))
    return {
        "noop_http_per_s": round((idle.answered + idle.failed) / idle.seconds),
        "batched_insert_per_s": await _raw_insert(server.dsn),
    }


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


def run(connections: int, messages: int, new_share: float) -> int:
    """Print the result as JSON; 1 if anything was lost, doubled or refused."""
    import uvloop

    result = uvloop.run(bench_ingest(connections, messages, new_share))
    json.dump(result, sys.stdout, indent=2)
    print()
    return 1 if result["failed"] else 0
