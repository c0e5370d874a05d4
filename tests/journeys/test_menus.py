"""The question before the queue, on real channels: asked, answered, given up, and always ended."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.centre import Centre, Desktop, Json, TestClock, VisitorPage, furnish, serving
from tests.configuration.administrator import Administrator, error, paths
from tests.journeys.providers import ALEX, DANA, messenger, sms, whatsapp
from tests.journeys.test_email import mailbox
from tests.journeys.test_keywords import queues
from tests.journeys.test_sms import Phone

QUESTION = "What is it about?"
LIST = f"{QUESTION}\n1 Orders\n2 Returns"


def menu(centre: Centre, **more: Any) -> Json:
    """Orders stay where they are, returns go to the queue `help` and are urgent."""
    returns = {"words": ["refund*"], "queue": centre.ids["help"], "priority": 2}
    return {
        "question": {"en": QUESTION, "de": "Worum geht es?"},
        "again": {"en": "Please answer with a number."},
        "choices": [
            {"labels": {"en": "Orders", "de": "Bestellungen"}},
            {"labels": {"en": "Returns", "de": "Rückgaben"}, **returns},
        ],
        **more,
    }


async def asking(centre: Centre, name: str = "entry", **more: Any) -> None:
    """The entry point asks from now on."""
    spec = centre.node.configuration.current.items[centre.ids[name]].spec.model_dump(mode="json")
    await centre.put("entry_points", name, {**spec, "menu": menu(centre, **more)})


async def states(centre: Centre) -> list[tuple[str, str]]:
    rows = await centre.node.database.pool.fetch("SELECT state FROM task ORDER BY id")
    return list(zip([row["state"] for row in rows], await queues(centre), strict=True))


async def arrivals(centre: Centre) -> list[str]:
    """The queue of every beginning of a wait: what reports count as arrived."""
    rows = await centre.node.database.pool.fetch(
        "SELECT c.name FROM event e JOIN configuration c ON c.id = e.queue_id"
        " WHERE e.kind = 'task.queued' ORDER BY e.commit_id, e.ord"
    )
    return [row["name"] for row in rows]


async def accepted(centre: Centre, desktop: Desktop) -> tuple[int, list[Json]]:
    """The agent accepts what rings; the thread as they see it."""
    await centre.offered()
    await desktop.catch_up(await centre.position())
    task_id = max(desktop.state.tasks)
    await desktop.post(f"/tasks/{task_id}/accept")
    await desktop.catch_up(await centre.position())
    conversation = desktop.task(task_id)["conversation_id"]
    page = await desktop.get(f"/conversations/{conversation}/messages?limit=200")
    items: list[Json] = page["items"]
    return task_id, items


def said(thread: list[Json]) -> list[str]:
    return [m["text"] for m in thread if m["announcement"] is None]


def lines(thread: list[Json]) -> list[str]:
    return [m["announcement"]["code"] for m in thread if m["announcement"] is not None]


async def shows(page: VisitorPage, state: str) -> None:
    """The page is told, before or after the answer to its own frame."""
    told = [f["conversation"]["state"] for f in page.frames if f["type"] == "state"]
    while state not in told:
        told.append((await page.until("state"))["conversation"]["state"])


async def test_in_the_chat_an_answer_chooses_where_it_waits(centre: Centre) -> None:
    await asking(centre)
    ana = await centre.sign_in("ana")
    page = await centre.visitor()
    await page.start("Hello")
    question = page.frames[-1]["messages"][-1]
    assert question["text"] == LIST
    assert [title for _, title in question["buttons"]] == ["Orders", "Returns"]
    assert await states(centre) == [("asking", "sales")]
    assert await centre.route() == 0, "it waits in no queue yet"
    await page.say("2")
    assert await states(centre) == [("queued", "help")]
    assert await arrivals(centre) == ["help"]
    await shows(page, "waiting")
    task_id, thread = await accepted(centre, ana)
    assert said(thread) == ["Hello", LIST, "2"]
    assert lines(thread)[0] == "menu_answered"
    task = ana.task(task_id)
    assert task["variables"]["topic"] == "Returns"
    assert task["priority"] == 2
    # It goes on as any other: a number is nothing but a message now.
    await page.say("1")
    assert (await states(centre))[0] == ("active", "help")
    await centre.settle()


async def test_words_of_the_first_message_leave_the_question_out(centre: Centre) -> None:
    await asking(centre)
    entry = centre.ids["entry"]
    spec = centre.node.configuration.current.items[entry].spec.model_dump(mode="json")
    words = [{"words": ["invoice"], "queue": centre.ids["help"]}]
    await centre.put("entry_points", "entry", {**spec, "keywords": words})
    page = await centre.visitor()
    await page.start("My invoice is wrong")
    assert await states(centre) == [("queued", "help")]


async def test_the_language_of_the_site_is_asked_in_and_every_language_understood(
    centre: Centre,
) -> None:
    await asking(centre)
    account = centre.node.configuration.current.account_specs[centre.ids["site"]].model_dump()
    account["webchat"]["fields"] = [
        *account["webchat"]["fields"],
        {"name": "language", "label": "L"},
    ]
    await centre.put("accounts", "site", account)
    page = await centre.visitor()
    await page.start("Guten Tag", language="de-AT")
    text = await centre.node.database.pool.fetchval(
        "SELECT text FROM message WHERE author_kind = 'system' AND direction = 'outbound'"
    )
    assert text == "Worum geht es?\n1 Bestellungen\n2 Rückgaben"
    await page.say("Rückgaben")
    assert await states(centre) == [("queued", "help")]


async def test_by_sms_a_wrong_answer_is_asked_again_and_then_it_waits(centre: Centre) -> None:
    async with sms(centre) as connected:
        await asking(centre, "sms entry")
        dana = Phone(connected)
        ana = await centre.sign_in("ana")
        await dana.says("Hello")
        await connected.deliver()
        assert dana.received == [LIST]
        centre.clock.advance(seconds=20)
        await dana.says("My cup is broken")
        await connected.deliver()
        again = "Please answer with a number.\n1 Orders\n2 Returns"
        assert dana.received == [LIST, again]
        centre.clock.advance(seconds=20)
        await dana.says("Really broken")
        assert await states(centre) == [("queued", "sales")]
        assert await connected.deliver() == 0
        _, thread = await accepted(centre, ana)
        assert said(thread) == ["Hello", LIST, "My cup is broken", again, "Really broken"]
        assert lines(thread)[0] == "menu_unanswered"
        await centre.settle()


async def test_on_whatsapp_a_choice_is_tapped(centre: Centre) -> None:
    async with whatsapp(centre) as connected:
        await asking(centre, "whatsapp entry")
        dana = connected.provider.customer(DANA)
        await dana.says("Hello")
        await connected.provider.settle()
        await connected.deliver()
        (shown,) = [e for e in connected.provider.ledger.thread(DANA) if e.author == "business"]
        assert [choice.title for choice in shown.choices] == ["Orders", "Returns"]
        choice = shown.choices[1]
        await dana.sends("button", id=choice.id, title=choice.title, reply_to=shown.id)
        await connected.provider.settle()
        assert await states(centre) == [("queued", "help")]
        ana = await centre.sign_in("ana")
        _, thread = await accepted(centre, ana)
        assert "Returns" in said(thread)
        await centre.settle()


TOPICS = ("Orders", "Returns", "Invoices", "The shop round the corner")


def topics(centre: Centre, *labels: str) -> list[Json]:
    """Choices that stay where they are, but the third."""
    return [
        {"labels": {"en": label}, "queue": centre.ids["help"] if n == 3 else None}
        for n, label in enumerate(labels, 1)
    ]


@pytest.mark.parametrize("choose", [None, "Topics"])
async def test_on_whatsapp_more_than_three_choices_are_a_list(
    centre: Centre, choose: str | None
) -> None:
    async with whatsapp(centre) as connected:
        labels = [label[:24] for label in TOPICS]
        words = {"choose": {"en": choose}} if choose else {}
        await asking(centre, "whatsapp entry", choices=topics(centre, *labels), **words)
        dana = connected.provider.customer(DANA)
        await dana.says("Hello")
        await connected.provider.settle()
        await connected.deliver()
        (shown,) = [e for e in connected.provider.ledger.thread(DANA) if e.author == "business"]
        assert shown.content["interactive"]["type"] == "list"
        assert shown.content["interactive"]["action"]["button"] == (choose or "Choose")
        assert [(choice.kind, choice.title) for choice in shown.choices] == [
            ("list", label) for label in labels
        ]
        choice = shown.choices[2]
        await dana.sends("list", id=choice.id, title=choice.title, reply_to=shown.id)
        await connected.provider.settle()
        assert await states(centre) == [("queued", "help")]
        _, thread = await accepted(centre, await centre.sign_in("ana"))
        assert "Invoices" in said(thread)
        assert lines(thread)[0] == "menu_answered"
        await centre.settle()


@pytest.mark.parametrize("answer", ["3", "invoices"])
async def test_on_whatsapp_choices_too_long_for_a_list_are_numbered_text(
    centre: Centre, answer: str
) -> None:
    async with whatsapp(centre) as connected:
        await asking(centre, "whatsapp entry", choices=topics(centre, *TOPICS))
        dana = connected.provider.customer(DANA)
        await dana.says("Hello")
        await connected.provider.settle()
        await connected.deliver()
        (shown,) = [e for e in connected.provider.ledger.thread(DANA) if e.author == "business"]
        assert (shown.type, shown.choices) == ("text", ())
        assert shown.text.splitlines()[1:] == [f"{n} {x}" for n, x in enumerate(TOPICS, 1)]
        await dana.says(answer)
        await connected.provider.settle()
        assert await states(centre) == [("queued", "help")]


async def test_on_messenger_a_choice_is_tapped(centre: Centre) -> None:
    async with messenger(centre) as connected:
        await asking(centre, "messenger entry")
        alex = connected.provider.customer(ALEX, "messenger")
        await alex.says("Hello")
        await connected.provider.settle()
        await connected.deliver()
        thread = connected.provider.ledger.thread(ALEX)
        (shown,) = [e for e in thread if e.author == "business"]
        choice = shown.choices[1]
        await alex.sends("quick_reply", id=choice.id, title=choice.title)
        await connected.provider.settle()
        assert await states(centre) == [("queued", "help")]


async def test_by_mail_an_answer_comes_with_the_question_below_it(centre: Centre) -> None:
    async with mailbox(centre) as box:
        await asking(centre, "mail entry", within_s=86_400)
        await box.comes("My cup is broken")
        asked = await box.deliver()
        body = asked.get_body(("plain",))
        assert body is not None
        assert "1 Orders" in body.get_content()
        centre.clock.advance(hours=1)
        quoted = (
            "2\n\nOn Mon, Nov 30, 2026 at 9:00 AM Shop <help@shop.example> wrote:\n"
            "> What is it about?\n> 1 Orders\n> 2 Returns\n"
        )
        thread = {"In_Reply_To": asked["Message-ID"], "References": asked["Message-ID"]}
        away = {**thread, "Auto_Submitted": "auto-replied"}
        await box.comes("I am away", message_id="<away@mail.example>", **away)
        assert await states(centre) == [("asking", "sales")], "a machine's answer is none"
        await box.comes(quoted, message_id="<two@mail.example>", **thread)
        assert await states(centre) == [("queued", "help")]


async def test_without_an_answer_it_waits_when_time_is_up(centre: Centre) -> None:
    await asking(centre, within_s=60)
    page = await centre.visitor()
    await page.start("Hello")
    centre.clock.advance(seconds=59)
    await centre.sweep()
    assert await states(centre) == [("asking", "sales")]
    centre.clock.advance(seconds=1)
    await centre.sweep()
    assert await states(centre) == [("queued", "sales")]
    await shows(page, "waiting")
    _, thread = await accepted(centre, await centre.sign_in("ana"))
    assert lines(thread)[0] == "menu_unanswered"
    assert await arrivals(centre) == ["sales"]
    await centre.settle()


async def test_who_leaves_meanwhile_has_arrived_and_given_up(centre: Centre) -> None:
    await asking(centre)
    page = await centre.visitor()
    await page.start("Hello")
    await page.end()
    assert await states(centre) == [("ended", "sales")]
    assert await arrivals(centre) == ["sales"]


async def test_what_comes_twice_or_at_the_same_time_counts_once(centre: Centre) -> None:
    await asking(centre, within_s=60, tries=1)
    page = await centre.visitor()
    await page.start("Hello")
    centre.clock.advance(seconds=60)
    first, second = "a" * 32, "b" * 32
    for frame in (first, first, second):
        await page.send(type="message", id=frame, text="2")
    await asyncio.gather(centre.sweep(), centre.sweep())
    await page.until("ack", id=second)
    await centre.sweep()
    assert len(await arrivals(centre)) == 1
    ((state, _),) = await states(centre)
    assert state == "queued"
    count = await centre.node.database.pool.fetchval(
        "SELECT count(*) FROM message WHERE direction = 'inbound'"
    )
    assert count == 3, "no answer is lost, and none is there twice"


async def test_two_nodes_end_the_same_question_once(database: str, tmp_path: Path) -> None:
    clock = TestClock()
    async with (
        serving(database, tmp_path / "one", clock) as one,
        serving(database, tmp_path / "two", clock) as two,
    ):
        await furnish(one)
        await asking(one, within_s=30)
        await two.node.configuration.refresh()
        pages = [await one.visitor() for _ in range(6)]
        for page in pages:
            await page.start("Hello")
        clock.advance(seconds=30)
        # Both nodes find the time over while half of the customers answer.
        for page in pages[::2]:
            await page.send(type="message", id="c" * 32, text="2")
        await asyncio.gather(one.sweep(), two.sweep())
        for page in pages[::2]:
            await page.until("ack", id="c" * 32)
        await asyncio.gather(one.sweep(), two.sweep())
        found = await states(one)
        assert {state for state, _ in found} == {"queued"}
        assert sorted(await arrivals(one)) == sorted(queue for _, queue in found)


async def test_another_node_goes_on_where_one_was_stopped(database: str, tmp_path: Path) -> None:
    clock = TestClock()
    async with serving(database, tmp_path / "one", clock) as one:
        await furnish(one)
        await asking(one, within_s=30)
        page = await one.visitor()
        await page.start("Hello")
    clock.advance(seconds=31)
    async with serving(database, tmp_path / "two", clock) as two:
        two.ids = one.ids
        await two.sweep()
        assert await states(two) == [("queued", "sales")]


async def test_who_has_opted_out_is_not_asked(centre: Centre) -> None:
    async with sms(centre) as connected:
        dana = Phone(connected)
        await dana.says("STOP")
        await asking(centre, "sms entry")
        await dana.says("Hello all the same")
        assert ("queued", "sales") in await states(centre)


@pytest_asyncio.fixture
async def root(centre: Centre) -> Administrator:
    await centre.person("root", "administrator")
    return await Administrator.sign_in(centre, "root")


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"question": {"de": "Worum geht es?"}}, "spec.menu"),
        ({"choices": [{"labels": {"en": "One"}}]}, "spec.menu.choices"),
        ({"choices": [{"labels": {"en": "One"}}, {"labels": {"en": "one "}}]}, "spec.menu"),
        ({"choices": [{"labels": {"en": "One"}}, {"labels": {"de": "Zwei"}}]}, "spec.menu"),
        ({"choose": {"en": "Choose one of the many"}}, "spec.menu.choose.en"),
        ({"choose": {"english": "Choose"}}, "spec.menu"),
        ({"tries": 0}, "spec.menu.tries"),
        ({"within_s": 1}, "spec.menu.within_s"),
    ],
)
async def test_what_cannot_be_asked_is_refused(
    centre: Centre, root: Administrator, change: Json, path: str
) -> None:
    answer = await root.put("entry_points", centre.ids["entry"], menu=menu(centre, **change))
    assert paths(error(answer, 422, "invalid_field")) == [path]


async def test_a_choice_leads_to_a_queue_that_serves_the_channel(
    centre: Centre, root: Administrator
) -> None:
    phone = await centre.put("queues", "phone", {"channels": ["sms"]})
    choices = [{"labels": {"en": "Calls"}, "queue": phone}, {"labels": {"en": "Rest"}}]
    answer = await root.put("entry_points", centre.ids["entry"], menu=menu(centre, choices=choices))
    assert paths(error(answer, 422, "not_served")) == ["spec.menu.choices.0.queue"]
