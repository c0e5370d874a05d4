"""WhatsApp by its real connector and a simulated provider, over real sockets."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import pytest

from rapport.application.received import Input, Received
from rapport.storage.ingest import Ingest
from tests.centre import Centre
from tests.journeys.providers import DANA, whatsapp

PIXEL = base64.b64encode(
    base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
).decode()


async def test_a_conversation_from_hello_to_wrap_up(centre: Centre) -> None:
    async with whatsapp(centre) as connected:
        dana = connected.provider.customer(DANA)
        await dana.says("Hello")
        await connected.provider.settle()
        ana, task_id = await connected.accepted()
        # "X has joined" is seen by agent and customer: a real outbound message.
        await connected.deliver()
        assert [m.text for m in dana.received] == ["Ana has joined the conversation."]

        # Seed: "Rich Formatting"
        sent = await ana.post(
            f"/tasks/{task_id}/messages",
            {"text": "Very welcome", "styles": [{"kind": "bold", "start": 5, "end": 12}]},
        )
        assert sent["message"]["status"] == "queued"
        await connected.deliver()
        assert dana.received[-1].text == "Very *welcome*"
        now = await connected.message(ana, task_id, sent["message"]["id"])
        assert now["status"] == "delivered"
        dana.reads()
        await connected.provider.settle()
        now = await connected.message(ana, task_id, sent["message"]["id"])
        assert now["status"] == "read"
        assert None not in {now["sent_at"], now["delivered_at"], now["read_at"]}

        await ana.post(f"/tasks/{task_id}/ask-to-end")
        await connected.deliver()
        question = dana.received[-1]
        await dana.sends("button", id="rapport:end", title="End", reply_to=question.id)
        await connected.provider.settle()
        await ana.catch_up(await centre.position())
        assert ana.task(task_id)["customer_left_at"] is not None
        assert await ana.refused(f"/tasks/{task_id}/messages", {"text": "One more"}) == (
            409,
            "customer_left",
        )
        await ana.post(f"/tasks/{task_id}/end")
        reasons = [centre.ids["Sold"], centre.ids["Asked"]]
        await ana.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": reasons})
        await centre.settle()


async def test_an_end_at_the_instant_of_acceptance_is_heard(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stored while the task waits; before that is acted on, somebody accepts (T7)."""
    async with whatsapp(centre) as connected:
        dana = connected.provider.customer(DANA)
        await dana.says("Hello")
        await connected.provider.settle()
        inbox = centre.node.context.inbox
        assert isinstance(inbox, Ingest)
        submit = inbox.submit

        async def accepted_meanwhile(account_id: int, given: Sequence[Input]) -> list[Received]:
            received = await submit(account_id, given)
            monkeypatch.undo()
            await connected.accepted()
            return received

        monkeypatch.setattr(inbox, "submit", accepted_meanwhile)
        await dana.sends("button", id="rapport:end", title="End")
        await connected.provider.settle()
        ana = centre.desktops["ana"]
        await ana.catch_up(await centre.position())
        (task,) = ana.state.tasks.values()
        assert (task["state"], task["customer_left_at"] is None) == ("active", False)


async def test_reactions_edits_deletions_and_answers(centre: Centre) -> None:
    async with whatsapp(centre) as connected:
        dana = connected.provider.customer(DANA)
        first = await dana.says("Helo")
        await connected.provider.settle()
        ana, task_id = await connected.accepted()
        await dana.sends("edit", message_id=first.id, text="Hello")
        sent = await ana.post(f"/tasks/{task_id}/messages", {"text": "Hi", "reply_to_seq": 1})
        await connected.deliver(2)
        answer = dana.received[-1]
        assert answer.reply_to == first.id
        await dana.reacts(answer.id, "👍")
        await dana.says("And this", reply_to=answer.id)
        await connected.provider.settle()
        await centre.settle()
        thread = await connected.thread(ana, task_id)
        said = {m["text"]: m for m in thread}
        assert said["Hello"]["content"]["edited_at"] is not None
        assert said["Hi"]["content"]["reaction"] == "👍"
        assert said["And this"]["content"]["reply_to_seq"] == sent["message"]["seq"]
        last = said["And this"]
        external = next(e for e in dana.thread if e.text == "And this")
        await dana.sends("revoke", message_id=external.id)
        await connected.provider.settle()
        gone = await connected.message(ana, task_id, last["id"])
        assert gone["text"] == ""
        assert gone["content"]["deleted_at"] is not None
        await centre.settle()


async def test_a_reaction_opens_no_conversation(centre: Centre) -> None:
    async with whatsapp(centre) as connected:
        dana = connected.provider.customer(DANA)
        await dana.sends("reaction", message_id="wamid.NOBODY", emoji="👍")
        await connected.provider.settle()
        count = await centre.node.database.pool.fetchval("SELECT count(*) FROM conversation")
        assert count == 0


