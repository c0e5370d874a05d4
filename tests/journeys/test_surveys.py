"""Satisfaction: asked once after a task, answered on the customer's channel, in time, counted."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx2
import pytest

from rapport.storage.report_slices import add_newest
from tests.centre import ORIGIN, SITE, Centre, Desktop, Json, VisitorPage, furnish, serving
from tests.centre import TestClock as Clock
from tests.journeys.channel_scenes import scene
from tests.journeys.providers import ALEX, DANA, Connected, messenger, sms, whatsapp
from tests.journeys.test_email import accepted as accepted_mail
from tests.journeys.test_email import mailbox
from tests.journeys.test_sms import Phone

QUESTION = "How satisfied were you with our help?"
DAY = "first=2026-11-23&last=2026-11-24"


async def surveying(centre: Centre, queue: str = "sales", **survey: Any) -> None:
    """Let a queue ask."""
    spec = centre.node.configuration.current.queue_specs[centre.ids[queue]].model_dump(mode="json")
    await centre.put("queues", queue, {**spec, "reason_required": False, "survey": survey})
    await centre.put("settings", "settings", {"company": "Test", "session_hours": 720})


async def end(ana: Desktop, task_id: int) -> None:
    await ana.post(f"/tasks/{task_id}/end", {"consent": True})
    await ana.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": []})


async def figures(centre: Centre, by: str = "queue", more: str = "") -> Json:
    sam = centre.desktops.get("sam") or await centre.sign_in("sam", available=False)
    return await sam.get(f"/reports/figures?{DAY}&by={by}{more}")


async def surveys(centre: Centre) -> list[tuple[int | None, str | None]]:
    rows = await centre.node.database.pool.fetch(
        "SELECT rating, comment FROM survey ORDER BY asked_at"
    )
    return [(row["rating"], row["comment"]) for row in rows]


async def tasks(centre: Centre) -> int:
    found: int = await centre.node.database.pool.fetchval("SELECT count(*) FROM task")
    return found


async def texted(connected: Connected, dana: Phone) -> tuple[Desktop, int]:
    """A handled conversation by SMS, and the question at the phone."""
    await dana.says("Hello")
    ana, task_id = await connected.accepted()
    await end(ana, task_id)
    await connected.deliver(2)
    return ana, task_id


async def in_the_chat(centre: Centre) -> tuple[Desktop, VisitorPage, int]:
    """Ana has ended a chat; the visitor's page is open."""
    ana = centre.desktops.get("ana") or await centre.sign_in("ana")
    page = await centre.visitor()
    await page.start()
    await centre.offered()
    await ana.catch_up(await centre.position())
    task_id = max(ana.state.tasks)
    await ana.post(f"/tasks/{task_id}/accept")
    await end(ana, task_id)
    return ana, page, task_id


async def rate(page: VisitorPage, token: str | None = None, **body: Any) -> httpx2.Response:
    return await page.http.post(
        f"/widget/v1/{SITE}/survey",
        json=body,
        headers={"Authorization": f"Bearer {token or page.token}", "Origin": ORIGIN},
    )


async def test_by_sms_a_number_is_the_answer(centre: Centre) -> None:
    await surveying(centre, thanks="Thanks!")
    async with sms(centre) as connected:
        dana = Phone(connected)
        ana, task_id = await texted(connected, dana)
        assert dana.received[-1].startswith(QUESTION)
        assert "from 1" in dana.received[-1]
        await dana.says("4")
        await connected.deliver(2)
        assert dana.received[-1] == "Thanks!"
        assert await surveys(centre) == [(4, None)]
        assert await tasks(centre) == 1, "an answer opens no conversation"
        sam = await centre.sign_in("sam", available=False)
        conversation = await centre.node.database.pool.fetchval("SELECT id FROM conversation")
        thread = (await sam.get(f"/conversations/{conversation}/messages"))["items"]
        lines = [m["announcement"] for m in thread if m["announcement"]]
        assert lines[-1] == {"code": "survey_answered", "params": {"rating": 4}}
        assert "4" in [m["text"] for m in thread if m["direction"] == "inbound"], "kept as written"
        # A second number is a message like any other.
        await dana.says("5")
        assert await surveys(centre) == [(4, None)]
        assert await tasks(centre) == 2
        await centre.settle()
        assert task_id not in ana.state.tasks


