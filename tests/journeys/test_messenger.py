"""Messenger by its real connector and a simulated provider, over real sockets."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from rapport.domain.message import CustomerEvent
from tests.centre import Centre
from tests.journeys.providers import ALEX, messenger, until

STOPPED = Path(__file__).parents[1] / "contract/messenger/cases/notifications-stopped.json"


async def test_a_conversation_with_receipts_by_watermark(centre: Centre) -> None:
    async with messenger(centre) as connected:
        alex = connected.provider.customer(ALEX, "messenger")
        await alex.says("Hello")
        await connected.provider.settle()
        ana, task_id = await connected.accepted()

        async def named() -> bool:
            await ana.catch_up(await centre.position())
            return any(c["name"] == "Alex Placeholder" for c in ana.state.contacts.values())

        await until(named)
        # "X has joined" is seen by the agent only: nothing goes out on acceptance.
        assert await connected.deliver() == 0
        sent = await ana.post(f"/tasks/{task_id}/messages", {"text": "Hi", "reply_to_seq": 1})
        await connected.deliver()
        assert alex.received[-1].text == "Hi"
        now = await connected.message(ana, task_id, sent["message"]["id"])
        assert now["status"] == "delivered"
        alex.reads()
        await connected.provider.settle()
        now = await connected.message(ana, task_id, sent["message"]["id"])
        assert now["status"] == "read"
        refused = await ana.refused(f"/tasks/{task_id}/end")
        assert refused == (409, "consent_missing")
        await ana.post(f"/tasks/{task_id}/end", {"consent": True})
        await ana.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": [centre.ids["Sold"]]})
        await centre.settle()


async def test_what_the_page_answers_elsewhere_is_in_the_thread(centre: Centre) -> None:
    async with messenger(centre) as connected:
        alex = connected.provider.customer(ALEX, "messenger")
        await alex.says("Hello")
        await connected.provider.settle()
        ana, task_id = await connected.accepted()
        await alex.sends("page_message", text="From the page's inbox")
        await connected.provider.settle()
        await centre.settle()
        echoes = [m for m in await connected.thread(ana, task_id) if m["direction"] == "outbound"]
        assert [(m["text"], m["author"]["kind"]) for m in echoes] == [
            ("From the page's inbox", "agent")
        ]
        # Our own messages come back as echoes too, and are not there twice.
        await ana.post(f"/tasks/{task_id}/messages", {"text": "Hi"})
        await connected.deliver()
        said = [m["text"] for m in await connected.thread(ana, task_id) if m["text"] == "Hi"]
        assert said == ["Hi"]


async def test_an_echo_or_a_referral_opens_no_conversation(centre: Centre) -> None:
    async with messenger(centre) as connected:
        alex = connected.provider.customer(ALEX, "messenger")
        await alex.sends("page_message", text="Are you there?")
        await alex.sends("referral", ref="winter")
        await connected.provider.settle()
        assert await centre.node.database.pool.fetchval("SELECT count(*) FROM conversation") == 0


async def test_late_answers_need_the_page_to_be_allowed_them(centre: Centre) -> None:
    await centre.put("settings", "settings", {"company": "Test", "session_hours": 200})
    async with messenger(centre) as connected:
        alex = connected.provider.customer(ALEX, "messenger")
        await alex.says("Hello")
        await connected.provider.settle()
        ana, task_id = await connected.accepted()
        centre.clock.advance(hours=30)
        connected.provider.clock.advance(30 * 3600)
        assert (await ana.refused(f"/tasks/{task_id}/messages", {"text": "Late"}))[1] == (
            "window_closed"
        )
        spec = centre.node.configuration.current.account_specs[connected.account]
        given = spec.model_dump(mode="json", exclude_defaults=True)
        given["answers_late"] = True
        given["settings"] = {**spec.settings, "human_agent": True}
        await centre.put("accounts", "messenger", given)
        await ana.post(f"/tasks/{task_id}/messages", {"text": "Late"})
        await connected.deliver()
        assert alex.received[-1].text == "Late"


async def test_who_stops_notifications_is_still_answered(centre: Centre) -> None:
    """Before the first message and after it: only marketing is stopped by that."""
    async with messenger(centre) as connected:
        alex = connected.provider.customer(ALEX, "messenger")
        (case,) = json.loads(STOPPED.read_text())["expect"]
        stop = CustomerEvent(
            kind=case["kind"],
            external_id=case["external_id"],
            contact_key=ALEX,
            at=centre.clock.now(),
            details=case["details"],
        )
        inbox = centre.node.context.inbox
        await inbox.submit(connected.account, [stop])
        await alex.says("Hello")
        await connected.provider.settle()
        ana, task_id = await connected.accepted()
        await inbox.submit(connected.account, [replace(stop, external_id="again")])
        await ana.catch_up(await centre.position())
        assert ana.task(task_id)["customer_opted_out_at"] is None
        await ana.post(f"/tasks/{task_id}/messages", {"text": "Hi"})
        await centre.settle()
