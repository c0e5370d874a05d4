"""`rapport bench growth`: the same server with an empty database and with millions of messages.

The past is written by statements inside the database: conversations of 50 messages and 5 tasks,
each with its leg, and an event a message. What is measured goes through the server: webhooks, the
agent's task list, pages of threads at random.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import sys
import time
from collections.abc import Iterator
from typing import Any

import asyncpg

from rapport.application.access import StoredSession, token_hash
from rapport.cli.bench.generator import Generator, Load, generator
from rapport.cli.bench.load import closed_loop
from rapport.cli.bench.subject import Subject, subject
from rapport.clock import SystemClock
from rapport.storage.accounts.sessions import PostgresSessions

EACH, TASK_EACH, AT_ONCE = 50, 10, 500_000
HELD = 5
INGESTED, KNOWN, WARM = 20_000, 1000, 4000
PAGES, LISTS = 2000, 1000

_CONTACTS = """
INSERT INTO contact (id, name, phone, created_at)
SELECT $1::bigint + n, 'Dana Example', '+4917' || n, now()
FROM generate_series($2::bigint, $3::bigint) n"""
_CONVERSATIONS = """
INSERT INTO conversation (id, account_id, contact_key, contact_id, last_seq, inbound_seq, task_id,
    created_at, last_message_at, last_inbound_at)
SELECT $1::bigint + n, $4::bigint, 'past-' || n, $5::bigint + n, $6::bigint, $6::bigint / 2,
    $7::bigint + n * ($6::bigint / $8::bigint) + $6::bigint / $8::bigint - 1, now(), now(), now()
FROM generate_series($2::bigint, $3::bigint) n"""
_TASKS = """
INSERT INTO task (id, version, epoch, state, end_reason, conversation_id, contact_id, account_id,
    channel, kind, queue_id, priority, arrived_at, queued_at, waiting_since, ended_at, bucket,
    rank_at)
SELECT $1::bigint + n, 5, 4, 'ended', 'handled', $4::bigint + n / $5::bigint,
    $6::bigint + n / $5::bigint, $7::bigint, 'whatsapp', 'social', $8::bigint, 5,
    now() - interval '90 days' + n * interval '1 ms', now(), now(), now(), '', now()
FROM generate_series($2::bigint, $3::bigint) n"""
_LEGS = """
INSERT INTO leg (id, task_id, agent_id, queue_id, role, origin, state, outcome, offered_at,
    accepted_at, closed_at, left_seq)
SELECT $1::bigint + n, $4::bigint + n, $5::bigint, $6::bigint, 'owner', 'routed', 'closed',
    'handled', now(), now(), now(), $7::bigint
FROM generate_series($2::bigint, $3::bigint) n"""
_MESSAGES = """
INSERT INTO message (id, conversation_id, account_id, task_id, seq, inbound_seq, direction,
    author_kind, text, customer_sees, external_id, status, created_at)
SELECT $1::bigint + n, $4::bigint + n / $5::bigint, $6::bigint, $7::bigint + n / $8::bigint,
    n % $5::bigint + 1, (n % $5::bigint + 1) / 2,
    CASE n % 2 WHEN 0 THEN 'inbound' ELSE 'outbound' END,
    CASE n % 2 WHEN 0 THEN 'customer' ELSE 'agent' END,
    'Message ' || n || ': where is my order? ' || repeat('x', 200), true, 'past.' || n,
    CASE n % 2 WHEN 0 THEN NULL ELSE 'read' END, now() - interval '90 days' + n * interval '1 ms'
FROM generate_series($2::bigint, $3::bigint) n"""
_EVENTS = """
INSERT INTO event (commit_id, ord, at, kind, conversation_id, task_id, queue_id, audience, customer,
    entities)
SELECT $1::bigint + n, 0, now() - interval '90 days' + n * interval '1 ms', 'message.received',
    $4::bigint + n / $5::bigint, $6::bigint + n / $7::bigint, $8::bigint, '{agent.1}', true,
    json_build_object('message', json_build_object('id', n, 'text', repeat('x', 200)))