async def test_a_sentence_is_a_normal_conversation_and_nothing_is_lost(centre: Centre) -> None:
    await surveying(centre)
    async with sms(centre) as connected:
        dana = Phone(connected)
        await texted(connected, dana)
        await dana.says("2 cups are still missing")
        assert await surveys(centre) == [(None, None)]
        ana, task_id = await connected.accepted()
        texts = [m["text"] for m in await connected.thread(ana, task_id)]
        assert "2 cups are still missing" in texts
        # In an open conversation a number is no rating.
        await dana.says("3")
        assert await surveys(centre) == [(None, None)]
        assert [m["text"] for m in await connected.thread(ana, task_id)][-1] == "3"
        # After it, it is asked anew, and the answer counts for the newer.
        await end(ana, task_id)
        await dana.says("5")
        assert await surveys(centre) == [(None, None), (5, None)]
        await centre.settle()


async def test_late_is_a_normal_conversation(centre: Centre) -> None:
    await surveying(centre, within_h=2)
    async with sms(centre) as connected:
        dana = Phone(connected)
        await texted(connected, dana)
        centre.clock.advance(hours=2, seconds=1)
        await dana.says("5")
        assert await surveys(centre) == [(None, None)]
        assert await tasks(centre) == 2


async def test_who_has_opted_out_is_not_asked(centre: Centre) -> None:
    await surveying(centre)
    async with sms(centre) as connected:
        dana = Phone(connected)
        await dana.says("Hello")
        ana, task_id = await connected.accepted()
        await dana.says("STOP")
        await end(ana, task_id)
        assert await surveys(centre) == []


async def test_nobody_is_asked_in_a_closed_window(centre: Centre) -> None:
    await surveying(centre)
    async with whatsapp(centre) as connected:
        dana = connected.provider.customer(DANA)
        for hours, asked in ((25, 0), (1, 1)):
            await dana.says("Hello")
            await connected.provider.settle()
            ana, task_id = await connected.accepted()
            centre.clock.advance(hours=hours)
            await end(ana, task_id)
            assert len(await surveys(centre)) == asked
        await connected.deliver(2)
        await dana.says("2")
        await connected.provider.settle()
        assert await surveys(centre) == [(2, None)]
        await centre.settle()


async def asked_on(connected: Connected, customer: Any) -> Any:
    """A handled conversation, and the question as the customer sees it."""
    await customer.says("Hello")
    await connected.provider.settle()
    ana, task_id = await connected.accepted()
    await end(ana, task_id)
    await connected.deliver(3)
    return customer.received[-1]


async def press(connected: Connected, customer: Any, asked: Any, title: str) -> None:
    (choice,) = [c for c in asked.choices if c.title == title]
    reply = {"reply_to": asked.id} if choice.kind == "list" else {}
    await customer.sends(choice.kind, id=choice.id, title=choice.title, **reply)
    await connected.provider.settle()


CHANNELS = [(whatsapp, DANA, "whatsapp", "list"), (messenger, ALEX, "messenger", "quick_reply")]


