"""What messages tell of the customer: nothing that was learned is lost, whatever comes at once."""

from __future__ import annotations

import asyncio
import json

import httpx2

from tests.centre import PATIENCE_S, Centre, Json
from tests.journeys.test_outbox import SECRET, deliver

KNOWN = "SELECT name, email, phone, version FROM contact"


async def wrote(centre: Centre, *messages: Json) -> httpx2.Response:
    """One delivery with these messages."""
    given = [
        {"id": f"{message['from']}{number}{message}", "text": "hi", **message}
        for number, message in enumerate(messages)
    ]
    answer = await deliver(centre, centre.ids["custom"], json.dumps({"messages": given}).encode())
    assert answer.status_code == 200
    return answer


async def test_two_messages_at_once_tell_two_things(centre: Centre) -> None:
    await centre.custom_account(SECRET)
    await wrote(centre, {"from": "c1"})
    await wrote(
        centre,
        {"from": "c1", "name": "Dana Example"},
        {"from": "c1", "email": "dana@shop.example"},
    )
    (row,) = await centre.node.database.pool.fetch(KNOWN)
    assert (row["name"], row["email"]) == ("Dana Example", "dana@shop.example")
    assert row["version"] == 3


async def test_two_conversations_of_one_customer_tell_two_things(centre: Centre) -> None:
    await centre.custom_account(SECRET)
    ana = await centre.sign_in("ana")
    await wrote(centre, {"from": "c1"}, {"from": "c2"})
    assert await centre.route() == 2
    await ana.catch_up(await centre.position())
    for task_id in list(ana.state.tasks):
        await ana.post(f"/tasks/{task_id}/accept")
    into, other = sorted({task["contact_id"] for task in ana.state.tasks.values()})
    await ana.post(f"/contacts/{into}/merge", {"contact_id": other})
    await wrote(
        centre,
        {"from": "c1", "name": "Dana Example"},
        {"from": "c2", "email": "dana@shop.example"},
    )
    (row,) = await centre.node.database.pool.fetch(f"{KNOWN} WHERE id = {into}")
    assert (row["name"], row["email"]) == ("Dana Example", "dana@shop.example")
    await ana.catch_up(await centre.position())
    assert ana.state.contacts[into]["email"] == "dana@shop.example"
    assert ana.state.contacts[into]["name"] == "Dana Example"


async def test_what_is_told_meanwhile_elsewhere_stays(centre: Centre) -> None:
    """Another node commits what another conversation of the customer told."""
    await centre.custom_account(SECRET)
    await wrote(centre, {"from": "c1"})
    pool = centre.node.database.pool
    elsewhere = await centre.node.database.connection()
    centre.keep_open(elsewhere)
    async with elsewhere.transaction():
        await elsewhere.execute("UPDATE contact SET phone = '+15550100', version = version + 1")
        writing = asyncio.create_task(wrote(centre, {"from": "c1", "name": "Dana Example"}))
        async with asyncio.timeout(PATIENCE_S):
            while not await pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
                await asyncio.sleep(0.005)
    await writing
    (row,) = await pool.fetch(KNOWN)
    assert tuple(row) == ("Dana Example", None, "+15550100", 3)
