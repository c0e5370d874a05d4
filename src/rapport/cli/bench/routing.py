"""`rapport bench routing`: pure decisions, and durable offers by a running server."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from rapport.cli.bench.subject import Subject, subject
from rapport.domain.channel import ChannelKind
from rapport.routing.engine import FreeAgent, WaitingTask, decide
from rapport.routing.rules import QueueRule, Strategy, bucket_of

AGENTS, TASKS, SKILLS = 10_000, 100_000, 64
OFFERED_WITHIN_S = 25  # before the first offers ring out
START = datetime(2026, 1, 1, tzinfo=UTC)


def pure(agents: int = AGENTS, tasks: int = TASKS, skills: int = SKILLS) -> dict[str, Any]:
    """Decisions per second of the engine alone, room for every task."""
    chance = random.Random(1)  # noqa: S311 - the same load in every run
    room = -(-tasks // agents) * 2
    free = [
        FreeAgent(
            id=i,
            ready_since=chance.random() * 1000,
            used=[0, 0, 0],
            capacity=(0, 0, room),
            skills={s: chance.randint(5, 10) for s in chance.sample(range(skills), 8)},
        )
        for i in range(agents)
    ]
    waiting = []
    for i in range(tasks):
        wanted = ((chance.randrange(skills), 5),)
        waiting.append(
            WaitingTask(
                id=i,
                epoch=1,
                bucket=bucket_of(1, 0, wanted, None),
                rank_at=START + timedelta(milliseconds=i),
                queue_id=1,
                kind=ChannelKind.SOCIAL,
                skills=wanted,
            )
        )
    rules = {1: QueueRule(id=1, strategy=Strategy.SKILLS_LONGEST)}
    started = time.perf_counter()
    decisions = decide(waiting, free, rules)
    seconds = time.perf_counter() - started
    return {"decisions": len(decisions), "per_second": round(len(decisions) / seconds)}


async def durable(agents: int, tasks: int) -> dict[str, Any]:
    """Offers per second that a running server commits, counted in its tables."""
    async with subject() as server:
        account = await server.custom_account()
        await _fill(server, account, agents, tasks)
        pool = server.database.pool
        started = time.perf_counter()
        await pool.execute("UPDATE agent SET status = 'available'")
        offers = 0
        while offers < tasks and time.perf_counter() - started < 120:
            await asyncio.sleep(0.2)
            offers = await pool.fetchval("SELECT count(*) FROM leg")
        seconds = time.perf_counter() - started
        check = await pool.fetchrow(
            "SELECT (SELECT count(*) FROM (SELECT task_id FROM leg"
            " WHERE state <> 'closed' GROUP BY 1"
            " HAVING count(*) > 1) d) AS double, (SELECT count(*) FROM agent WHERE"
            " used[3] > capacity[3]) AS over, (SELECT sum(used[3]) FROM agent) AS used,"
            " (SELECT count(*) FROM leg WHERE state <> 'closed') AS legs"
        )
        if check is None:
            raise RuntimeError("an aggregate has a row")
        return {
            "offers": offers,
            "per_second": round(offers / seconds),
            "offered_twice": check["double"],
            "agents_over_capacity": check["over"],
            "load_equals_legs": check["used"] == check["legs"],
        }


async def _fill(server: Subject, account: int, agents: int, tasks: int) -> None:
    """Idle agents with room, and waiting tasks, straight into the tables."""
    pool = server.database.pool
    queue = await pool.fetchval("SELECT id FROM configuration WHERE kind = 'queues'")
    ids = await server.database.new_ids(agents + 3 * tasks)
    people, rest = ids[:agents], ids[agents:]
    await pool.execute(
        "INSERT INTO configuration (id, kind, name, spec) SELECT i, 'users', 'user ' || i,"
        " jsonb_build_object('login', 'user' || i) FROM unnest($1::bigint[]) i",
        people,
    )
    await pool.execute(
        "INSERT INTO agent (id, version, status, status_since, mode, used, capacity, ready_since,"
        " seen_at) SELECT i, 1, 'idle', now(), 'blended', '{0,0,0}', '{0,0,20}', now(),"
        " now() + interval '1 hour' FROM unnest($1::bigint[]) i",
        people,
    )
    await pool.execute(
        "INSERT INTO contact (id) SELECT i FROM unnest($1::bigint[]) i", rest[:tasks]
    )
    await pool.execute(
        "INSERT INTO conversation (id, account_id, contact_key, contact_id, task_id, created_at)"
        " SELECT c, $2, 'k' || c, p, t, now()"
        " FROM unnest($1::bigint[], $3::bigint[], $4::bigint[]) n(c, p, t)",
        rest[tasks : 2 * tasks],
        account,
        rest[:tasks],
        rest[2 * tasks :],
    )
    await pool.execute(
        "INSERT INTO task (id, version, epoch, state, conversation_id, contact_id, account_id,"
        " channel, kind, queue_id, priority, arrived_at, queued_at, waiting_since, due_at, due_for,"
        " bucket, rank_at) SELECT t, 1, 1, 'queued', c, p, $2, 'custom', 'social', $5, 5, now(),"
        " now(), now(), now() + interval '1 hour', 'waiting', $5::bigint || '/0/',"
        " now() + t * interval '1 us'"
        " FROM unnest($1::bigint[], $3::bigint[], $4::bigint[]) n(c, p, t)",
        rest[tasks : 2 * tasks],
        account,
        rest[:tasks],
        rest[2 * tasks :],
        queue,
    )
    await pool.execute("UPDATE installation SET config_version = config_version + 1")
    await server.put("skills", "told", {})
    await server.settled()


def run(agents: int, tasks: int) -> int:
    """Print the result as JSON; 1 if an invariant broke."""
    import uvloop

    found = uvloop.run(durable(agents, tasks))
    json.dump({"benchmark": "routing", "pure": pure(), "durable": found}, sys.stdout, indent=2)
    print()
    broken = found["offered_twice"] or found["agents_over_capacity"]
    return 1 if broken or not found["load_equals_legs"] else 0