async def test_files_both_ways(centre: Centre) -> None:
    async with whatsapp(centre) as connected:
        dana = connected.provider.customer(DANA)
        await dana.sends(
            "image", content_base64=PIXEL, mime_type="image/png", filename="p.png", text="Look"
        )
        await connected.provider.settle()
        ana, task_id = await connected.accepted()
        (waiting,) = [m for m in await connected.thread(ana, task_id) if m["text"] == "Look"]
        assert waiting["attachments"][0]["state"] == "fetching"
        assert await centre.node.fetcher.fetch_due() == 1
        (here,) = [m for m in await connected.thread(ana, task_id) if m["text"] == "Look"]
        assert here["attachments"][0]["state"] == "ready"
        answer = await ana.http.get(here["attachments"][0]["url"])
        assert answer.content == base64.b64decode(PIXEL)
        assert answer.headers["content-type"] == "image/png"

        conversation = ana.task(task_id)["conversation_id"]
        headers = {"X-CSRF-Token": ana.csrf, "Idempotency-Key": "upload-of-this-test"}
        uploaded = await ana.http.post(
            f"/api/v1/conversations/{conversation}/attachments?filename=answer.png",
            content=base64.b64decode(PIXEL),
            headers=headers,
        )
        assert uploaded.status_code == 200, uploaded.text
        file_id = uploaded.json()["attachment"]["id"]
        await ana.post(f"/tasks/{task_id}/messages", {"text": "Here", "attachment_ids": [file_id]})
        await connected.deliver(2)
        assert dana.received[-1].type == "image"
        assert dana.received[-1].text == "Here"
        await centre.settle()


async def test_a_file_that_is_gone_says_so(centre: Centre) -> None:
    async with whatsapp(centre) as connected:
        connected.provider.cause("media_gone", 5, where="media")
        dana = connected.provider.customer(DANA)
        await dana.sends("image", content_base64=PIXEL, mime_type="image/png", text="Look")
        await connected.provider.settle()
        ana, task_id = await connected.accepted()
        await centre.node.fetcher.fetch_due()
        (here,) = [m for m in await connected.thread(ana, task_id) if m["text"] == "Look"]
        assert here["attachments"][0]["state"] == "refused"
        assert here["attachments"][0]["refusal"]["message"]
        await centre.settle()


async def test_after_the_window_only_approved_templates_leave(centre: Centre) -> None:
    await centre.put("settings", "settings", {"company": "Test", "session_hours": 72})
    async with whatsapp(centre) as connected:
        dana = connected.provider.customer(DANA)
        await dana.says("Hello")
        await connected.provider.settle()
        ana, task_id = await connected.accepted()
        await connected.deliver()
        centre.clock.advance(hours=25)
        connected.provider.clock.advance(25 * 3600)
        assert await ana.refused(f"/tasks/{task_id}/messages", {"text": "Late"}) == (
            409,
            "window_closed",
        )
        boss = await centre.sign_in("sam", available=False)
        synced = await boss.post(f"/accounts/{connected.account}/templates/sync")
        assert "order_shipped" in {t["name"] for t in synced["items"]}
        form = {"name": "order_shipped", "language": "en", "body": ["Dana", "4711"]}
        await ana.post(
            f"/tasks/{task_id}/messages",
            {"text": "Hello Dana, your order 4711 is on its way.", "template": form},
        )
        await connected.deliver()
        assert dana.received[-1].type == "template"
        await centre.settle()


async def test_the_log_of_a_message_shows_what_was_asked_without_the_token(centre: Centre) -> None:
    async with whatsapp(centre) as connected:
        await connected.provider.customer(DANA).says("Hello")
        await connected.provider.settle()
        ana, task_id = await connected.accepted()
        sent = await ana.post(f"/tasks/{task_id}/messages", {"text": "Hi"})
        await connected.deliver(2)
        log = await ana.get(f"/messages/{sent['message']['id']}/log")
        assert log["entries"][0]["request"]["json"]["text"]["body"] == "Hi"
        assert log["entries"][0]["answer"]["status"] == 200
        assert "fictional-access-token" not in str(log)


async def test_a_conference_with_somebody_of_a_queue(centre: Centre) -> None:
    """On WhatsApp agents or queues can be asked in; agent and customer see who joins."""
    async with whatsapp(centre) as connected:
        dana = connected.provider.customer(DANA)
        await dana.says("Hello")
        await connected.provider.settle()
        ana, task_id = await connected.accepted()
        listed = await ana.get(f"/tasks/{task_id}/conference-targets")
        assert "help" in {queue["name"] for queue in listed["queues"]}
        queue = {"queue_id": centre.ids["help"]}
        assert await ana.refused(f"/tasks/{task_id}/conference", queue) == (
            409,
            "nobody_available",
        )
        ben = await centre.sign_in("ben")
        await ana.post(f"/tasks/{task_id}/conference", queue)
        await ben.post(f"/tasks/{task_id}/accept")
        await connected.deliver(3)
        assert dana.received[-1].text == "Ben has joined the conversation."
        await ben.post(f"/tasks/{task_id}/conference/exit")
        await connected.deliver()
        assert dana.received[-1].text == "Ben has left the conversation."
        await centre.settle()