FROM generate_series($2::bigint, $3::bigint) n"""


class _Past:
    """Writes the past; ids are taken from the same source as the server's."""

    def __init__(self, connection: Any, account: int, queue: int, agent: int) -> None:
        self._connection = connection
        self._account = account
        self._queue = queue
        self._agent = agent

    async def write(self, messages: int) -> list[int]:
        """All tables; returns the conversations that the agent holds."""
        conversations = messages // EACH
        per_task = EACH // TASK_EACH
        contact, conversation, task, leg, message, commit = [
            await self._ids(count)
            for count in (
                *(conversations, conversations, conversations * per_task),
                *(conversations * per_task, messages, messages),
            )
        ]
        account, queue = self._account, self._queue
        await self._fill(_CONTACTS, contact, conversations)
        await self._fill(
            _CONVERSATIONS, conversation, conversations, account, contact, EACH, task, TASK_EACH
        )
        await self._fill(
            *(_TASKS, task, conversations * per_task, conversation, per_task, contact, account),
            queue,
        )
        await self._fill(_LEGS, leg, conversations * per_task, task, self._agent, queue, EACH)
        await self._fill(
            *(_MESSAGES, message, messages, conversation, EACH, account, task, TASK_EACH)
        )
        await self._fill(_EVENTS, commit, messages, conversation, EACH, task, TASK_EACH, queue)
        await self._connection.execute("VACUUM ANALYZE")
        held = [conversation + n for n in range(HELD)]
        await self._connection.execute(
            "UPDATE task SET state = 'active', end_reason = NULL, ended_at = NULL WHERE id IN"
            " (SELECT task_id FROM conversation WHERE id = ANY($1::bigint[]))",
            held,
        )
        await self._connection.execute(
            "UPDATE leg SET state = 'active', outcome = NULL, closed_at = NULL, left_seq = NULL"
            " WHERE task_id IN (SELECT task_id FROM conversation WHERE id = ANY($1::bigint[]))",
            held,
        )
        return [conversation + n for n in range(conversations)]

    async def _ids(self, count: int) -> int:
        blocks = -(-count // 1000)
        first: int = await self._connection.fetchval("SELECT nextval('id_block')")
        await self._connection.execute("SELECT setval('id_block', $1)", first + blocks)
        return first * 1000

    async def _fill(self, statement: str, base: int, count: int, *more: int) -> None:
        started = time.perf_counter()
        for first in range(0, count, AT_ONCE):
            last = min(first + AT_ONCE, count) - 1
            await self._connection.execute(statement, base, first, last, *more, timeout=600)
        table = statement.partition("INTO ")[2].partition(" ")[0]
        seconds = time.perf_counter() - started
        print(f"{table}: {count} rows in {seconds:.0f} s", file=sys.stderr)


async def bench_growth(messages: int) -> dict[str, Any]:
    """Measure, fill, measure again; every message answered is counted in the table."""
    async with subject() as server, generator() as load:
        account = await server.whatsapp_account()
        agent, cookie = await _agent(server)
        empty = await _ingest(server, load, account, 0)
        connection: Any = await asyncpg.connect(
            server.dsn, server_settings={"maintenance_work_mem": "1GB"}
        )
        try:
            await connection.execute("SET session_replication_role = replica")
            queue = await connection.fetchval(
                "SELECT id FROM configuration WHERE kind = 'queues' AND name = 'bench'"
            )
            past = await _Past(connection, account, queue, agent).write(messages)
            size = await connection.fetchval("SELECT pg_database_size(current_database())")
        finally:
            await connection.close()
        grown = await _ingest(server, load, account, 1)
        lists = await closed_loop((server.port,), 1, _requests(["/snapshot"] * LISTS, cookie))
        pages = await closed_loop((server.port,), 1, _requests(_pages(past), cookie))
        stored = await server.database.pool.fetchval(
            "SELECT sum(last_seq)::bigint FROM conversation WHERE contact_key LIKE 'DE.%'"
        )
        if stored != 2 * (INGESTED + WARM) or lists.failed or pages.failed:
            raise RuntimeError(f"{stored} stored, {lists.failed} and {pages.failed} failed")
        return {
            "benchmark": "growth",
            "messages": messages,
            "database_gb": round(size / 1e9, 1),
            "ingest_empty_per_s": round(empty),
            "ingest_grown_per_s": round(grown),
            "ingest_share": round(grown / empty, 2),
            "task_list": lists.summary(),
            "history_page": pages.summary(),
            "load_average": round(os.getloadavg()[0], 2),
        }


async def _agent(server: Subject) -> tuple[int, str]:
    spec = {"login": "bench", "roles": ["agent"]}
    user_id = await server.put("users", "Bench", spec)
    token, now = secrets.token_urlsafe(16), SystemClock().now()
    sessions = PostgresSessions(server.database)
    await sessions.create(token_hash(token), StoredSession(user_id, "csrf", now, now))
    await server.settled()
    return user_id, f"rapport_session={token}"


async def _ingest(server: Subject, load: Generator, account: int, turn: int) -> float:
    """Messages a second of known customers, whose conversations have tasks already."""
    for count, first in ((WARM, 10**7 * (2 * turn)), (INGESTED, 10**7 * (2 * turn + 1))):
        await load.ready(Load((server.port,), 64, count, "whatsapp", account, first, KNOWN))
        outcome = (await load.go()).outcome
    if outcome.failed:
        raise RuntimeError(f"{outcome.failed} webhooks failed")
    return outcome.answered / outcome.seconds


def _pages(conversations: list[int]) -> list[str]:
    chance = random.Random(7)  # noqa: S311 - the same places in every run
    return [
        f"/conversations/{chance.choice(conversations)}/messages?before={chance.randint(2, EACH)}"
        for _ in range(PAGES)
    ]


def _requests(paths: list[str], cookie: str) -> Iterator[bytes]:
    for path in paths:
        head = f"GET /api/v1{path} HTTP/1.1\r\nHost: bench\r\nCookie: {cookie}\r\n\r\n"
        yield head.encode()


def run(messages: int) -> int:
    """Print the result as JSON."""
    import uvloop

    json.dump(uvloop.run(bench_growth(messages)), sys.stdout, indent=2)
    print()
    return 0
