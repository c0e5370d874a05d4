"""Searching: what is found, by whom, how narrowed; and that erased words are gone."""

from __future__ import annotations

from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

from rapport.domain.message import InboundMessage
from rapport.storage.ingest import LARGEST_BATCH
from rapport.storage.log_steps import EVENTS_OF_STEP
from rapport.storage.search_index import SearchIndex
from tests.centre import Centre, Desktop, Json
from tests.configuration.administrator import error


async def chat(centre: Centre, login: str, name: str, *texts: str) -> tuple[Desktop, int]:
    """Somebody in a chat with a customer who says these things."""
    desktop = centre.desktops.get(login) or await centre.sign_in(login)
    page = await centre.visitor()
    before = set(desktop.state.tasks)
    await page.start(texts[0], name=name)
    for text in texts[1:]:
        await page.say(text)
    await centre.route()
    await centre.settle()
    (task_id,) = set(desktop.state.tasks) - before
    await desktop.post(f"/tasks/{task_id}/accept", {})
    await centre.settle()
    return desktop, task_id


async def search(centre: Centre, who: Desktop, q: str, **filters: Any) -> list[Json]:
    await centre.node.indexer.catch_up()
    items: list[Json] = (await who.get(f"/search?{urlencode({'q': q, **filters})}"))["items"]
    return items


def found(item: Json) -> list[str]:
    """The parts of an excerpt that are marked."""
    return [part["text"] for part in item["excerpt"] if part["found"]]


async def test_words_in_any_case_without_accents_and_the_last_by_its_start(
    centre: Centre,
) -> None:
    ana, task_id = await chat(centre, "ana", "Dana Example", "My CRÈME brûlée is late", "ordered")
    for question in ("creme BRULEE", "brul", "brûlée late", "late bru"):
        (hit,) = await search(centre, ana, question)
        assert hit["my_task_id"] == task_id
        assert hit["contact"]["name"] == "Dana Example"
    assert found(hit) == ["brûlée", "late"]
    # A space closes the last word; an earlier one is whole.
    assert await search(centre, ana, "brul ") == []
    assert await search(centre, ana, "bru late") == []
    assert [h["seq"] for h in await search(centre, ana, "order")] == [hit["seq"] + 1]
    answer = await ana.http.get("/api/v1/search?q=%20-%20")
    error(answer, 422, "invalid_field")


async def test_an_agent_finds_their_own_and_a_supervisor_everything(centre: Centre) -> None:
    ana, _ = await chat(centre, "ana", "Dana Example", "a green teapot")
    await ana.post("/me/state", {"status": "idle"})
    ben = await centre.sign_in("ben")
    assert await search(centre, ben, "teapot") == []
    sam = await centre.sign_in("sam", available=False)
    (hit,) = await search(centre, sam, "teapot")
    assert hit["my_task_id"] is None
    conversation = hit["conversation_id"]
    assert await ben.http.get(f"/api/v1/conversations/{conversation}/messages")
    error(
        await ben.http.get(f"/api/v1/conversations/{conversation}/messages"), 403, "not_your_task"
    )
    assert await search(centre, ben, "Dana", kind="contacts") == []
    # The team may find what is in its queues.
    await centre.put("teams", "team", {"finds": "queues"})
    (hit,) = await search(centre, ben, "teapot")
    (person,) = await search(centre, ben, "dan", kind="contacts")
    assert person["channels"] == ["webchat"]
    thread = await ben.get(f"/conversations/{conversation}/messages")
    assert "a green teapot" in [m["text"] for m in thread["items"]]
    # Reading is not writing.
    draft = {"text": "x", "version": 0}
    error(
        await ben.send("PUT", f"/conversations/{conversation}/draft", draft), 403, "not_your_task"
    )


async def test_after_a_transfer_nothing_later_is_found(centre: Centre) -> None:
    ana, task_id = await chat(centre, "ana", "Dana Example", "the first lantern")
    ben = await centre.sign_in("ben")
    epoch = ana.task(task_id)["epoch"]
    await ana.post(f"/tasks/{task_id}/transfer", {"epoch": epoch, "agent_id": ben.user_id})
    await centre.settle()
    await ben.post(f"/tasks/{task_id}/accept", {})
    await ben.post(
        f"/tasks/{task_id}/messages", {"text": "the second lantern", "attachment_ids": []}
    )
    assert len(await search(centre, ben, "lantern")) == 2
    assert [found(h) for h in await search(centre, ana, "lantern first")] == [["first", "lantern"]]
    assert len(await search(centre, ana, "lantern")) == 1


