"""SMS by its real connector: a simulated Twilio over HTTP, a simulated message centre over SMPP."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from rapport_simulators.smsc.centre import Centre as MessageCentre
from rapport_simulators.smsc.centre import Settings as SmscSettings
from rapport_simulators.smsc.centre import start, stop
from tests.centre import Centre
from tests.journeys.providers import Connected, sms, until


class Phone:
    """A customer's phone at the simulated Twilio."""

    def __init__(self, connected: Connected) -> None:
        self._twilio = connected.provider
        self._customer = next(iter(connected.provider.customers))

    async def says(self, text: str) -> None:
        await self._twilio.says(self._customer, "text", {"text": text})
        await self._twilio.settle()

    @property
    def received(self) -> list[str]:
        return [
            e.text for e in self._twilio.ledger.thread(self._customer.id) if e.author == "business"
        ]


async def test_a_conversation_with_receipts(centre: Centre) -> None:
    async with sms(centre) as connected:
        dana = Phone(connected)
        await dana.says("Hello")
        ana, task_id = await connected.accepted()
        sent = await ana.post(f"/tasks/{task_id}/messages", {"text": "Hi"})
        await connected.deliver()
        assert dana.received[-1] == "Hi"
        now = await connected.message(ana, task_id, sent["message"]["id"])
        assert now["status"] == "delivered"
        await centre.settle()


async def test_stop_is_obeyed_and_start_ends_it(centre: Centre) -> None:
    async with sms(centre) as connected:
        dana = Phone(connected)
        await dana.says("Hello")
        ana, task_id = await connected.accepted()
        await dana.says("STOP")
        await ana.catch_up(await centre.position())
        assert ana.task(task_id)["customer_opted_out_at"] is not None
        refused = await ana.refused(f"/tasks/{task_id}/messages", {"text": "Please stay"})
        assert refused == (409, "opted_out")
        await dana.says("START")
        await ana.post(f"/tasks/{task_id}/messages", {"text": "Welcome back"})
        await connected.deliver()
        assert dana.received[-1] == "Welcome back"
        await centre.settle()


async def test_stop_before_any_conversation_is_kept(centre: Centre) -> None:
    async with sms(centre) as connected:
        dana = Phone(connected)
        await dana.says("STOP")
        pool = centre.node.database.pool
        assert await pool.fetchval("SELECT count(*) FROM conversation") == 0
        await dana.says("I have a question")
        ana, task_id = await connected.accepted()
        assert ana.task(task_id)["customer_opted_out_at"] is not None
        await centre.settle()


async def test_stop_after_the_conversation_is_kept(centre: Centre) -> None:
    async with sms(centre) as connected:
        dana, pool = Phone(connected), centre.node.database.pool
        await dana.says("Hello")
        ana, task_id = await connected.accepted()
        await ana.post(f"/tasks/{task_id}/end", {"consent": True})
        await ana.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": [centre.ids["Sold"]]})
        await dana.says("STOP")
        assert await pool.fetchval("SELECT opted_out_at FROM conversation") is not None
        await dana.says("I have another question")
        ana, task_id = await connected.accepted()
        assert ana.task(task_id)["customer_opted_out_at"] is not None
        await centre.settle()


async def test_nothing_is_sent_after_stop_not_even_what_waited(centre: Centre) -> None:
    async with sms(centre) as connected:
        dana, pool = Phone(connected), centre.node.database.pool
        entry = {"account": connected.account, "queue": centre.ids["sales"]}
        await centre.put("entry_points", "sms entry", {**entry, "greeting": "Welcome!"})
        await dana.says("Hello")
        ana, task_id = await connected.accepted()
        await connected.deliver()
        assert dana.received == ["Welcome!"]
        waiting = await ana.post(f"/tasks/{task_id}/messages", {"text": "One moment"})
        await dana.says("STOP")
        before = await pool.fetchval("SELECT count(*) FROM channel_log")
        await connected.deliver()
        # The provider would refuse it, too: it is not even asked.
        assert await pool.fetchval("SELECT count(*) FROM channel_log") == before
        now = await connected.message(ana, task_id, waiting["message"]["id"])
        assert (now["status"], now["error"]["code"]) == ("failed", "opted_out")
        await ana.post(f"/tasks/{task_id}/end", {"consent": True})
        await ana.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": [centre.ids["Sold"]]})
        await dana.says("Did you get my parcel?")
        await connected.deliver()
        assert dana.received == ["Welcome!"]
        assert await pool.fetchval("SELECT count(*) FROM channel_log") == before
        await dana.says("START")
        ana, task_id = await connected.accepted()
        await ana.post(f"/tasks/{task_id}/messages", {"text": "We did"})
        await connected.deliver()
        assert dana.received[-1] == "We did"
        await centre.settle()


async def test_smpp_from_bind_to_receipt(centre: Centre) -> None:
    smsc = MessageCentre(SmscSettings(system_id="rapport", password="secret", number="15550100400"))
    server, worker = await start(smsc, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    account = await centre.put(
        "accounts",
        "smpp",
        {
            "channel": "sms",
            "address": "15550100400",
            "settings": {
                "provider": "smpp",
                "host": "127.0.0.1",
                "port": port,
                "system_id": "rapport",
            },
        },
        {"password": "secret"},
    )
    await centre.put(
        "entry_points", "smpp entry", {"account": account, "queue": centre.ids["sales"]}
    )
    links = asyncio.create_task(centre.node.links.run())
    try:
        connected = Connected(centre, account, smsc)

        async def bound() -> bool:
            return centre.node.context.channels.can_send(account) and bool(smsc.sessions)

        await until(bound)
        text = "A long message with an emoji 🫖 " * 10
        smsc.send("15550100401", text, "15550100400", "udh")

        async def arrived() -> str | None:
            return await centre.node.database.pool.fetchval(
                "SELECT text FROM message WHERE direction = 'inbound'"
            )

        assert await until(arrived) == text
        ana, task_id = await connected.accepted()
        answer = "Another long message, this time from the agent. " * 5
        sent = await ana.post(f"/tasks/{task_id}/messages", {"text": answer})
        await centre.node.postman.deliver()

        async def delivered() -> bool:
            message = await connected.message(ana, task_id, sent["message"]["id"])
            return message["status"] == "delivered"

        await until(delivered)
        await centre.settle()
    finally:
        links.cancel()
        with suppress(asyncio.CancelledError):
            await links
        await stop(smsc, server, worker)
