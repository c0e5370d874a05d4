"""Waiting conversations, read and taken by hand: whose queue, how it looks, and who comes first."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.centre import Centre, Desktop, Json
from tests.configuration.administrator import error


async def waiting(who: Desktop, queue_id: int, more: str = "") -> list[Json]:
    items: list[Json] = (await who.get(f"/queues/{queue_id}/tasks{more}"))["items"]
    return items


async def in_help(centre: Centre, *names: str, **spec: Any) -> int:
    """These customers wait in the queue from which conversations may be taken."""
    queue = centre.node.configuration.current.queue_specs[centre.ids["help"]].model_dump()
    help_id = await centre.put("queues", "help", {**queue, **spec})
    entry = {"account": centre.ids["site"], "queue": help_id}
    await centre.put("entry_points", "entry", entry)
    for name in names:
        await (await centre.visitor()).start(f"I am {name}", name=name)
    return help_id


async def test_looked_at_and_taken_in_the_order_of_service(centre: Centre) -> None:
    help_id = await in_help(centre, "Dana Example", "Leo Sample", "Mia Muster")
    ana = await centre.sign_in("ana")
    (queue,) = (await ana.get("/queues"))["items"]
    assert (queue["name"], queue["waiting"], queue["takes"]) == ("help", 3, True)
    first = await waiting(ana, help_id, "?limit=2")
    page = await ana.get(f"/queues/{help_id}/tasks?limit=2")
    rest = await waiting(ana, help_id, f"?limit=2&cursor={page['next']}")
    names = [item["contact"]["name"] for item in (*first, *rest)]
    assert names == ["Dana Example", "Leo Sample", "Mia Muster"]
    assert [item["text"] for item in first] == ["I am Dana Example", "I am Leo Sample"]
    # Read before it is taken; one who may not take it reads nothing.
    leo = first[1]["task"]
    path = f"/conversations/{leo['conversation_id']}/messages"
    assert "I am Leo Sample" in [m["text"] for m in (await ana.get(path))["items"]]
    taken = (await ana.post(f"/tasks/{leo['id']}/take", {"epoch": leo["epoch"]}))["task"]
    (leg,) = taken["legs"]
    assert (leg["agent_id"], leg["origin"], leg["state"]) == (
        ana.user_id,
        "self_assigned",
        "active",
    )
    lines = (await ana.get(path))["items"]
    accepted = [m["announcement"] for m in lines if m["announcement"] is not None]
    assert {"code": "accepted", "params": {"agent_id": ana.user_id}} in accepted
    # Taken, it is nobody else's to read; reports count it as accepted.
    ben = await centre.sign_in("ben")
    error(await ben.http.get(f"/api/v1{path}"), 403, "not_your_task")
    logged = await centre.node.database.pool.fetch(
        "SELECT kind FROM event WHERE task_id = $1 AND agent_id = $2", leo["id"], ana.user_id
    )
    assert {"task.offered", "task.accepted"} <= {row["kind"] for row in logged}
    assert len(await waiting(ben, help_id)) == 2


async def test_of_two_at_once_one_gets_it(centre: Centre) -> None:
    help_id = await in_help(centre, "Dana Example")
    ana, ben = await centre.sign_in("ana"), await centre.sign_in("ben")
    ((item),) = await waiting(ana, help_id)
    path = f"/tasks/{item['task']['id']}/take"
    answers = await asyncio.gather(*(who.send("POST", path, {}) for who in (ana, ben)))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (loser,) = [answer for answer in answers if answer.status_code == 409]
    error(loser, 409, "no_longer_waiting")
    await centre.settle()
    held = [who for who in (ana, ben) if who.state.tasks]
    assert len(held) == 1
    # Routing comes too late as well, and nobody is offered it once more.
    assert await centre.route() == 0


async def test_with_capacity_and_in_the_right_state_only(centre: Centre) -> None:
    names = ("Dana Example", "Leo Sample")
    help_id = await in_help(centre, *names)
    await centre.put("profiles", "profile", {"chat": 1, "email": 1, "social": 1})
    ana = await centre.sign_in("ana", available=False)
    one, two = (item["task"]["id"] for item in await waiting(ana, help_id))
    assert await ana.refused(f"/tasks/{one}/take") == (409, "agent_idle")
    await ana.available()
    await ana.post(f"/tasks/{one}/take")
    assert await ana.refused(f"/tasks/{two}/take") == (409, "agent_at_capacity")


async def test_only_from_ones_own_queues_that_allow_it(centre: Centre) -> None:
    other = await centre.put("teams", "other", {})
    groups = [{"after_s": 0, "teams": [other]}]
    help_id = await in_help(centre, "Dana Example", groups=groups)
    ana = await centre.sign_in("ana")
    assert (await ana.get("/queues"))["items"] == []
    error(await ana.http.get(f"/api/v1/queues/{help_id}/tasks"), 403, "not_your_queue")
    sales = centre.ids["sales"]
    error(await ana.http.get(f"/api/v1/queues/{sales}/tasks"), 403, "self_assign_off")
    sam = await centre.sign_in("sam")
    takes = {q["name"]: q["takes"] for q in (await sam.get("/queues"))["items"]}
    assert takes == {"help": True, "sales": False}
    (item,) = await waiting(sam, help_id)
    task = item["task"]
    assert await ana.refused(f"/tasks/{task['id']}/take") == (403, "not_your_queue")
    thread = f"/api/v1/conversations/{task['conversation_id']}/messages"
    error(await ana.http.get(thread), 403, "not_your_task")
    await sam.post(f"/tasks/{task['id']}/take")
