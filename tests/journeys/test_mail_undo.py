"""A mail can be taken back for a moment; when it leaves, the guard looks again (M5)."""

from __future__ import annotations

from typing import Any

import pytest

from rapport.storage.report_slices import add_newest
from tests.centre import Centre, Desktop, Json
from tests.journeys.providers import until
from tests.journeys.test_email import (
    DANA,
    DESK,
    ROBIN,
    Mailbox,
    accepted,
    answer,
    mailbox,
)


async def message(desktop: Desktop, task_id: int, message_id: int) -> Json:
    conversation = desktop.task(task_id)["conversation_id"]
    page = await desktop.get(f"/conversations/{conversation}/messages")
    found: Json = next(m for m in page["items"] if m["id"] == message_id)
    return found


async def leaves(box: Mailbox) -> Any:
    """Wait until the time for taking back has passed, then deliver."""

    async def tried() -> bool:
        return await box.centre.node.postman.deliver() == 1

    await until(tried)
    return box.postbox.mails[-1] if box.postbox.mails else None


async def test_a_mail_waits_and_then_leaves(centre: Centre) -> None:
    async with mailbox(centre) as box:
        await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        sent = await answer(ana, task_id, "reply", "We send a new one.", hold_s=1)
        second = await answer(ana, task_id, "reply", "With a saucer.")
        assert await centre.node.postman.deliver() == 0, "it waits, and what is behind it"
        assert (await leaves(box)).get_content().startswith("We send a new one.")
        assert (await leaves(box)).get_content().startswith("With a saucer.")
        for one in (sent, second):
            assert (await message(ana, task_id, one["message"]["id"]))["status"] == "sent"
        await centre.settle()


async def test_a_mail_taken_back_never_leaves(centre: Centre) -> None:
    async with mailbox(centre) as box:
        await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        sent = await answer(ana, task_id, "reply", "We send a new one.", hold_s=20)
        back = await ana.post(f"/tasks/{task_id}/messages/{sent['message']['id']}/cancel")
        assert (back["message"]["status"], back["message"]["error"]["code"]) == (
            "failed", "cancelled",
        )  # fmt: skip
        await answer(ana, task_id, "reply", "We send two.")
        assert (await box.deliver()).get_content().startswith("We send two.")
        assert len(box.postbox.mails) == 1
        await centre.settle()


async def test_sent_at_once_it_can_still_be_taken_back_for_its_time(centre: Centre) -> None:
    # T4: what waits for its server is tried at once. What waits for its agent is not.
    async with mailbox(centre) as box:
        await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        sent = await answer(ana, task_id, "reply", "We send a new one.", hold_s=20)
        for _ in range(2):
            assert await ana.post(f"/tasks/{task_id}/send-now") == {"woken": False}
            assert await centre.node.postman.deliver() == 0
        await ana.post(f"/tasks/{task_id}/messages/{sent['message']['id']}/cancel")
        assert await ana.post(f"/tasks/{task_id}/send-now") == {"woken": False}
        assert await centre.node.postman.deliver() == 0
        assert box.postbox.mails == []
        await answer(ana, task_id, "reply", "We send two.", hold_s=1)
        await ana.post(f"/tasks/{task_id}/send-now")
        assert (await leaves(box)).get_content().startswith("We send two.")
        await centre.settle()


async def test_send_and_end_is_undone_while_wrapping_up_by_who_sent_it(centre: Centre) -> None:
    # M8: "Send and end (the default button)"; a mail can be taken back until it leaves.
    async with mailbox(centre) as box:
        await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        sent = await answer(ana, task_id, "reply", "We send a new one.", hold_s=20)
        await ana.post(f"/tasks/{task_id}/end")
        path = f"/tasks/{task_id}/messages/{sent['message']['id']}/cancel"
        ben = await centre.sign_in("ben")
        assert await ben.refused(path) == (403, "not_your_task")
        await ana.post(path)
        await ana.catch_up(await centre.position())
        assert ana.state.last[task_id]["error"]["code"] == "cancelled"
        assert await centre.node.postman.deliver() == 0
        await ana.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": [centre.ids["Sold"]]})
        assert (await ana.refused(path))[0] == 403
        await centre.settle()


