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
from rapport.cli.bench.tables import fill_agents, fill_waiting
from rapport.clock import SystemClock
from rapport.domain.channel import ChannelKind
from rapport.routing.engine import FreeAgent, WaitingTask, decide
from rapport.routing.rules import QueueRule, Strategy, bucket_of

AGENTS, TASKS, SKILLS = 10_000, 100_000, 64
ROOM = 20
OFFERED_WITHIN_S = 25.0
"""Offers that nobody answers are taken back after 30 s."""
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
        seconds = 0.0
        # Until all are offered, or the first offers ring out.
        while offers < tasks and seconds < OFFERED_WITHIN_S:
            await asyncio.sleep(0.1)
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
    """Idle agents with room, and waiting tasks."""
    now = SystemClock().now()
    queue = await server.database.pool.fetchval(
        "SELECT id FROM configuration WHERE kind = 'queues'"
    )
    later = now + timedelta(hours=1)
    profile = await server.put("profiles", "bench", {"chat": 0, "email": 0, "social": ROOM})
    await fill_agents(server.database, agents, (0, 0, ROOM), now, later, profile)
    await fill_waiting(server.database, account, queue, tasks, now, later)
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
