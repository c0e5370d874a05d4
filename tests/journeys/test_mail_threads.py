"""A mail split to a conversation of its own (M9), and a mail that is read again (M10)."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from email.message import EmailMessage

from tests.centre import Centre, Json
from tests.journeys.test_email import DANA, DESK, ROBIN, accepted, answer, mailbox, threads


async def test_a_mail_about_something_else_gets_a_conversation_of_its_own(centre: Centre) -> None:
    async with mailbox(centre) as box:
        first = await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        other = await box.comes("And now something else.", In_Reply_To=first)
        conversation = ana.task(task_id)["conversation_id"]
        page = await ana.get(f"/conversations/{conversation}/messages")
        mails = [m for m in page["items"] if m["direction"] == "inbound"]
        path = f"/messages/{mails[1]['id']}/split"
        assert await ana.refused(f"/messages/{mails[0]['id']}/split") == (409, "only_mail")
        made = await ana.post(path)
        assert made["conversation_id"] != conversation
        assert made["message"]["content"]["details"]["split_to"] == made["conversation_id"]
        assert await ana.refused(path) == (409, "split_already")
        assert await threads(centre) == 2

        # The old thread is answered by its own latest mail; the source stays at hand in it.
        fields = await ana.get(f"/tasks/{task_id}/reply-fields?mode=reply")
        assert fields["latest_seq"] == mails[0]["seq"]
        await answer(ana, task_id, "reply", "We send a new cup.")
        out = await box.deliver()
        assert out["In-Reply-To"] == first
        source = await ana.http.get(f"/api/v1/messages/{mails[1]['id']}/source")
        assert b"something else" in source.content

        # What answers either mail goes to where that mail is.
        await box.comes("The old one", In_Reply_To=str(out["Message-ID"]), message_id="<o@m.test>")
        await box.comes("The new one", In_Reply_To=other, message_id="<n@m.test>")
        rows = await centre.node.database.pool.fetch(
            "SELECT conversation_id, text FROM message WHERE direction = 'inbound' ORDER BY id"
        )
        assert [(r["conversation_id"], r["text"]) for r in rows][-2:] == [
            (conversation, "The old one"),
            (made["conversation_id"], "The new one"),
        ]
        _, second = await accepted(centre)
        assert second == made["task_id"]
        await answer(ana, second, "reply", "About the other thing.")
        assert (await box.deliver())["In-Reply-To"] == "<n@m.test>"
        assert box.postbox.recipients[-1] == [DANA]
        lines = await ana.get(f"/conversations/{conversation}/messages")
        codes = [m["announcement"]["code"] for m in lines["items"] if m["announcement"]]
        assert codes.count("split") == 1
        await centre.settle()


async def test_split_again_under_the_same_key_is_answered_as_the_first_time(
    centre: Centre,
) -> None:
    """M9: a browser that got no answer asks once more; at the same time or much later."""
    async with mailbox(centre) as box:
        first = await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        for text in ("The pot.", "The lid."):
            await box.comes(text, In_Reply_To=first)
        page = await ana.get(f"/conversations/{ana.task(task_id)['conversation_id']}/messages")
        pot, lid = (m["id"] for m in page["items"] if m["text"] in {"The pot.", "The lid."})

        async def split(message_id: int, key: str) -> tuple[int, Json]:
            headers = {"X-CSRF-Token": ana.csrf, "Idempotency-Key": key}
            path = f"/api/v1/messages/{message_id}/split"
            answer = await ana.http.post(path, headers=headers)
            return answer.status_code, answer.json()

        status, made = await split(pot, "the-key-of-the-pot")
        assert status == 200
        # What becomes of the new task changes nothing about what was said.
        await accepted(centre)
        await ana.post(f"/tasks/{made['task_id']}/end")
        assert await split(pot, "the-key-of-the-pot") == (200, made)
        status, other = await split(lid, "the-key-of-the-pot")
        assert (status, other["error"]["code"]) == (409, "idempotency_key_reused")
        status, other = await split(pot, "a-key-of-another")
        assert (status, other["error"]["code"]) == (409, "split_already")

        both = await asyncio.gather(*(split(lid, "the-key-of-the-lid") for _ in range(2)))
        assert both[0] == both[1]
        assert both[0][0] == 200
        page = await ana.get(f"/conversations/{ana.task(task_id)['conversation_id']}/messages")
        codes = [m["announcement"]["code"] for m in page["items"] if m["announcement"]]
        assert codes.count("split") == 2
        assert await threads(centre) == 3
        await centre.settle()


async def test_only_who_has_a_part_splits_or_reads_again(centre: Centre) -> None:
    async with mailbox(centre) as box:
        await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        ben = await centre.sign_in("ben")
        page = await ana.get(f"/conversations/{ana.task(task_id)['conversation_id']}/messages")
        mail = page["items"][0]["id"]
        for what in ("split", "parse-again"):
            assert await ben.refused(f"/messages/{mail}/{what}") == (403, "not_your_task")
            assert await ana.refused(f"/messages/1/{what}") == (404, "message_not_found")
        await centre.settle()


async def test_a_mail_that_was_not_understood_is_read_again(centre: Centre) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Dana <{DANA}>", DESK, "A broken cup"
    mail["Message-ID"] = "<a@mail.example>"
    mail.set_content("The cup is broken.")
    mail.add_attachment(b"a list", maintype="text", subtype="plain", filename="list.txt")
    async with mailbox(centre) as box:
        await box.raw(mail.as_bytes())
        ana, task_id = await accepted(centre)
        conversation = ana.task(task_id)["conversation_id"]
        # As an earlier parser, that could not read it, would have left it.
        unread = {"kind": "email", "details": {"problems": ["unreadable"], "from": DANA}}
        await centre.node.database.pool.execute(
            "UPDATE message SET text = '=?utf-8?', attachments = NULL, content = $2::jsonb"
            " WHERE conversation_id = $1 AND direction = 'inbound'",
            conversation,
            json.dumps(unread),
        )
        await centre.node.database.pool.execute("DELETE FROM media_job")
        (before,) = [
            m
            for m in (await ana.get(f"/conversations/{conversation}/messages"))["items"]
            if m["direction"] == "inbound"
        ]
        assert before["content"]["details"]["problems"] == ["unreadable"]
        again = (await ana.post(f"/messages/{before['id']}/parse-again"))["message"]
        assert again["text"] == "The cup is broken."
        assert again["content"]["details"]["subject"] == "A broken cup"
        assert again["version"] > before["version"]
        assert [a["state"] for a in again["attachments"]] == ["fetching"]
        assert await centre.node.fetcher.fetch_due() == 1
        page = await ana.get(f"/conversations/{conversation}/messages")
        (file,) = next(m["attachments"] for m in page["items"] if m["id"] == before["id"])
        assert (file["filename"], file["state"]) == ("list.txt", "ready")
        await centre.settle()


async def test_who_else_writes_in_a_thread_does_not_become_its_contact(centre: Centre) -> None:
    # M9: a participant joins; R3: what somebody types never says who another customer is.
    async with mailbox(centre) as box:
        first = await box.comes("The cup is broken.", Cc=ROBIN)
        ana, task_id = await accepted(centre)
        await box.comes("It was me who broke it.", sender=ROBIN, In_Reply_To=first)
        await ana.catch_up(await centre.position())
        contact = ana.state.contacts[ana.task(task_id)["contact_id"]]
        assert (contact["name"], contact["email"]) == ("Dana Example", DANA)
        page = await ana.get(f"/conversations/{ana.task(task_id)['conversation_id']}/messages")
        mails = [m for m in page["items"] if m["direction"] == "inbound"]
        assert [m["content"]["details"]["from"] for m in mails] == [DANA, ROBIN]
        await centre.settle()


async def test_an_absence_note_neither_wakes_a_parked_task_nor_ends_the_silence(
    centre: Centre,
) -> None:
    # T11: "park a task until a time or the next message"; nobody has written this one (M11).
    silence = {"close_after_s": 600}
    await centre.put("queues", "sales", {"channels": ["webchat", "email"], "silence": silence})
    async with mailbox(centre) as box:
        first = await box.comes("The cup is broken.")
        ana, task_id = await accepted(centre)
        await answer(ana, task_id, "reply", "Which cup?")
        note = {"Auto_Submitted": "auto-replied", "In_Reply_To": first}
        await box.comes("I am away.", message_id="<1@mail.example>", **note)
        due_for = "SELECT due_for FROM task"
        assert await centre.node.database.pool.fetchval(due_for) == "silence"
        await ana.catch_up(await centre.position())
        until = (centre.clock.now() + timedelta(days=1)).isoformat()
        parking = {"until": until, "epoch": ana.task(task_id)["epoch"]}
        await ana.post(f"/tasks/{task_id}/park", parking)
        await box.comes("I am still away.", message_id="<2@mail.example>", **note)
        await centre.sweep()
        await ana.catch_up(await centre.position())
        assert ana.task(task_id)["parked_until"] is not None
        await box.comes("The blue one.", message_id="<3@mail.example>", In_Reply_To=first)
        await centre.sweep()
        await ana.catch_up(await centre.position())
        assert ana.task(task_id)["parked_until"] is None
        await centre.settle()
