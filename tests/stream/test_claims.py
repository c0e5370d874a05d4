"""Several routers over the same tasks and agents: never over capacity, never offered twice."""

from __future__ import annotations

import asyncio

from rapport.application.offer_tasks import offer_tasks
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