async def test_who_got_no_answer_is_not_given_up_for_their_silence(centre: Centre) -> None:
    # T11: "reminders to a silent customer, then closed": one whose answer was taken back waits.
    silence = {"reminders": [{"after_s": 60, "text": "Still there?"}], "close_after_s": 60}
    await centre.put("queues", "sales", {"channels": ["webchat", "email"], "silence": silence})
    async with mailbox(centre) as box:
        await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        sent = await answer(ana, task_id, "reply", "We send a new one.", hold_s=20)
        other = await answer(ana, task_id, "reply", "With a saucer.", hold_s=20)
        due = "SELECT due_at IS NOT NULL FROM task"
        await ana.post(f"/tasks/{task_id}/messages/{sent['message']['id']}/cancel")
        assert await centre.node.database.pool.fetchval(due), "the other one still goes out"
        await ana.post(f"/tasks/{task_id}/messages/{other['message']['id']}/cancel")
        assert not await centre.node.database.pool.fetchval(due)
        await centre.settle()


async def test_an_answer_taken_back_is_no_first_response(centre: Centre) -> None:
    # T12: "One definition per metric": the first answer is the first that left.
    async def measured() -> list[float]:
        """As the log says it, and then as the sums do."""
        path = "/reports/figures?first=2026-11-23&last=2026-11-23&by=queue"
        from_log = (await sam.get(path))["total"]["first_response_s"]
        while await add_newest(centre.node.database, "UTC"):
            pass
        assert (await sam.get(path))["total"]["first_response_s"] == from_log
        return [] if from_log is None else [round(from_log)]

    async with mailbox(centre) as box:
        await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        sam = await centre.sign_in("sam", available=False)
        centre.clock.advance(seconds=100)
        sent = await answer(ana, task_id, "reply", "We send a new one.", hold_s=20)
        other = await answer(ana, task_id, "reply", "With a saucer.", hold_s=20)
        for one in (sent, other):
            await ana.post(f"/tasks/{task_id}/messages/{one['message']['id']}/cancel")
        assert await measured() == []
        centre.clock.advance(seconds=100)
        await answer(ana, task_id, "reply", "We send two.", hold_s=1)
        assert await measured() == []
        await leaves(box)
        assert await measured() == [200]
        centre.clock.advance(seconds=100)
        await answer(ana, task_id, "reply", "And a pot.", hold_s=1)
        await leaves(box)
        await answer(ana, task_id, "reply", "And a lid.")
        await box.deliver()
        assert await measured() == [200]
        await centre.settle()


