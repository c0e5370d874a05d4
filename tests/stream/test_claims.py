"""Several routers over the same tasks and agents: never over capacity, never offered twice."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest

from rapport.application.offer_tasks import offer_tasks
from rapport.cli.bench.tables import fill_agents
from rapport.clock import SystemClock
from rapport.storage.claims import PostgresOfferBoard
from tests.centre import Centre
from tests.journeys.test_outbox import SECRET, deliver


async def test_four_routers_fighting(centre: Centre) -> None:
    account = await centre.put(
        "accounts", "custom", {"channel": "custom"}, {"signing_secret": SECRET}
    )
    await centre.put(
        "entry_points", "custom entry", {"account": account, "queue": centre.ids["sales"]}
    )
    await centre.put("profiles", "profile", {"chat": 3, "email": 2, "social": 3})
    for number in range(10):
        await centre.put(
            "users",
            f"Agent {number}",
            {"login": f"agent{number}", "profile": centre.ids["profile"]},
        )
    pool = centre.node.database.pool
    await pool.execute("UPDATE agent SET status = 'available', seen_at = now()")
    for number in range(60):
        body = b'{"messages":[{"id":"m%d","from":"c%d","text":"hi"}]}' % (number, number)
        assert (await deliver(centre, account, body)).status_code == 200

    async def router() -> int:
        board = PostgresOfferBoard(centre.node.database)
        made = 0
        while count := await offer_tasks(centre.node.context.services, board):
            made += count
        return made

    agents = await pool.fetchval("SELECT count(*) FROM agent")
    made = sum(await asyncio.gather(*(router() for _ in range(4))))
    made += await router()
    assert made == min(60, agents * 3)
    assert await pool.fetchval("SELECT count(*) FROM leg") == made
    assert (
        await pool.fetchval(
            "SELECT count(*) FROM (SELECT task_id FROM leg GROUP BY 1 HAVING count(*) > 1) d"
        )
        == 0
    )
    rows = await pool.fetch(
        "SELECT a.used[3] AS used, count(l.id) AS legs FROM agent a"
        " LEFT JOIN leg l ON l.agent_id = a.id GROUP BY a.id"
    )
    assert all(row["used"] == row["legs"] <= 3 for row in rows)


@pytest.mark.parametrize("routers", [1, 2])
async def test_a_pass_too_large_for_one_transaction(centre: Centre, routers: int) -> None:
    """Its parts are claimed at the same time, and each agent's load is right all the same."""
    agents = await _agents_with_room(centre, 30, room=15)
    await _write_in(centre, 400)
    assert sum(await asyncio.gather(*(centre.route() for _ in range(routers)))) == 400

    rows = await centre.node.database.pool.fetch(
        "SELECT a.id, a.used[3] AS used, count(l.id) AS legs, count(DISTINCT l.task_id) AS tasks"
        " FROM agent a JOIN leg l ON l.agent_id = a.id GROUP BY a.id"
    )
    assert {row["id"] for row in rows} == set(agents)
    assert all(row["used"] == row["legs"] == row["tasks"] <= 15 for row in rows)
    assert sum(row["legs"] for row in rows) == 400


@pytest.mark.parametrize("over", [10, 11])
async def test_a_large_pass_goes_round_in_its_circle(centre: Centre, over: int) -> None:
    await centre.put("queues", "sales", {"channels": ["custom"], "strategy": "circular"})
    agents = sorted(await _agents_with_room(centre, 30, room=20))
    await _write_in(centre, 300 + over)
    assert await centre.route() == 300 + over

    pool = centre.node.database.pool
    rows = await pool.fetch("SELECT agent_id, count(*) AS legs FROM leg GROUP BY 1 ORDER BY 1")
    assert [(row["agent_id"], row["legs"]) for row in rows] == [
        (agent, 11 if position < over else 10) for position, agent in enumerate(agents)
    ]
    assert await pool.fetchval("SELECT agent_id FROM queue_cursor") == agents[over - 1]


async def test_the_only_one_who_can_is_found_behind_all_others(centre: Centre) -> None:
    """R1: whoever is free, in a centre of any size."""
    skill = await centre.put("skills", "Welsh", {})
    wanted = {"channels": ["custom"], "skills": [{"skill": skill, "level": 5}]}
    await centre.put("queues", "sales", wanted)
    await centre.custom_account(SECRET)
    now = SystemClock().now()
    later = now + timedelta(hours=1)
    await fill_agents(centre.node.database, 6000, (3, 2, 2), now, later)
    expert = await centre.person(
        "expert", skills=[{"skill": skill, "level": 7}], profile=centre.ids["profile"]
    )
    pool = centre.node.database.pool
    await pool.execute("UPDATE agent SET status = 'available', seen_at = $1", now)
    await pool.execute("UPDATE agent SET ready_since = $1 WHERE id = $2", later, expert)
    assert len(await centre.node.board.free_agents()) > 6000
    assert await centre.node.board.free_agents(if_waiting=True) == []
    await _write_in(centre, 1)
    assert await centre.route() == 1
    assert await pool.fetchval("SELECT agent_id FROM leg") == expert


async def test_nothing_is_offered_while_a_message_is_on_its_way_in(centre: Centre) -> None:
    """Its audience was decided while the task waited: who gets the offer would miss it."""
    page = await centre.visitor()
    await page.start("Hello")
    ana = await centre.sign_in("ana")
    connection = await centre.node.database.connection()
    centre.keep_open(connection)
    async with connection.transaction():
        # As ingest holds it from reading the task to the commit of the message.
        await connection.execute("SELECT id FROM conversation FOR NO KEY UPDATE")
        assert await centre.route() == 0
    assert await centre.route() == 1
    await ana.catch_up(await centre.position())
    assert len(ana.state.tasks) == 1


async def _agents_with_room(centre: Centre, count: int, room: int) -> list[int]:
    """The only agents who are available."""
    await centre.custom_account(SECRET)
    await centre.put("profiles", "roomy", {"chat": 3, "email": 2, "social": room})
    people = [
        await centre.put(
            "users",
            f"Agent {number}",
            {"login": f"agent{number}", "profile": centre.ids["roomy"]},
        )
        for number in range(count)
    ]
    await centre.node.database.pool.execute(
        "UPDATE agent SET status = 'available', seen_at = now() WHERE id = ANY($1::bigint[])",
        people,
    )
    return people


async def _write_in(centre: Centre, customers: int) -> None:
    """A first message of each."""
    messages = [{"id": f"m{n}", "from": f"c{n}", "text": "hi"} for n in range(customers)]
    for start in range(0, customers, 100):
        body = json.dumps({"messages": messages[start : start + 100]}).encode()
        assert (await deliver(centre, centre.ids["custom"], body)).status_code == 200
