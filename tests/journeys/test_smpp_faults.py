"""Every fault of the simulated message centre, through the whole system; its ledger judges."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

import pytest
import pytest_asyncio

from rapport_simulators.smsc.centre import Centre as MessageCentre
from rapport_simulators.smsc.centre import Settings, start, stop
from tests.centre import Centre, Desktop
from tests.journeys.providers import Connected, until

NUMBER, CUSTOMER = "15550100400", "15550100401"
TEXTS = [f"Message {n}" for n in range(4)]


@dataclass
class Line:
    """A bound account with a conversation, its agent and the message centre."""

    connected: Connected
    ana: Desktop
    task_id: int

    @property
    def smsc(self) -> MessageCentre:
        centre: MessageCentre = self.connected.provider
        return centre

    async def say(self) -> None:
        """The agent writes all texts."""
        for text in TEXTS:
            await self.ana.post(f"/tasks/{self.task_id}/messages", {"text": text})

    async def statuses(self) -> dict[str, str]:
        return {
            m["text"]: m["status"]
            for m in await self.connected.thread(self.ana, self.task_id)
            if m["text"] in TEXTS
        }

    async def settled(self) -> dict[str, str]:
        """Send until every message has its end; statuses by text."""

        async def ended() -> dict[str, str] | None:
            await self.ana.post(f"/tasks/{self.task_id}/send-now")
            await self.connected.centre.node.postman.deliver()
            found = await self.statuses()
            return None if {"queued", "sent"} & set(found.values()) else found

        found: dict[str, str] = await until(ended, 30)
        return found

    @property
    def received(self) -> list[str]:
        """What the message centre took for the customer, in order."""
        return [row["text"] for row in self.smsc.ledger.rows()["submits"]]

    async def inbound(self) -> list[str]:
        rows = await self.connected.centre.node.database.pool.fetch(
            "SELECT text FROM message WHERE direction = 'inbound' ORDER BY seq"
        )
        return [row["text"] for row in rows]


@pytest_asyncio.fixture
async def line(centre: Centre) -> AsyncIterator[Line]:
    smsc = MessageCentre(
        Settings(system_id="rapport", password="secret", number=NUMBER, retry_s=0.05)
    )
    server, worker = await start(smsc, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    bind = {"provider": "smpp", "host": "127.0.0.1", "port": port, "system_id": "rapport"}
    account = await centre.put(
        "accounts",
        "smpp",
        {"channel": "sms", "address": NUMBER, "settings": bind},
        {"password": "secret"},
    )
    queue = centre.ids["sales"]
    await centre.put("entry_points", "smpp entry", {"account": account, "queue": queue})
    links = asyncio.create_task(centre.node.links.run())
    connected = Connected(centre, account, smsc)
    try:

        async def bound() -> bool:
            return centre.node.context.channels.can_send(account) and bool(smsc.sessions)

        await until(bound)
        smsc.send(CUSTOMER, "Hello", NUMBER, "udh")

        async def arrived() -> bool:
            return bool(await centre.node.database.pool.fetchval("SELECT count(*) FROM task"))

        await until(arrived)
        yield Line(connected, *await connected.accepted())
        await centre.settle()
    finally:
        links.cancel()
        with suppress(asyncio.CancelledError):
            await links
        await stop(smsc, server, worker)


@pytest.mark.parametrize(
    ("kind", "options"), [("throttle", {}), ("queue_full", {}), ("delay", {"seconds": 0.1})]
)
async def test_a_passing_fault_costs_neither_a_message_nor_the_order(
    line: Line, kind: str, options: dict[str, object]
) -> None:
    line.smsc.faults.add(kind, 2, options)
    await line.say()
    assert await line.settled() == dict.fromkeys(TEXTS, "delivered")
    assert line.received == TEXTS


@pytest.mark.parametrize("kind", ["reject", "generic_nack"])
async def test_a_refused_message_fails_in_words_and_lets_the_next_go(line: Line, kind: str) -> None:
    line.smsc.faults.add(kind, 1, {"status": 0x0B})
    await line.say()
    statuses = await line.settled()
    assert statuses == {**dict.fromkeys(TEXTS, "delivered"), TEXTS[0]: "failed"}
    assert line.received == TEXTS[1:]


@pytest.mark.parametrize("kind", ["drop_connection", "no_answer"])
async def test_what_was_not_answered_is_unknown_and_not_sent_again(line: Line, kind: str) -> None:
    line.smsc.faults.add(kind, 1, {})
    await line.say()
    statuses = await line.settled()
    assert statuses == {**dict.fromkeys(TEXTS, "delivered"), TEXTS[0]: "unknown"}
    assert line.received == TEXTS[1:]


async def test_receipts_in_any_order_and_one_that_says_no(line: Line) -> None:
    line.smsc.faults.add("receipt", 1, {"stat": "UNDELIV", "err": "001"})
    line.smsc.faults.add("reorder_receipts", 3, {})
    await line.say()
    statuses = await line.settled()
    assert statuses == {**dict.fromkeys(TEXTS, "delivered"), TEXTS[0]: "failed"}
    assert line.received == TEXTS


@pytest.mark.parametrize("style", ["udh", "udh16", "sar", "payload"])
async def test_a_message_delivered_twice_is_one_message(line: Line, style: str) -> None:
    long = "A long message in several segments. " * 8
    line.smsc.faults.add("duplicate_deliver", 1, {})
    line.smsc.send(CUSTOMER, long, NUMBER, style)  # type: ignore[arg-type]
    line.smsc.send(CUSTOMER, "And another", NUMBER, "udh")

    async def here() -> bool:
        return (await line.inbound())[-1:] == ["And another"]

    await until(here)
    assert await line.inbound() == ["Hello", long, "And another"]
