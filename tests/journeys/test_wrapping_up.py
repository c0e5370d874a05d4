"""What an agent who wraps up still holds stays as it is: each test ends with the fixture's proof.

Source: T12, and DESIGN §3: "old snapshot + events = fresh snapshot".
"""

from __future__ import annotations

from email.message import EmailMessage

from tests.centre import Centre
from tests.journeys.providers import DANA, sms, until, whatsapp
from tests.journeys.test_email import DANA as DANA_BY_MAIL
from tests.journeys.test_email import DESK, accepted, answer, mailbox
from tests.journeys.test_sms import Phone
from tests.journeys.test_task_life import active


async def test_the_last_mail_is_seen_to_leave_or_fail_after_the_end(centre: Centre) -> None:
    # T4: its receipt develops, a failed one says why.
    async with mailbox(centre) as box:
        await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        sent = await answer(ana, task_id, "reply", "We send a new one.")
        await ana.post(f"/tasks/{task_id}/end")
        box.postbox.refuse = {DANA_BY_MAIL}
        assert await centre.node.postman.deliver() == 1
        await ana.catch_up(await centre.position())
        last = ana.state.last[task_id]
        assert (last["id"], last["status"]) == (sent["message"]["id"], "failed")
        await centre.settle()


async def test_what_the_visitor_has_read_is_seen_after_the_end(centre: Centre) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    sent = await ana.post(f"/tasks/{task_id}/messages", {"text": "Good bye"})
    await ana.post(f"/tasks/{task_id}/end")
    await page.send(type="seen", seq=sent["message"]["seq"])

    async def read() -> bool:
        await ana.catch_up(await centre.position())
        return bool(ana.state.last[task_id]["status"] == "read")

    await until(read)


async def test_a_customers_edit_after_the_end_reaches_who_wraps_up(centre: Centre) -> None:
    async with whatsapp(centre) as connected:
        dana = connected.provider.customer(DANA)
        await dana.says("Good morning")
        await connected.provider.settle()
        ana, task_id = await connected.accepted()
        last = await dana.says("Helo")
        await connected.provider.settle()
        await ana.post(f"/tasks/{task_id}/end")
        await dana.sends("edit", message_id=last.id, text="Hello")
        await connected.provider.settle()
        await ana.catch_up(await centre.position())
        assert ana.state.last[task_id]["text"] == "Hello"
        await centre.settle()


async def test_who_serves_the_customer_now_sees_what_becomes_of_earlier_messages(
    centre: Centre,
) -> None:
    async with mailbox(centre) as box:
        first = await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        sent = await answer(ana, task_id, "reply", "We send a new one.")
        await ana.post(f"/tasks/{task_id}/end")
        await ana.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": [centre.ids["Sold"]]})
        await ana.post("/me/state", {"status": "idle"})
        await box.comes("And the pot.", In_Reply_To=first)
        ben, _ = await accepted(centre, "ben")
        assert await centre.node.postman.deliver() == 1
        await ben.catch_up(await centre.position())
        told = [e for f in ben.frames for e in f.get("events", []) if e["kind"] == "message.status"]
        assert [e["message"]["id"] for e in told] == [sent["message"]["id"]]
        await centre.settle()


async def test_the_customer_leaves_and_comes_back_while_the_sender_wraps_up(
    centre: Centre,
) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    ben = await centre.sign_in("ben")
    target = {"agent_id": ben.user_id, "epoch": ana.task(task_id)["epoch"]}
    await ana.post(f"/tasks/{task_id}/transfer", target)
    await ben.catch_up(await centre.position())
    await ben.post(f"/tasks/{task_id}/accept")
    await page.end()
    await page.say("I am back")
    await ana.catch_up(await centre.position())
    assert ana.task(task_id)["customer_left_at"] is None
    assert "I am back" not in str(ana.frames), "the task, and nothing that is said"
    await centre.settle()


async def test_an_opt_out_while_it_waits_again_reaches_who_wraps_up(centre: Centre) -> None:
    async with sms(centre) as connected:
        dana = Phone(connected)
        await dana.says("Hello")
        ana, task_id = await connected.accepted()
        target = {"queue_id": centre.ids["help"], "epoch": ana.task(task_id)["epoch"]}
        await ana.post(f"/tasks/{task_id}/transfer", target)
        await dana.says("STOP")
        await ana.catch_up(await centre.position())
        assert ana.task(task_id)["customer_opted_out_at"] is not None
        assert [leg["state"] for leg in ana.task(task_id)["legs"]] == ["wrapping_up"]
        await centre.settle()


async def test_a_customers_new_name_reaches_everybody_who_has_them(centre: Centre) -> None:
    async with mailbox(centre) as box:
        first = await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        await ana.post(f"/tasks/{task_id}/end")
        await ana.post("/me/state", {"status": "idle"})
        await box.comes("About the pot.", message_id="<pot@mail.example>")
        ben, other = await accepted(centre, "ben")
        mail = EmailMessage()
        mail["From"], mail["To"] = f"Dana Miller <{DANA_BY_MAIL}>", DESK
        mail["Message-ID"], mail["In-Reply-To"] = "<2@mail.example>", first
        mail.set_content("Once more about the cup.")
        await box.raw(mail.as_bytes())
        for desktop, held in ((ana, task_id), (ben, other)):
            await desktop.catch_up(await centre.position())
            contact = desktop.task(held)["contact_id"]
            assert desktop.state.contacts[contact]["name"] == "Dana Miller"
        await centre.settle()


async def test_taken_back_while_wrapping_up_it_brings_what_was_said_meanwhile(
    centre: Centre,
) -> None:
    ana, page = await centre.sign_in("ana"), await centre.visitor()
    task_id = await active(centre, ana, page)
    target = {"queue_id": centre.ids["help"], "epoch": ana.task(task_id)["epoch"]}
    await ana.post(f"/tasks/{task_id}/transfer", target)
    await page.say("A word to the next one")
    await ana.post(f"/tasks/{task_id}/take")
    await ana.catch_up(await centre.position())
    assert ana.state.last[task_id]["text"] == "A word to the next one"
    await centre.settle()
    await ana.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": [centre.ids["Asked"]]})
    await centre.settle()
