"""`rapport bench search`: questions to a year of messages that SQL has filled in."""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from rapport.application.reading import Sight
from rapport.cli.bench.subject import subject
from rapport.cli.bench.tables import filling
from rapport.clock import SystemClock
from rapport.domain.search_words import asked_for
from rapport.storage.database import Database
from rapport.storage.queries.search import Filters, Place, PostgresSearch

WORDS = 20_000
"""Of the vocabulary; the n-th is said n times less often than the first (Zipf)."""
EACH = 20
"""Messages of a conversation."""
AGENTS = 200
FIRST = 10**12
_WORD = f"'w' || floor(exp(random() * ln({WORDS})))::int"
_TEXT = " || ' ' || ".join([_WORD] * 10)
_FILL = [
    """
    INSERT INTO contact (id, name) SELECT {first} + n, 'Customer ' || n
    FROM generate_series(1, {conversations}) n
    """,
    """
    INSERT INTO conversation (id, account_id, contact_key, contact_id, last_seq, task_id,
    created_at) SELECT {first} + n, {account}, 'k' || n, {first} + n, {each}, {first} + n, now()
    FROM generate_series(1, {conversations}) n
    """,
    """
    INSERT INTO task (id, version, epoch, state, end_reason, conversation_id, contact_id,
    account_id, channel, kind, queue_id, priority, arrived_at, queued_at, waiting_since, bucket,
    rank_at) SELECT {first} + n, 1, 1, 'ended', 'handled', {first} + n, {first} + n, {account},
    'sms', 'social', {queue}, 5, now(), now(), now(), '', now()
    FROM generate_series(1, {conversations}) n
    """,
    """
    INSERT INTO leg (id, task_id, agent_id, queue_id, role, origin, state, outcome, offered_at,
    left_seq) SELECT {first} + n, {first} + n, {first} + n % {agents}, {queue}, 'owner',
    'routed', 'closed', 'handled', now(), {each} FROM generate_series(1, {conversations}) n
    """,
    """
    INSERT INTO message (id, conversation_id, account_id, task_id, seq, inbound_seq, direction,
    author_kind, text, customer_sees, created_at)
    SELECT {first} + n, {first} + 1 + (n - 1) / {each}, {account},
    {first} + 1 + (n - 1) / {each}, 1 + (n - 1) % {each}, 1 + (n - 1) % {each}, 'inbound',
    'customer', {text}, true, timestamptz '{since}' + n * interval '{step} seconds'
    FROM generate_series(1, {messages}) n
    """,
]
_ENTER = """
INSERT INTO message_search SELECT m.id, m.conversation_id, m.created_at,
    array_to_tsvector(string_to_array(m.text, ' ') || ARRAY['~csms', '~q{queue}',
        '~g' || {first} + (m.conversation_id - {first}) % {agents}])
FROM message m WHERE m.created_at >= '{start}' AND m.created_at < '{end}'"""
WEEKS = 52


def run(messages: int, questions: int) -> int:
    """Measure and print."""
    json.dump(asyncio.run(_measure(messages, questions)), sys.stdout, indent=2)
    sys.stdout.write("\n")
    return 0


async def _measure(messages: int, questions: int) -> dict[str, Any]:
    async with subject(roles="api") as served:
        account = await served.custom_account()
        queue = await served.put("queues", "searched", {"channels": ["sms"]})
        started = time.perf_counter()
        now = SystemClock().now()
        await _fill(served.dsn, messages, account, queue, now)
        filled = time.perf_counter() - started
        database = await Database.connect(served.dsn, minimum=1, maximum=2)
        try:
            size = await database.pool.fetchval(
                "SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits"
                " WHERE inhparent = 'message_search'::regclass"
            )
            figures = {
                who: await _ask(PostgresSearch(database), sight, questions, now)
                for who, sight in {
                    "supervisor": Sight(1, everything=True),
                    "agent": Sight(FIRST + 7),
                }.items()
            }
        finally:
            await database.close()
    return {
        "messages": messages,
        "fill_s": round(filled, 1),
        "index_bytes_per_message": round(int(size) / messages),
        **figures,
    }


async def _fill(dsn: str, messages: int, account: int, queue: int, now: datetime) -> None:
    since = (now - timedelta(weeks=WEEKS)).replace(microsecond=0)
    values = {
        "first": FIRST,
        "each": EACH,
        "agents": AGENTS,
        "account": account,
        "queue": queue,
        "messages": messages,
        "conversations": messages // EACH,
        "text": _TEXT,
        "since": since.isoformat(),
        "step": WEEKS * 7 * 86_400 / messages,
    }
    async with filling(dsn) as connection:
        await connection.execute("SET enable_seqscan = on; SET synchronous_commit = off")
        for statement in _FILL:
            await connection.execute(statement.format(**values))
        await connection.execute("CREATE INDEX bench_at ON message USING brin (created_at)")
        monday = datetime(2020, 1, 6, tzinfo=UTC)
        week = timedelta(weeks=1)
        start = monday + (since - monday) // week * week
        while start < now + week:
            end = start + week
            name = f"message_search_{start:%Y%m%d}"
            await connection.execute(
                f"CREATE TABLE {name} PARTITION OF message_search"
                f" FOR VALUES FROM ('{start.isoformat()}') TO ('{end.isoformat()}')"
            )
            await connection.execute(
                _ENTER.format(**values, start=start.isoformat(), end=end.isoformat())
            )
            start = end


async def _ask(
    search: PostgresSearch, sight: Sight, questions: int, now: datetime
) -> dict[str, Any]:
    chance = random.Random(1)  # noqa: S311 - the same questions in every run
    kinds: dict[str, Callable[[], str]] = {
        "one_word": lambda: f"w{int(WORDS ** chance.random())} ",
        "two_words": lambda: f"w{int(WORDS ** chance.random())} w{int(WORDS ** chance.random())} ",
        "start_of_a_word": lambda: f"w{int(WORDS ** chance.random())}",
        "the_commonest": lambda: "w1 ",
    }
    figures: dict[str, Any] = {}
    for kind, question in kinds.items():
        times = []
        for _ in range(questions):
            asked = asked_for(question())
            began = time.perf_counter()
            await search.messages(asked, Filters(), sight, Place(now, 2**62), 30)
            times.append((time.perf_counter() - began) * 1000)
        cuts = statistics.quantiles(times, n=100)
        figures[kind] = {"p50_ms": round(cuts[49], 1), "p99_ms": round(cuts[98], 1)}
    return figures
