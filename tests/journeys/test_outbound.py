"""Agents write first, and again after the end: by mail, SMS and WhatsApp, over real sockets."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.centre import Centre, Desktop, Json
from tests.journeys.providers import DANA, Connected, sms, whatsapp
from tests.journeys.test_email import DANA as DANA_MAIL
from tests.journeys.test_email import mailbox

DANA_PHONE = f"+{DANA}"
FORM = {"name": "order_shipped", "language": "en", "body": ["Dana", "4711"]}
SHIPPED = "Hello Dana, your order 4711 is on its way."


async def allowing(centre: Centre, **spec: Any) -> None:
    """The queue of every account lets its agents write first."""
    channels = ["webchat", "whatsapp", "messenger", "sms", "email", "custom"]
    await centre.put("queues", "sales", {"channels": channels, "outbound": True, **spec})


async def started(centre: Centre, ana: Desktop, **body: Any) -> Json:
    answer = await ana.post("/outbound", body)
    await ana.catch_up(await centre.position())
    return answer


async def over(centre: Centre, ana: Desktop, task_id: int) -> None:
    """End and wrap up."""
    await ana.post(f"/tasks/{task_id}/end", {"consent": True})
    await ana.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": [centre.ids["Sold"]]})
    await ana.catch_up(await centre.position())


async def counted(centre: Centre, table: str) -> int:
    count: int = await centre.node.database.pool.fetchval(f"SELECT count(*) FROM {table}")
    return count


async def test_a_new_mail_starts_a_thread_that_the_answer_comes_back_to(centre: Centre) -> None:
    await allowing(centre)
    async with mailbox(centre) as box:
        ana = await centre.sign_in("ana")
        (choice,) = (await ana.get("/outbound"))["items"]
        assert choice == {"account_id": box.account, "queue_id": centre.ids["sales"]}
        made = await started(
            centre,
            ana,
            account_id=box.account,
            address="Dana@mail.example",
            subject="Your order 4711",
            text="It is here.",
            cc=[{"address": "robin@mail.example"}],
        )
        task = ana.task(made["task"]["id"])
        assert (task["state"], task["outbound"]) == ("active", True)
        assert [leg["origin"] for leg in task["legs"]] == ["outbound"]
        used = await centre.node.database.pool.fetchval(
            "SELECT used FROM agent WHERE id = $1", ana.user_id
        )
        assert sum(used) == 1
        mail = await box.deliver()
        assert (mail["Subject"], mail["To"]) == ("Your order 4711", DANA_MAIL)
        assert mail["In-Reply-To"] is None
        assert mail["Auto-Submitted"] is None
        assert box.postbox.recipients[-1] == [DANA_MAIL, "robin@mail.example"]
        # What comes next before the customer answers goes where the first one went.
        fields = await ana.get(f"/tasks/{task['id']}/reply-fields?mode=reply")
        assert [p["address"] for p in fields["to"]] == [DANA_MAIL]
        body = {"mode": "reply", "latest_seq": fields["latest_seq"], "text": "And one more thing."}
        await ana.post(f"/tasks/{task['id']}/mail", body)
        more = await box.deliver()
        assert more["In-Reply-To"] == mail["Message-ID"]

        await box.comes("Thank you!", In_Reply_To=mail["Message-ID"], subject="Re: Your order 4711")
        assert await counted(centre, "conversation") == 1
        assert await counted(centre, "task") == 1
        await centre.settle()


async def test_a_follow_up_of_a_mail_goes_on_in_its_thread(centre: Centre) -> None:
    await allowing(centre)
    async with mailbox(centre) as box:
        first = await box.comes("The cup is broken.")
        ana = await centre.sign_in("ana")
        await centre.offered()
        await ana.catch_up(await centre.position())
        (task_id,) = ana.state.tasks
        await ana.post(f"/tasks/{task_id}/accept")
        await over(centre, ana, task_id)
        conversation = made_in = (await ana.get("/me/history"))["items"][0]["conversation_id"]
        asked = await ana.get(f"/conversations/{conversation}/follow-up")
        assert asked["queue_id"] == centre.ids["sales"]
        assert asked["subject"] == "Re: A broken cup"
        assert [p["address"] for p in asked["to"]] == [DANA_MAIL]
        made = await ana.post(
            f"/conversations/{conversation}/follow-up", {"text": "Has the new cup arrived?"}
        )
        assert made["task"]["follow_up_of"] == task_id
        assert made["task"]["conversation_id"] == made_in
        mail = await box.deliver()
        assert mail["In-Reply-To"] == first
        assert mail["Subject"] == "Re: A broken cup"
        await centre.settle()


async def test_a_first_sms_and_a_follow_up(centre: Centre) -> None:
    await allowing(centre)
    async with sms(centre) as connected:
        ana = await centre.sign_in("ana")
        number = next(iter(connected.provider.customers)).id
        made = await started(
            centre,
            ana,
            account_id=connected.account,
            address=spaced(number),
            text="Your cup is here.",
        )
        await connected.deliver()
        assert said(connected, number)[-1] == "Your cup is here."
        task_id = made["task"]["id"]
        # Who is written to answers into the same conversation.
        await connected.provider.says(
            next(iter(connected.provider.customers)), "text", {"text": "Thanks"}
        )
        await connected.provider.settle()
        assert await counted(centre, "task") == 1
        await over(centre, ana, task_id)
        conversation = made["task"]["conversation_id"]
        again = await ana.post(f"/conversations/{conversation}/follow-up", {"text": "Is it well?"})
        assert again["task"]["follow_up_of"] == task_id
        await connected.deliver()
        assert said(connected, number)[-1] == "Is it well?"
        await centre.settle()


def spaced(number: str) -> str:
    return f"{number[:3]} {number[3:6]}-{number[6:]}"


def said(connected: Connected, number: str) -> list[str]:
    thread = connected.provider.ledger.thread(number)
    return [entry.text for entry in thread if entry.author == "business"]


async def test_whatsapp_begins_with_an_approved_template(centre: Centre) -> None:
    await allowing(centre)
    async with whatsapp(centre) as connected:
        dana = connected.provider.customer(DANA)
        ana = await centre.sign_in("ana")
        body = {"account_id": connected.account, "address": DANA_PHONE, "text": "Hello"}
        assert await ana.refused("/outbound", body) == (409, "template_needed")
        assert await counted(centre, "conversation") == 0
        made = await started(centre, ana, **{**body, "text": SHIPPED, "template": FORM})
        await connected.deliver()
        assert dana.received[-1].type == "template"
        await dana.says("Great")
        await connected.provider.settle()
        assert await counted(centre, "task") == 1
        await over(centre, ana, made["task"]["id"])
        # Within the window of the customer's answer a follow-up is free text.
        conversation = made["task"]["conversation_id"]
        asked = await ana.get(f"/conversations/{conversation}/follow-up")
        assert asked["template_needed"] is False
        again = await ana.post(f"/conversations/{conversation}/follow-up", {"text": "Good day"})
        await connected.deliver(2)
        assert dana.received[-1].text == "Good day"
        await over(centre, ana, again["task"]["id"])
        centre.clock.advance(hours=25)
        ana = await centre.sign_in("ana")
        path = f"/conversations/{conversation}/follow-up"
        assert (await ana.get(path))["template_needed"] is True
        assert await ana.refused(path, {"text": "Late"}) == (409, "window_closed")
        await centre.settle()


async def test_who_has_opted_out_is_not_written_to(centre: Centre) -> None:
    await allowing(centre)
    async with sms(centre) as connected:
        ana = await centre.sign_in("ana")
        customer = next(iter(connected.provider.customers))
        await connected.provider.says(customer, "text", {"text": "STOP"})
        await connected.provider.settle()
        body = {"account_id": connected.account, "address": customer.id, "text": "Hello"}
        assert await ana.refused("/outbound", body) == (409, "opted_out")
        assert await counted(centre, "task") == 0
        await centre.settle()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"address": "not a number"}, "bad_number"),
        ({"address": "0301234567"}, "bad_number"),
        ({"address": ""}, "bad_number"),
        ({"text": " "}, "empty_message"),
        ({"text": "x" * 1001}, "over_limit"),
        ({"account_id": 999_999}, "invalid_field"),
        ({"contact_id": 999_999}, "contact_not_found"),
    ],
)
async def test_what_is_wrong_is_refused_and_nothing_is_left(
    centre: Centre, wrong: Json, code: str
) -> None:
    await allowing(centre)
    async with sms(centre) as connected:
        ana = await centre.sign_in("ana")
        body = {"account_id": connected.account, "address": "+15005550101", "text": "Hi", **wrong}
        assert (await ana.refused("/outbound", body))[1] == code
        for table in ("conversation", "contact", "task", "outbox_job"):
            assert await counted(centre, table) == 0


async def test_rights_and_states(centre: Centre) -> None:
    async with sms(centre) as connected:
        ana = await centre.sign_in("ana", available=False)
        body = {"account_id": connected.account, "address": "+15005550101", "text": "Hi"}
        assert await ana.refused("/outbound", body) == (409, "outbound_off")
        assert (await ana.get("/outbound"))["items"] == []
        await allowing(centre)
        assert await ana.refused("/outbound", body) == (409, "agent_idle")
        site = {**body, "account_id": centre.ids["site"]}
        assert await ana.refused("/outbound", site) == (409, "outbound_off")
        other = await centre.put("teams", "other", {})
        await allowing(centre, groups=[{"after_s": 0, "teams": [other]}])
        assert await ana.refused("/outbound", body) == (403, "not_your_queue")
        assert (await ana.get("/outbound"))["items"] == []
        await allowing(centre)
        await ana.available()
        for number in ("+15005550101", "+15005550102"):
            await started(centre, ana, **{**body, "address": number})
        third = {**body, "address": "+15005550103"}
        assert await ana.refused("/outbound", third) == (409, "agent_at_capacity")
        await centre.settle()


async def test_two_clicks_are_one_message_and_two_agents_one_conversation(centre: Centre) -> None:
    await allowing(centre)
    async with sms(centre) as connected:
        ana, ben = await centre.sign_in("ana"), await centre.sign_in("ben")
        body = {"account_id": connected.account, "address": "+15005550101", "text": "Hi"}
        headers = {"X-CSRF-Token": ana.csrf, "Idempotency-Key": "two-clicks-of-this-test"}
        twice = [ana.http.post("/api/v1/outbound", json=body, headers=headers) for _ in range(2)]
        one, other = await asyncio.gather(*twice)
        assert (one.status_code, other.status_code) == (200, 200), (one.text, other.text)
        assert one.json() == other.json()
        answer = await ben.send("POST", "/outbound", body)
        assert answer.status_code == 409
        error = answer.json()["error"]
        assert error["code"] == "already_open"
        assert error["details"]["task_id"] == one.json()["task"]["id"]
        at_once = {**body, "address": "+15005550102"}
        answers = await asyncio.gather(
            ana.send("POST", "/outbound", at_once), ben.send("POST", "/outbound", at_once)
        )
        assert sorted(a.status_code for a in answers) == [200, 409]
        assert await counted(centre, "task") == 2
        assert await counted(centre, "outbox_job") == 2
        await centre.settle()


async def test_a_crash_before_the_commit_leaves_nothing(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    await allowing(centre)
    async with sms(centre) as connected:
        ana = await centre.sign_in("ana")
        body = {"account_id": connected.account, "address": "+15005550101", "text": "Hi"}

        async def away(*_: Any) -> None:
            raise RuntimeError("power cut")

        with monkeypatch.context() as broken:
            broken.setattr("rapport.storage.store.PostgresTransaction.remember", away)
            answer = await ana.send("POST", "/outbound", body)
            assert answer.status_code == 500
        for table in ("conversation", "contact", "contact_identity", "task", "message"):
            assert await counted(centre, table) == 0
        await started(centre, ana, **body)
        assert await counted(centre, "outbox_job") == 1
        await centre.settle()


async def test_reports_count_it_as_started_not_as_offered(centre: Centre) -> None:
    await allowing(centre)
    async with sms(centre) as connected:
        ana = await centre.sign_in("ana")
        body = {"account_id": connected.account, "address": "+15005550101", "text": "Hi"}
        made = await started(centre, ana, **body)
        await over(centre, ana, made["task"]["id"])
        await centre.settle()
        kinds = await centre.node.database.pool.fetch(
            "SELECT kind FROM event WHERE task_id = $1", made["task"]["id"]
        )
        logged = {row["kind"] for row in kinds}
        assert {"task.started", "task.ended", "wrap_up.submitted"} <= logged
        assert not {"task.queued", "task.offered", "task.accepted"} & logged
