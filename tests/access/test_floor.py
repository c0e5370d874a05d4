"""Supervisors: the floor, an agent's state and signing an agent out."""

from __future__ import annotations

import json

from tests.centre import Centre
from tests.configuration.administrator import Administrator, error


async def floor(person: Administrator) -> tuple[dict[str, dict], dict[str, dict]]:  # type: ignore[type-arg]
    answer = await person.send("GET", "/floor")
    assert answer.status_code == 200, answer.text
    view = answer.json()
    return {q["name"]: q for q in view["queues"]}, {a["name"]: a for a in view["agents"]}


async def test_the_floor(centre: Centre) -> None:
    sam = await Administrator.sign_in(centre, "sam")
    await centre.sign_in("ana")
    await centre.sign_in("ben", available=False)
    page = await centre.visitor()
    await page.start()
    centre.clock.advance(seconds=42)
    queues, agents = await floor(sam)
    assert queues["sales"]["waiting"] == 1
    assert queues["sales"]["longest_wait_s"] == 42
    assert queues["sales"]["available_agents"] == 1
    assert queues["help"]["waiting"] == 0
    assert agents["Ana"]["status"] == "available"
    assert (agents["Ben"]["status"], agents["Ben"]["idle_code"]) == ("idle", "Break")
    assert agents["Cleo"]["status"] == "offline"
    assert await centre.route() == 1
    queues, agents = await floor(sam)
    assert queues["sales"]["waiting"] == 0
    assert agents["Ana"]["load"] == {"chat": 1, "email": 0, "social": 0}
    few = (await sam.send("GET", "/floor?limit=1")).json()
    assert (len(few["queues"]), len(few["agents"]), few["more"]) == (1, 1, True)


async def test_available_means_a_member_of_the_queue(centre: Centre, root: Administrator) -> None:
    sam = await Administrator.sign_in(centre, "sam")
    await centre.sign_in("ana")
    other = await root.create("teams", "Other", {})
    await root.put("queues", centre.ids["sales"], groups=[{"teams": [other["id"]]}])
    assert (await floor(sam))[0]["sales"]["available_agents"] == 0
    await root.put("queues", centre.ids["sales"], agents=[centre.ids["ana"]])
    assert (await floor(sam))[0]["sales"]["available_agents"] == 1


async def test_a_supervisor_sets_an_agents_state(centre: Centre) -> None:
    sam = await Administrator.sign_in(centre, "sam")
    ana = await centre.sign_in("ana")
    path = f"/agents/{centre.ids['ana']}/state"
    idle = {"status": "idle", "idle_code_id": centre.ids["Lunch"]}
    assert (await sam.send("POST", path, idle)).json()["agent"]["status"] == "idle"
    await ana.catch_up(await centre.position())
    assert ana.state.me["idle_code_id"] == centre.ids["Lunch"]
    assert (await sam.send("POST", path, {"status": "available"})).status_code == 200
    offline = await sam.send("POST", f"/agents/{centre.ids['ben']}/state", {"status": "available"})
    error(offline, 409, "agent_offline")
    unknown = await sam.send("POST", "/agents/1/state", {"status": "available"})
    error(unknown, 404, "agent_not_found")


async def test_a_supervisor_signs_an_agent_out(centre: Centre) -> None:
    sam = await Administrator.sign_in(centre, "sam")
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    await page.start()
    assert await centre.route() == 1
    path = f"/agents/{centre.ids['ana']}/sign-out"
    error(await sam.send("POST", path, {}), 409, "offer_ringing")
    assert (await ana.http.get("/api/v1/session")).status_code == 200
    assert (await sam.send("POST", path, {"force": True})).status_code == 204
    assert (await ana.http.get("/api/v1/session")).status_code == 401
    async for frame in ana.stream:
        if json.loads(frame)["type"] == "bye":
            assert json.loads(frame)["reason"] == "session_ended"
    del centre.desktops["ana"]
    queues, agents = await floor(sam)
    assert agents["Ana"]["status"] == "offline"
    # What rang is back in its queue, without RONA.
    assert queues["sales"]["waiting"] == 1
    await centre.sign_in("ben")
    assert await centre.route() == 1