async def test_a_later_answer_without_time_for_taking_back_is_the_first(centre: Centre) -> None:
    async with mailbox(centre) as box:
        await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        sent = await answer(ana, task_id, "reply", "We send a new one.", hold_s=20)
        centre.clock.advance(seconds=100)
        await answer(ana, task_id, "reply", "We send two.")
        await ana.post(f"/tasks/{task_id}/messages/{sent['message']['id']}/cancel")
        await box.deliver()
        rows = await centre.node.database.pool.fetch(
            "SELECT kind, (facts->>'first_response_ms')::int AS ms FROM event"
            " WHERE facts->>'first_response_ms' IS NOT NULL"
        )
        assert [(row["kind"], row["ms"] // 1000) for row in rows] == [("message.sent", 100)]
        await centre.settle()


async def test_a_mail_that_was_overtaken_while_it_waited_is_not_sent(centre: Centre) -> None:
    # Seed: "you can only respond to the latest email"
    async with mailbox(centre) as box:
        first = await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        sent = await answer(ana, task_id, "reply", "Only the cup?", hold_s=1)
        await box.comes("And the pot as well.", In_Reply_To=first)
        assert await leaves(box) is None
        failed = await message(ana, task_id, sent["message"]["id"])
        assert (failed["status"], failed["error"]["code"]) == ("failed", "not_latest")
        retry = f"/tasks/{task_id}/messages/{failed['id']}/retry"
        assert await ana.refused(retry) == (409, "not_latest")
        await answer(ana, task_id, "reply", "Both, then.")
        assert (await box.deliver()).get_content().startswith("Both, then.")
        await centre.settle()


@pytest.mark.parametrize(
    "note",
    [
        pytest.param({"Auto_Submitted": "auto-replied"}, id="by its header"),
        pytest.param({"subject": "Out of office: A broken cup"}, id="by its subject"),
    ],
)
async def test_an_absence_note_overtakes_nothing(centre: Centre, note: dict[str, str]) -> None:
    """What a program wrote is no newer mail of the customer's (M5, M11): nor for a retry."""
    async with mailbox(centre) as box:
        first = await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        sent = await answer(ana, task_id, "reply", "Only the cup?", hold_s=1)
        await box.comes("I am away until Monday.", In_Reply_To=first, **note)
        box.postbox.refuse = {DANA}
        assert await leaves(box) is None
        failed = await message(ana, task_id, sent["message"]["id"])
        assert failed["status"] == "failed"
        assert failed["error"]["code"] != "not_latest"
        box.postbox.refuse = set()
        await ana.post(f"/tasks/{task_id}/messages/{failed['id']}/retry")
        assert (await box.deliver()).get_content().startswith("Only the cup?")

        again = await answer(ana, task_id, "reply", "Or the lid?", hold_s=1)
        await box.comes("I am still away.", In_Reply_To=first, **note)
        await box.comes("The lid, too.", In_Reply_To=first)
        await leaves(box)
        failed = await message(ana, task_id, again["message"]["id"])
        assert failed["error"]["code"] == "not_latest", "a person's mail does"
        await centre.settle()


async def test_a_mail_that_was_split_off_overtakes_nothing(centre: Centre) -> None:
    """It is answered in a conversation of its own (M5, M9)."""
    async with mailbox(centre) as box:
        first = await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        await answer(ana, task_id, "reply", "Only the cup?", hold_s=1)
        await box.comes("About my invoice.", In_Reply_To=first)
        conversation = ana.task(task_id)["conversation_id"]
        page = await ana.get(f"/conversations/{conversation}/messages")
        (other,) = (m["id"] for m in page["items"] if m["text"] == "About my invoice.")
        await ana.post(f"/messages/{other}/split")
        assert (await leaves(box)).get_content().startswith("Only the cup?")
        await centre.settle()


async def test_set_to_warn_an_earlier_mail_may_be_answered(centre: Centre) -> None:
    async with mailbox(centre, latest_only="warn") as box:
        first = await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        fields = await ana.get(f"/tasks/{task_id}/reply-fields?mode=reply")
        await box.comes("And the pot as well.", In_Reply_To=first)
        body = {"mode": "reply", "latest_seq": fields["latest_seq"], "text": "Only the cup?"}
        await ana.post(f"/tasks/{task_id}/mail", {**body, "hold_s": 1})
        await box.comes("And the lid.", In_Reply_To=first)
        assert (await leaves(box)).get_content().startswith("Only the cup?")
        catalog = await ana.get("/catalog")
        assert catalog["accounts"][-1]["latest_only"] == "warn"
        await centre.settle()


async def test_who_was_refused_by_the_server_is_told_with_the_mail(centre: Centre) -> None:
    async with mailbox(centre) as box:
        box.postbox.refuse = {ROBIN}
        await box.comes("The cup is broken.", Cc=ROBIN, to=f"{DESK}, kim@mail.example")
        ana, task_id = await accepted(centre)
        sent = await answer(ana, task_id, "reply_all", "We send a new one.")
        await box.deliver()
        assert box.postbox.recipients == [[DANA, "kim@mail.example"]]
        told = await message(ana, task_id, sent["message"]["id"])
        assert told["status"] == "sent"
        assert told["content"]["details"]["refused"] == [
            {"address": ROBIN, "code": "smtp_550", "message": "5.1.1 no such mailbox",
             "later": False}
        ]  # fmt: skip
        await ana.catch_up(await centre.position())
        statuses = [
            e for f in ana.frames for e in f.get("events", []) if e["kind"] == "message.status"
        ]
        assert statuses[-1]["message"]["content"]["details"]["refused"]
        await centre.settle()