async def test_filters(centre: Centre) -> None:
    ana, first = await chat(centre, "ana", "Dana Example", "blue bicycle")
    _, second = await chat(centre, "ana", "Leo Example", "red bicycle")
    await ana.post(f"/tasks/{second}/end", {"epoch": ana.task(second)["epoch"]})
    sales, help_ = centre.ids["sales"], centre.ids["help"]

    async def colours(**filters: Any) -> list[str]:
        hits = await search(centre, ana, "bicycle", **filters)
        return ["".join(p["text"] for p in h["excerpt"]).split()[0] for h in hits]

    assert await colours() == ["red", "blue"]
    assert await colours(channel="webchat", queue_id=sales, agent_id=ana.user_id) == ["red", "blue"]
    assert await colours(channel="sms") == []
    assert await colours(queue_id=help_) == []
    assert await colours(agent_id=centre.ids["ben"]) == []
    assert await colours(state="open") == ["blue"]
    assert await colours(state="ended") == ["red"]
    assert await colours(has_files=True) == []
    assert await colours(until="2026-11-23T08:59:00Z") == []
    assert await colours(since="2026-11-23T08:59:00Z") == ["red", "blue"]
    (group, other) = await search(centre, ana, "bicycle", kind="conversations")
    assert (group["found"], other["my_task_id"]) == (1, first)


async def test_pages_hold_everything_once(centre: Centre) -> None:
    ana, _ = await chat(centre, "ana", "Dana Example", *(f"parcel {n}" for n in range(9)))
    await centre.node.indexer.catch_up()
    seen: list[int] = []
    cursor = ""
    while True:
        page = await ana.get(f"/search?q=parcel&limit=4{cursor}")
        seen += [item["message_id"] for item in page["items"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert len(seen) == 9
    assert seen == sorted(set(seen), reverse=True)


async def test_weeks_apart_the_newest_comes_first(centre: Centre) -> None:
    await chat(centre, "ana", "Dana Example", "umbrella one")
    for days in (10, 60, 200):
        centre.clock.advance(days=days)
        page = await centre.visitor()
        await page.start(f"umbrella after {days}")
    # Sessions have ended long ago.
    centre.desktops.clear()
    ana = await centre.sign_in("ana")
    sam = await centre.sign_in("sam", available=False)
    texts = [
        "".join(p["text"] for p in h["excerpt"]) for h in await search(centre, sam, "umbrella")
    ]
    assert texts == [f"umbrella after {days}" for days in (200, 60, 10)] + ["umbrella one"]
    assert len(await search(centre, ana, "umbrella")) == 1


async def test_a_text_that_is_erased_leaves_no_words(centre: Centre) -> None:
    ana, _ = await chat(centre, "ana", "Dana Example", "a secret garden")
    (hit,) = await search(centre, ana, "garden")
    pool = centre.node.database.pool
    await pool.execute("UPDATE message SET text = '' WHERE id = $1", hit["message_id"])
    assert await search(centre, ana, "garden") == []
    left = await pool.fetchval(
        "SELECT count(*) FROM message_search WHERE message_id = $1", hit["message_id"]
    )
    assert left == 0
    # Nobody was told of this change: it came from outside.
    centre.desktops.clear()


async def test_phone_numbers_by_their_last_digits(centre: Centre) -> None:
    pool = centre.node.database.pool
    sam = await centre.sign_in("sam", available=False)
    ana, task_id = await chat(centre, "ana", "Dana Example", "hello")
    contact = ana.task(task_id)["contact_id"]
    answer = await ana.http.put(
        f"/api/v1/contacts/{contact}",
        json={"name": "Dana Example", "phone": "+1 (555) 555-0142"},
        headers={"X-CSRF-Token": ana.csrf, "If-Match": '"1"'},
    )
    assert answer.status_code == 200, answer.text
    assert await pool.fetchval("SELECT phone FROM contact WHERE id = $1", contact)
    for question in ("50142", "555 555 0142", "+1 555-555-0142"):
        (person,) = await search(centre, sam, question, kind="contacts")
        assert person["id"] == contact


async def test_a_storm_is_entered_in_small_steps(centre: Centre) -> None:
    """Its commits hold a hundred messages and more: a step goes by those, not by commits."""
    inbox, database = centre.node.context.inbox, centre.node.database
    index = SearchIndex(database)
    while await index.advance():
        pass
    for storm in range(4):
        messages = [
            InboundMessage(
                external_id=f"storm.{storm}.{n}",
                contact_key=f"visitor-{n}",
                text=f"Number {n} is asking",
            )
            for n in range(300)
        ]
        await inbox.submit(centre.ids["site"], messages)
    counted = "SELECT count(*) FROM message_search WHERE words @@ 'asking'::tsquery"
    entered = [0]
    while await index.advance():
        entered.append(await database.pool.fetchval(counted))
    steps = [after - before for before, after in pairwise(entered)]
    assert sum(steps) == 1200
    assert max(steps) < EVENTS_OF_STEP + LARGEST_BATCH
    assert len(steps) >= 2
