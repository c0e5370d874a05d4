"""The agent's own last day: what is in it, whose it is, how it is narrowed and paged."""

from __future__ import annotations

from urllib.parse import urlencode

from tests.centre import Centre, Desktop, Json
from tests.configuration.administrator import error
from tests.journeys.test_search import chat


async def history(who: Desktop, **asked: str) -> list[Json]:
    items: list[Json] = (await who.get(f"/me/history?{urlencode(asked)}"))["items"]
    return items


async def test_handled_conversations_of_a_day_with_how_they_ended(centre: Centre) -> None:
    ana, first = await chat(centre, "ana", "Dana Example", "Hello")
    assert await history(ana) == [], "what is still held is not handled"
    centre.clock.advance(minutes=5)
    await ana.post(f"/tasks/{first}/end", {})
    (part,) = await history(ana)
    assert (part["task_id"], part["outcome"], part["end_reason"]) == (first, "handled", "handled")
    assert (part["handle_s"], part["reason_ids"]) == (None, [])
    centre.clock.advance(seconds=40)
    await ana.post(f"/tasks/{first}/wrap-up", {"reason_ids": [centre.ids["Sold"]]})
    (part,) = await history(ana)
    assert part["reason_ids"] == [centre.ids["Sold"]]
    assert part["handle_s"] == 340
    assert part["contact"]["name"] == "Dana Example"
    assert part["accepted_at"] < part["ended_at"]

    ana, second = await chat(centre, "ana", "Leo Sample", "Hi")
    await ana.post(f"/tasks/{second}/transfer", {"queue_id": centre.ids["help"]})
    await ana.post(f"/tasks/{second}/wrap-up", {"reason_ids": [centre.ids["Asked"]]})
    parts = await history(ana)
    assert [p["task_id"] for p in parts] == [second, first], "newest first"
    assert (parts[0]["outcome"], parts[0]["queue_id"]) == ("transferred", centre.ids["sales"])
    # By a part of the customer's name, by queue, by channel.
    assert [p["task_id"] for p in await history(ana, q="LEO s")] == [second]
    assert len(await history(ana, q="sale")) == 2
    assert await history(ana, q="help") == []
    assert await history(ana, channel="email") == []
    assert len(await history(ana, channel="webchat")) == 2
    assert await history(ana, q="%") == []
    # Read as far as the agent took part.
    thread = await ana.get(f"/conversations/{parts[0]['conversation_id']}/messages")
    assert "Hi" in [m["text"] for m in thread["items"]]

    centre.clock.advance(hours=23, minutes=59)
    # Nobody's session lasts that long.
    centre.desktops.clear()
    ana = await centre.sign_in("ana", available=False)
    assert len(await history(ana)) == 2
    centre.clock.advance(minutes=2)
    assert await history(ana) == [], "a day, not longer"


async def test_nobody_elses_and_nothing_that_was_not_accepted(centre: Centre) -> None:
    ana, task_id = await chat(centre, "ana", "Dana Example", "Hello")
    await ana.post("/me/state", {"status": "idle"})
    await ana.post(f"/tasks/{task_id}/end", {})
    sam = await centre.sign_in("sam", available=False)
    assert await history(sam) == [], "not even for a supervisor"
    ben = await centre.sign_in("ben")
    await (await centre.visitor()).start("Hi", name="Leo Sample")
    await centre.offered()
    centre.clock.advance(seconds=31)
    await centre.sweep()
    assert await history(ben) == []


async def test_page_by_page(centre: Centre) -> None:
    wanted = []
    for number in range(5):
        ana, task_id = await chat(centre, "ana", f"Customer {number}", "Hello")
        await ana.post(f"/tasks/{task_id}/end", {})
        await ana.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": [centre.ids["Sold"]]})
        wanted.insert(0, task_id)
    found: list[int] = []
    cursor = ""
    while cursor is not None:
        page = await ana.get(f"/me/history?limit=2{cursor and f'&cursor={cursor}'}")
        found += [part["task_id"] for part in page["items"]]
        cursor = page["next"]
    assert found == wanted
    error(await ana.http.get(f"/api/v1/me/history?cursor={'9' * 18}"), 422, "invalid_field")