@pytest.mark.parametrize(("connect", "who", "channel", "form"), CHANNELS)
async def test_an_answer_is_pressed_once_for_its_own_task(
    centre: Centre, connect: Any, who: str, channel: str, form: str
) -> None:
    await surveying(centre, thanks="Thanks!", choose="Tell us")
    async with connect(centre) as connected:
        customer = connected.provider.customer(who, channel)
        asked = await asked_on(connected, customer)
        assert asked.text.startswith(QUESTION)
        assert "from 1" in asked.text, "a typed number is an answer, too"
        assert [(c.kind, c.title) for c in asked.choices] == [(form, n) for n in "12345"]
        if form == "list":
            assert asked.content["interactive"]["action"]["button"] == "Tell us"
        await press(connected, customer, asked, "4")
        await connected.deliver(2)
        assert customer.received[-1].text == "Thanks!"
        assert await surveys(centre) == [(4, None)]
        # Pressed again: kept as written, counted once, and no conversation for an agent.
        await press(connected, customer, asked, "5")
        assert await surveys(centre) == [(4, None)]
        assert await tasks(centre) == 1, "what is pressed opens no conversation"
        texts = await centre.node.database.pool.fetch(
            "SELECT text FROM message WHERE direction = 'inbound' ORDER BY seq"
        )
        assert [row["text"] for row in texts] == ["Hello", "4", "5"]
        # The next conversation is asked about by itself; the old answers don't count for it.
        again = await asked_on(connected, customer)
        await press(connected, customer, asked, "1")
        assert await surveys(centre) == [(4, None), (None, None)]
        await customer.says("3")
        await connected.provider.settle()
        assert await surveys(centre) == [(4, None), (3, None)]
        assert again.id != asked.id
        assert await tasks(centre) == 2
        await centre.settle()


@pytest.mark.parametrize(("connect", "who", "channel", "form"), CHANNELS)
async def test_it_can_still_be_pressed_when_the_next_conversation_runs(
    centre: Centre, connect: Any, who: str, channel: str, form: str
) -> None:
    await surveying(centre)
    async with connect(centre) as connected:
        customer = connected.provider.customer(who, channel)
        asked = await asked_on(connected, customer)
        assert asked.choices[0].kind == form
        await customer.says("One more thing")
        await connected.provider.settle()
        await press(connected, customer, asked, "2")
        assert await surveys(centre) == [(2, None)]
        assert await tasks(centre) == 2
        ana, task_id = await connected.accepted()
        texts = [m["text"] for m in await connected.thread(ana, task_id)]
        assert texts.count("2") == 1, "kept as written"
        assert ana.task(task_id)["state"] == "active"
        await centre.settle()


@pytest.mark.parametrize(("connect", "who", "channel", "form"), CHANNELS)
async def test_pressed_too_late_it_counts_nothing_and_opens_nothing(
    centre: Centre, connect: Any, who: str, channel: str, form: str
) -> None:
    await surveying(centre, within_h=2)
    async with connect(centre) as connected:
        customer = connected.provider.customer(who, channel)
        asked = await asked_on(connected, customer)
        assert asked.choices[0].kind == form
        centre.clock.advance(hours=2, seconds=1)
        await press(connected, customer, asked, "5")
        assert await surveys(centre) == [(None, None)]
        assert await tasks(centre) == 1


async def test_by_sms_there_is_nothing_to_press(centre: Centre) -> None:
    await surveying(centre)
    async with sms(centre) as connected:
        await texted(connected, Phone(connected))
        content = await centre.node.database.pool.fetchval(
            "SELECT content FROM message WHERE text LIKE $1", f"{QUESTION}%"
        )
        assert content is None


async def test_not_where_the_channel_is_left_out_nor_without_an_agent(centre: Centre) -> None:
    await surveying(centre, channels=["email"])
    await in_the_chat(centre)
    await surveying(centre)
    page = await centre.visitor()
    await page.start()
    await page.end()
    assert await surveys(centre) == [], "who left while waiting was not helped"


