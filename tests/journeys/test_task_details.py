"""Variables corrected by hand, the link into another system, whether the customer is there."""

from __future__ import annotations

import asyncio
import json

from tests.centre import PATIENCE_S, Centre
from tests.configuration.administrator import error
from tests.journeys.test_outbox import SECRET, deliver
from tests.journeys.test_search import chat

PATTERN = "https://crm.example/{task.variables.order}?mail={contact.email}&as={agent.name}"


async def sales(centre: Centre, **changes: object) -> None:
    queue = centre.node.configuration.current.queue_specs[centre.ids["sales"]].model_dump()
    await centre.put("queues", "sales", {**queue, **changes})


async def test_corrected_seen_by_all_and_logged_without_the_words(centre: Centre) -> None:
    await sales(centre, editable_variables=["order"])
    ana, task_id = await chat(centre, "ana", "Dana Example", "Hello")
    path = f"/tasks/{task_id}/variables"
    change = {"name": "order", "was": "", "value": "K-77"}
    task = (await ana.post(path, {"changes": [change]}))["task"]
    assert task["variables"]["order"] == "K-77"
    assert task["variable_sources"] == {"order": {"kind": "agent", "id": ana.user_id}}
    assert await ana.refused(path, {"changes": [change]}) == (409, "variable_changed")
    fixed = {"name": "page", "was": "", "value": "x"}
    assert await ana.refused(path, {"changes": [fixed]}) == (403, "variable_fixed")
    row = await centre.node.database.pool.fetchrow(
        "SELECT agent_id, facts FROM event WHERE kind = 'task.variables_edited'"
    )
    assert row["agent_id"] == ana.user_id
    facts = json.loads(row["facts"])
    assert facts["names"] == ["order"]
    assert "K-77" not in row["facts"]
    # A card's number is masked as anywhere else.
    card = {"name": "order", "was": "K-77", "value": "4111 1111 1111 1111"}
    task = (await ana.post(path, {"changes": [card]}))["task"]
    assert "4111 1111 1111" not in task["variables"]["order"]
    await ana.post("/me/state", {"status": "idle"})
    ben = await centre.sign_in("ben")
    assert await ben.refused(path, {"changes": [change]}) == (403, "not_your_task")


async def test_the_link_is_the_queues_else_the_entry_points(centre: Centre) -> None:
    ana, task_id = await chat(centre, "ana", "Dana Example", "Hello")
    path = f"/tasks/{task_id}/screen-pop"
    assert await ana.get(path) == {"url": None}
    entry = {"account": centre.ids["site"], "queue": centre.ids["sales"]}
    pattern = "https://crm.example/by-name/{contact.name}"
    await centre.put("entry_points", "entry", {**entry, "screen_pop": pattern})
    assert await ana.get(path) == {"url": "https://crm.example/by-name/Dana%20Example"}
    await sales(centre, editable_variables=["order"], screen_pop=PATTERN)
    change = {"name": "order", "was": "", "value": "../7"}
    await ana.post(f"/tasks/{task_id}/variables", {"changes": [change]})
    assert await ana.get(path) == {"url": "https://crm.example/..%2F7?mail=&as=Ana"}
    await ana.post("/me/state", {"status": "idle"})
    ben = await centre.sign_in("ben")
    error(await ben.http.get(f"/api/v1{path}"), 403, "not_your_task")


async def test_whether_the_customer_is_on_the_website(centre: Centre) -> None:
    ana, ben = await centre.sign_in("ana"), await centre.sign_in("ben", available=False)
    page = await centre.visitor()
    await page.start("Hello")
    await centre.offered()
    await ana.catch_up(await centre.position())
    (task,) = ana.state.tasks.values()
    await ana.post(f"/tasks/{task['id']}/accept")
    presence = f"/conversations/{task['conversation_id']}/presence"
    assert await ana.get(presence) == {"online": True}
    response = await ben.http.get(f"/api/v1{presence}")
    assert (response.status_code, response.json()["error"]["code"]) == (403, "not_your_task")
    response = await ana.http.get("/api/v1/conversations/1/presence")
    assert (response.status_code, response.json()["error"]["code"]) == (403, "not_your_task")

    await page.socket.close()
    async with asyncio.timeout(PATIENCE_S):
        while (await ana.get(presence))["online"]:
            await asyncio.sleep(0.01)


async def test_nobody_is_on_a_website_who_writes_elsewhere(centre: Centre) -> None:
    account = await centre.custom_account(SECRET)
    ana = await centre.sign_in("ana")
    body = b'{"messages":[{"id":"m1","from":"c1","text":"hi"}]}'
    assert (await deliver(centre, account, body)).status_code == 200
    await centre.offered()
    await ana.catch_up(await centre.position())
    (task,) = ana.state.tasks.values()
    assert await ana.get(f"/conversations/{task['conversation_id']}/presence") == {"online": None}
