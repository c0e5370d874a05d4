"""Supervisors watch, whisper, join, take over, hand on, and speak to a team."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.centre import Centre, Desktop, Json, VisitorPage


class Floor:
    """A supervisor, an agent with a conversation, and the customer in it."""

    def __init__(self, centre: Centre, sam: Desktop, ana: Desktop, page: VisitorPage) -> None:
        self.centre, self.sam, self.ana, self.page = centre, sam, ana, page
        self.task_id = 0

    async def steer(self, verb: str, **body: object) -> Json:
        return await self.sam.post(f"/floor/tasks/{self.task_id}/{verb}", body)

    async def refused(self, verb: str, **body: object) -> tuple[int, str]:
        return await self.sam.refused(f"/floor/tasks/{self.task_id}/{verb}", body)

    async def logged(self, kind: str) -> list[Json]:
        rows = await self.centre.node.database.pool.fetch(
            "SELECT agent_id, facts FROM event WHERE kind = $1 ORDER BY commit_id, ord", kind
        )
        return [{"agent_id": r["agent_id"], **json.loads(r["facts"] or "{}")} for r in rows]


@pytest.fixture
async def floor(centre: Centre) -> Floor:
    ana = await centre.sign_in("ana")
    sam = await centre.sign_in("sam", available=False)
    page = await centre.visitor()
    await page.start()
    assert await centre.route() == 1
    floor = Floor(centre, sam, ana, page)
    await ana.catch_up(await centre.position())
    (floor.task_id,) = ana.state.tasks
    await ana.post(f"/tasks/{floor.task_id}/accept", {})
    return floor


def legs(task: Json) -> list[tuple[int, str, str]]:
    return [(leg["agent_id"], leg["role"], leg["state"]) for leg in task["legs"]]


@asynccontextmanager
async def watching(sam: Desktop, conversation_id: int) -> AsyncIterator[None]:
    await sam.stream.send(json.dumps({"type": "watch", "conversation_id": conversation_id}))
    yield
    await sam.stream.send(json.dumps({"type": "watch", "conversation_id": None}))


async def until_message(sam: Desktop, text: str) -> Json:
    async with asyncio.timeout(30):
        while True:
            frame: Json = json.loads(await sam.stream.recv())
            for event in frame.get("events", []):
                if event.get("message", {}).get("text") == text:
                    return event


async def test_watching_brings_the_thread_while_it_is_open(floor: Floor) -> None:
    shown = await floor.steer("watch")
    conversation_id = shown["task"]["conversation_id"]
    assert shown["contact"]["name"] == "Dana Example"
    page = await floor.sam.get(f"/conversations/{conversation_id}/messages")
    assert [m["text"] for m in page["items"] if m["direction"] == "inbound"] == ["Hello"]
    async with watching(floor.sam, conversation_id):
        # A command after it, on another way, may overtake the frame: ask until it follows.
        async with asyncio.timeout(30):
            while f"watch.{conversation_id}" not in floor.centre.node.context.hub.audiences():
                await asyncio.sleep(0.002)
        await floor.page.say("Are you there?")
        await until_message(floor.sam, "Are you there?")
    (event,) = await floor.logged("supervisor.watched")
    assert event["agent_id"] == floor.centre.ids["sam"]


async def test_an_agent_can_not_watch_by_the_stream(floor: Floor) -> None:
    ben = await floor.centre.sign_in("ben")
    conversation_id = floor.ana.task(floor.task_id)["conversation_id"]
    await ben.stream.send(json.dumps({"type": "watch", "conversation_id": conversation_id}))
    await ben.stream.send(json.dumps({"type": "floor", "on": True}))
    await floor.page.say("Secret")
    await ben.catch_up(await floor.centre.position())
    assert "message.received" not in ben.kinds()
    names = floor.centre.node.context.hub.audiences()
    assert not any(name.startswith("watch.") or name == "floor.live" for name in names)


async def test_agents_are_told_where_the_setting_says_so(floor: Floor) -> None:
    await floor.steer("watch")
    await floor.centre.put("settings", "settings", {"company": "T", "tell_when_watched": True})
    await floor.steer("watch")
    await floor.ana.catch_up(await floor.centre.position())
    notices = [
        e["notice"]["code"] for f in floor.ana.frames for e in f.get("events", []) if "notice" in e
    ]
    assert notices == ["supervisor_reading"]


async def test_a_whisper_reaches_the_agents_and_never_the_customer(floor: Floor) -> None:
    answer = await floor.steer("whisper", text="Offer the discount")
    message = answer["message"]
    assert (message["direction"], message["purpose"]) == ("note", "whisper")
    assert message["author"] == {"kind": "agent", "id": floor.centre.ids["sam"]}
    await floor.ana.catch_up(await floor.centre.position())
    texts = [
        e["message"]["text"]
        for f in floor.ana.frames
        for e in f.get("events", [])
        if "message" in e
    ]
    assert "Offer the discount" in texts
    await floor.page.say("Well?")
    assert not any("discount" in json.dumps(frame) for frame in floor.page.frames)
    assert await floor.refused("whisper", text="  ") == (422, "empty_message")
    await floor.ana.post(f"/tasks/{floor.task_id}/end", {})
    assert await floor.refused("whisper", text="Too late") == (409, "task_ended")


async def test_joining_makes_the_supervisor_a_participant(floor: Floor) -> None:
    sam, ana = floor.centre.ids["sam"], floor.centre.ids["ana"]
    task = (await floor.steer("join"))["task"]
    assert legs(task) == [(ana, "owner", "active"), (sam, "invited", "active")]
    frame = await floor.page.until("message")
    while frame["message"]["code"] != "joined":
        frame = await floor.page.until("message")
    assert frame["message"]["name"] == "Sam"
    await floor.sam.post(f"/tasks/{floor.task_id}/messages", {"text": "Sam here"})
    said = await floor.page.until("message")
    assert (said["message"]["text"], said["message"]["name"]) == ("Sam here", "Sam")
    assert await floor.refused("join") == (409, "already_takes_part")
    await floor.sam.post(f"/tasks/{floor.task_id}/conference/exit", {})
    await floor.centre.settle()


async def test_taking_over_makes_the_former_agent_wrap_up(floor: Floor) -> None:
    sam, ana = floor.centre.ids["sam"], floor.centre.ids["ana"]
    epoch = floor.ana.task(floor.task_id)["epoch"]
    assert await floor.refused("take-over", epoch=epoch) == (409, "stale_epoch")
    task = (await floor.steer("take-over"))["task"]
    assert legs(task) == [(ana, "owner", "wrapping_up"), (sam, "owner", "active")]
    await floor.centre.settle()
    code = await floor.ana.refused(f"/tasks/{floor.task_id}/messages", {"text": "Mine"})
    assert code == (403, "not_your_task")
    await floor.ana.post(
        f"/tasks/{floor.task_id}/wrap-up", {"reason_ids": [floor.centre.ids["Sold"]]}
    )
    await floor.sam.post(f"/tasks/{floor.task_id}/messages", {"text": "I take care of it"})
    (event,) = await floor.logged("task.taken_over")
    assert (event["agent_id"], event["from_agent_id"]) == (sam, ana)
    await floor.centre.settle()


async def test_a_supervisor_who_has_joined_can_take_over(floor: Floor) -> None:
    await floor.steer("join")
    task = (await floor.steer("take-over"))["task"]
    states = [(role, state) for _, role, state in legs(task)]
    assert states == [("owner", "wrapping_up"), ("owner", "active")]
    await floor.centre.settle()


async def test_taking_over_races_with_the_agents_end(floor: Floor) -> None:
    answers = await asyncio.gather(
        floor.sam.send("POST", f"/floor/tasks/{floor.task_id}/take-over", {}),
        floor.ana.send("POST", f"/tasks/{floor.task_id}/end", {}),
    )
    codes = sorted(a.status_code for a in answers)
    assert codes[0] == 200
    assert codes[1] in {403, 409}
    await floor.centre.settle()


async def test_the_same_key_takes_over_once(floor: Floor) -> None:
    key = secrets.token_hex(16)
    headers = {"X-CSRF-Token": floor.sam.csrf, "Idempotency-Key": key}
    path = f"/api/v1/floor/tasks/{floor.task_id}/take-over"
    first = await floor.sam.http.post(path, json={}, headers=headers)
    again = await floor.sam.http.post(path, json={}, headers=headers)
    assert first.status_code == again.status_code == 200
    assert first.json() == again.json()
    assert len(await floor.logged("task.taken_over")) == 1


async def test_reassigning_to_an_agent(floor: Floor) -> None:
    centre = floor.centre
    ben = await centre.sign_in("ben", available=False)
    target = {"agent_id": centre.ids["ben"]}
    assert await floor.refused("reassign", **target) == (409, "target_unavailable")
    await ben.available()
    task = (await floor.steer("reassign", **target))["task"]
    assert task["state"] == "offered"
    await ben.catch_up(await centre.position())
    await ben.post(f"/tasks/{floor.task_id}/accept", {})
    await centre.settle()
    (event,) = await floor.logged("task.reassigned")
    assert event["supervisor_id"] == centre.ids["sam"]


async def test_a_reassigned_conversation_is_not_dropped(floor: Floor) -> None:
    centre = floor.centre
    await centre.sign_in("ben")
    await floor.steer("reassign", agent_id=centre.ids["ben"])
    centre.clock.advance(seconds=31)
    await centre.sweep()
    listed = await floor.sam.get(f"/floor/tasks?queue_id={centre.ids['sales']}")
    assert [item["task"]["state"] for item in listed["items"]] == ["queued"]
    assert listed["items"][0]["name"] == "Dana Example"


async def test_requeueing_and_priority(floor: Floor) -> None:
    centre = floor.centre
    task = (await floor.steer("requeue"))["task"]
    assert (task["state"], task["queue_id"]) == ("queued", centre.ids["sales"])
    assert await floor.refused("requeue") == (409, "already_waiting")
    task = (await floor.steer("prioritise", priority=1))["task"]
    assert task["priority"] == 1
    assert await floor.refused("prioritise", priority=10) == (422, "invalid_field")
    task = (await floor.steer("reassign", queue_id=centre.ids["help"]))["task"]
    assert (task["state"], task["queue_id"]) == ("queued", centre.ids["help"])
    unknown = await floor.refused("reassign", queue_id=centre.ids["ana"])
    assert unknown == (409, "target_unavailable")
    await centre.settle()


async def test_a_notice_to_a_team(floor: Floor) -> None:
    centre = floor.centre
    body = {"team_id": centre.ids["team"], "level": "warning", "text": "Fire drill at three"}
    assert await floor.sam.post("/floor/notices", body) == {"recipients": 3}
    position = await centre.position()
    await floor.ana.catch_up(position)
    await floor.sam.catch_up(position)
    notices = [e["notice"] for f in floor.ana.frames for e in f.get("events", []) if "notice" in e]
    assert (notices[-1]["level"], notices[-1]["params"]["text"]) == ("warning", body["text"])
    assert "notice.sent" not in floor.sam.kinds()
    nobody = await floor.sam.refused("/floor/notices", {"team_id": 1, "text": "Hello"})
    assert nobody == (422, "unknown_team")


async def test_the_board_is_told_once_a_second(floor: Floor) -> None:
    sam, hub = floor.sam, floor.centre.node.context.hub
    board = (await sam.get("/floor"))["queues"]
    assert {q["name"]: q["waiting"] for q in board} == {"sales": 0, "help": 0}
    await sam.stream.send(json.dumps({"type": "floor", "on": True}))
    async with asyncio.timeout(30):
        while "floor.live" not in hub.audiences():
            await asyncio.sleep(0.002)
    another = await floor.centre.visitor()
    await another.start()
    async with asyncio.timeout(30):
        while True:
            frame = json.loads(await sam.stream.recv())
            waiting = {q["name"]: q["waiting"] for q in frame.get("queues", [])}
            if frame["type"] == "floor" and waiting.get("sales") == 1:
                break
    state = {"status": "idle", "idle_code_id": floor.centre.ids["Lunch"]}
    await floor.ana.post("/me/state", state)
    async with asyncio.timeout(30):
        while True:
            frame = json.loads(await sam.stream.recv())
            if any(a["id"] == floor.centre.ids["ana"] for a in frame.get("agents", [])):
                break


async def test_state_changes_by_a_supervisor_are_logged(floor: Floor) -> None:
    centre = floor.centre
    ben = await centre.sign_in("ben")
    await floor.sam.post(f"/agents/{ben.user_id}/state", {"status": "idle"})
    last = (await floor.logged("agent.state_changed"))[-1]
    assert (last["by"], last["was"]) == (centre.ids["sam"], "available")