async def test_a_transferred_conference_is_asked_about_once(centre: Centre) -> None:
    await surveying(centre, "help")
    async with scene(centre, "webchat") as found:
        ben, cleo = await found.colleague("ben"), await found.colleague("cleo")
        queue = centre.ids["help"]
        await found.ana.post(f"{found.path}/transfer", {"queue_id": queue})
        reasons = {"reason_ids": [centre.ids["Sold"]]}
        await found.ana.post(f"{found.path}/wrap-up", reasons)
        await found.ana.post("/me/state", {"status": "idle"})
        await centre.offered()
        await ben.catch_up(await centre.position())
        await cleo.catch_up(await centre.position())
        owner = ben if found.task_id in ben.state.tasks else cleo
        other = cleo if owner is ben else ben
        await owner.post(f"{found.path}/accept")
        await owner.post(f"{found.path}/conference", {"agent_id": other.user_id})
        await found.accepted_by(other)
        await owner.post(f"{found.path}/conference/end", {"consent": True})
        assert await surveys(centre) == [(None, None)]
        (row,) = [r for r in (await figures(centre))["rows"] if r["figures"]["surveys_asked"]]
        assert row["name"] == "help"
        (row,) = [
            r for r in (await figures(centre, "agent"))["rows"] if r["figures"]["surveys_asked"]
        ]
        assert row["key"] == str(owner.user_id)
        await centre.settle()


async def test_in_the_chat_with_a_comment_once_and_masked(centre: Centre) -> None:
    await surveying(centre)
    _, page, _ = await in_the_chat(centre)
    asked = await page.until("message")
    while asked["message"]["code"] != "survey":
        asked = await page.until("message")
    assert asked["message"]["text"] == QUESTION
    assert (await rate(page, rating=6)).status_code == 422
    assert (await rate(page, token="forged", rating=5)).status_code == 401
    comment = "Kind, and my card is 4111 1111 1111 1111"
    assert (await rate(page, rating=5, comment=comment)).json() == {"taken": True}
    line = await page.until("message")
    assert line["message"]["code"] == "survey_answered"
    assert (await rate(page, rating=1)).json() == {"taken": False}
    ((rating, kept),) = await surveys(centre)
    assert rating == 5
    assert kept is not None
    assert kept.startswith("Kind, and my card is")
    assert "4111 1111 1111 1111" not in kept
    assert await tasks(centre) == 1
    # Another visitor's token rates nothing of this one's.
    other = await centre.visitor()
    assert (await rate(other, rating=1)).status_code == 404
    await centre.settle()


@pytest.mark.parametrize("public_url", ["http://chat.example/", None])
async def test_by_mail_a_link_leads_to_a_page(
    database: str, tmp_path: Path, public_url: str | None
) -> None:
    async with serving(database, tmp_path, Clock(), public_url=public_url) as centre:
        await furnish(centre)
        await surveying(centre, thanks="Thank you <very> much")
        async with mailbox(centre) as box:
            await box.comes("Hello")
            ana, task_id = await accepted_mail(centre)
            conversation = ana.task(task_id)["conversation_id"]
            await end(ana, task_id)
            if public_url is None:
                assert await surveys(centre) == [], "no link could lead anywhere"
                return
            mail = await box.deliver()
            body = mail.get_body(("plain",))
            assert body is not None
            link = re.search(r"http://chat\.example(/survey/\S+)", body.get_content())
            assert link is not None
            sam = await centre.sign_in("sam", available=False)
            thread = await sam.get(f"/conversations/{conversation}/messages")
            assert "/survey/" not in str(thread), "who reads the thread can't answer it"
            await by_mail(centre, box.centre.url + link[1])
            # A mail with a number is a mail.
            await box.comes("5", subject="Re: A broken cup", in_reply_to=mail["Message-ID"])
            assert await tasks(centre) == 2
        await centre.settle()


async def by_mail(centre: Centre, url: str) -> None:
    async with httpx2.AsyncClient() as http:
        for _ in range(2):
            opened = await http.get(url)
            assert opened.status_code == 200
            assert QUESTION in opened.text
        assert await surveys(centre) == [(None, None)], "opening it changes nothing"
        assert "no-referrer" in opened.headers["referrer-policy"]
        assert "script" not in opened.text
        german = await http.get(url, headers={"Accept-Language": "de-AT"})
        assert "Senden" in german.text
        missing = await http.post(url, data={"comment": "<b>why</b>"})
        assert missing.status_code == 422
        assert "&lt;b&gt;why" in missing.text
        assert (await http.post(url, data={"rating": "9"})).status_code == 422
        assert (await http.post(url, content=b"x" * 20_000)).status_code >= 400
        forged = url.replace("/survey/", "/survey/1")
        assert (await http.post(forged, data={"rating": "1"})).status_code == 404
        taken = await http.post(url, data={"rating": "2", "comment": "Too slow"})
        assert "Thank you &lt;very&gt; much" in taken.text
        assert (await http.post(url, data={"rating": "5"})).status_code == 404
        assert (await http.get(url)).status_code == 404
    assert await surveys(centre) == [(2, "Too slow")]


async def test_a_link_is_good_while_a_new_conversation_runs_but_not_for_ever(
    database: str, tmp_path: Path
) -> None:
    async with serving(database, tmp_path, Clock(), public_url="http://chat.example") as centre:
        await furnish(centre)
        await surveying(centre, within_h=3)
        async with mailbox(centre) as box:
            for hours, status in ((0, 200), (3, 404)):
                await box.comes(f"Hello {hours}", subject=f"About {hours}")
                ana, task_id = await accepted_mail(centre)
                await end(ana, task_id)
                mail = await box.deliver()
                body = mail.get_body(("plain",))
                assert body is not None
                link = re.search(r"(/survey/\S+)", body.get_content())
                assert link is not None
                await box.comes(f"One more {hours}", in_reply_to=mail["Message-ID"])
                centre.clock.advance(hours=hours)
                async with httpx2.AsyncClient(base_url=centre.url) as http:
                    answer = await http.post(link[1], data={"rating": "3"})
                assert answer.status_code == status
                _, again = await accepted_mail(centre)
                await end(ana, again)
                await box.deliver()


async def test_the_figures_add_up(centre: Centre) -> None:
    await surveying(centre)
    for rating in (5, 4, 2, None):
        _, page, _ = await in_the_chat(centre)
        if rating is not None:
            await rate(page, rating=rating)
    wanted = {
        "surveys_asked": 4,
        "surveys_answered": 3,
        "rated_1": 0,
        "rated_2": 1,
        "rated_4": 1,
        "rated_5": 1,
        "satisfaction": 3.67,
        "survey_rate": 0.75,
    }
    for by in ("queue", "agent", "team", "channel", "day", "hour"):
        (row,) = [r for r in (await figures(centre, by))["rows"] if r["figures"]["surveys_asked"]]
        assert {name: row["figures"][name] for name in wanted} == wanted, by
    before = await figures(centre)
    while await add_newest(centre.node.database, "UTC", step=5):
        pass
    assert await figures(centre) == before
    nothing = (await figures(centre, more=f"&queue_id={centre.ids['help']}"))["total"]
    assert (nothing["satisfaction"], nothing["survey_rate"]) == (None, None)


@pytest.mark.parametrize("agents_see", [True, False])
async def test_agents_see_their_own_ratings_where_the_queue_lets_them(
    centre: Centre, agents_see: bool
) -> None:
    await surveying(centre, agents_see=agents_see)
    ana, page, _ = await in_the_chat(centre)
    await rate(page, rating=4)
    (part,) = (await ana.get("/me/history"))["items"]
    assert part["rating"] == (4 if agents_see else None)


async def test_a_comment_goes_with_the_person(centre: Centre) -> None:
    await surveying(centre)
    _, page, _ = await in_the_chat(centre)
    await rate(page, rating=1, comment="My name is Dana")
    people = centre.node.context.people
    contact = await centre.node.database.pool.fetchval("SELECT contact_id FROM conversation")
    await people.erase(contact, None, centre.clock.now())
    assert await surveys(centre) == [(1, None)]
