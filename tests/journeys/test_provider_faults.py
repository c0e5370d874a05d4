"""Every fault of the simulated providers, through the whole system: nothing lost, nothing doubled.

The provider's own ledger is the judge. What is the same on every channel is tested on each.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from tests.centre import Centre, Desktop
from tests.journeys.providers import ALEX, DANA, Connected, messenger, sms, whatsapp

TEXTS = [f"Message {n}" for n in range(5)]
PASSING = [
    "http_429",
    "http_500",
    "receipt_before_answer",
    "pair_rate",
    "delay",
]
CHANNELS = ["whatsapp", "messenger", "sms"]


@dataclass
class Line:
    """An account at its provider, with the customer at the other end."""

    connected: Connected
    customer: str

    async def says(self, text: str) -> None:
        provider = self.connected.provider
        if hasattr(provider, "customer"):
            await provider.customer(self.customer).says(text)
        else:
            phone = next(c for c in provider.customers if c.id == self.customer)
            await provider.says(phone, "text", {"text": text})

    @property
    def received(self) -> list[str]:
        """What the customer got, in order, as the provider's ledger has it."""
        said = self.connected.provider.ledger.by("business", self.customer)
        return [entry.text for entry in said if entry.text in TEXTS]

    async def open(self) -> tuple[Desktop, int]:
        """The customer says hello, an agent accepts."""
        await self.says("Hello")
        await self.connected.provider.settle()
        ana, task_id = await self.connected.accepted()
        await self.connected.deliver()
        return ana, task_id


@asynccontextmanager
async def line(centre: Centre, channel: str) -> AsyncIterator[Line]:
    """A channel's account, connected."""
    if channel == "whatsapp":
        async with whatsapp(centre) as connected:
            yield Line(connected, DANA)
    elif channel == "messenger":
        async with messenger(centre) as connected:
            yield Line(connected, ALEX)
    else:
        async with sms(centre) as connected:
            yield Line(connected, next(iter(connected.provider.customers)).id)


async def all_sent(connected: Connected, ana: Desktop, task_id: int) -> dict[str, str]:
    """Send until nothing waits; statuses by text."""
    for _ in range(30):
        await ana.post(f"/tasks/{task_id}/send-now")
        await connected.deliver()
        statuses = {
            m["text"]: m["status"]
            for m in await connected.thread(ana, task_id)
            if m["text"] in TEXTS
        }
        if "queued" not in statuses.values():
            break
    await connected.centre.node.caretaker.round()
    return {
        m["text"]: m["status"] for m in await connected.thread(ana, task_id) if m["text"] in TEXTS
    }


@pytest.mark.parametrize(
    ("kind", "channel"),
    [
        (kind, channel)
        for kind in PASSING
        for channel in CHANNELS
        # Twilio has no idempotency key: see the test of its 500 below.
        if (kind, channel) != ("http_500", "sms")
    ],
)
async def test_a_passing_fault_costs_neither_a_message_nor_the_order(
    centre: Centre, kind: str, channel: str
) -> None:
    async with line(centre, channel) as to:
        connected = to.connected
        ana, task_id = await to.open()
        connected.provider.cause(kind, 2, where="messages", seconds=0.1)
        for text in TEXTS:
            await ana.post(f"/tasks/{task_id}/messages", {"text": text})
        statuses = await all_sent(connected, ana, task_id)
        assert to.received == TEXTS
        assert statuses == dict.fromkeys(TEXTS, "delivered")
        await centre.settle()


@pytest.mark.parametrize("channel", ["whatsapp", "messenger"])
async def test_a_provider_that_says_when_is_asked_then_however_often(
    centre: Centre, channel: str
) -> None:
    """Throttling costs no attempts: nothing is given up for it, and no later pause is longer."""
    async with line(centre, channel) as to:
        connected = to.connected
        ana, task_id = await to.open()
        connected.provider.cause("http_429", None, where="messages", seconds=1)
        await ana.post(f"/tasks/{task_id}/messages", {"text": TEXTS[0]})
        for _ in range(15):
            await connected.deliver()
            await ana.post(f"/tasks/{task_id}/send-now")
        assert to.received == []
        connected.provider.faults.clear("http_429")
        connected.provider.cause("http_500", None, where="messages")
        await connected.deliver()
        pause = await centre.node.database.pool.fetchval(
            "SELECT max(due) - clock_timestamp() FROM outbox_lane WHERE last_job_id IS NOT NULL"
        )
        assert pause.total_seconds() <= 2
        connected.provider.faults.clear("http_500")
        assert await all_sent(connected, ana, task_id) == {TEXTS[0]: "delivered"}
        assert to.received == TEXTS[:1]
        await centre.settle()


@pytest.mark.parametrize("channel", ["whatsapp", "messenger"])
async def test_an_hours_outage_costs_neither_a_message_nor_the_order(
    centre: Centre, channel: str
) -> None:
    async with line(centre, channel) as to:
        connected, pool = to.connected, centre.node.database.pool
        ana, task_id = await to.open()
        connected.provider.cause("http_500", None, where="messages")
        for text in TEXTS:
            await ana.post(f"/tasks/{task_id}/messages", {"text": text})
        for _ in range(60):
            centre.clock.advance(seconds=60)
            await ana.post(f"/tasks/{task_id}/send-now")
            await connected.deliver()
        assert to.received == []
        pause = await pool.fetchval(
            "SELECT max(due) - clock_timestamp() FROM outbox_lane WHERE last_job_id IS NOT NULL"
        )
        assert 60 < pause.total_seconds() <= 120
        connected.provider.faults.clear("http_500")
        statuses = await all_sent(connected, ana, task_id)
        assert to.received == TEXTS
        assert statuses == dict.fromkeys(TEXTS, "delivered")
        assert await pool.fetchval("SELECT count(*) FROM outbox_dead") == 0
        await centre.settle()


@pytest.mark.parametrize("channel", CHANNELS)
async def test_an_unanswered_message_is_settled_by_its_receipt(
    centre: Centre, channel: str
) -> None:
    """Accepted, never answered: not sent again, and no longer unknown when the provider tells."""
    async with line(centre, channel) as to:
        connected = to.connected
        ana, task_id = await to.open()
        connected.provider.cause("timeout_after_accept", 1, where="messages")
        for text in TEXTS[:2]:
            await ana.post(f"/tasks/{task_id}/messages", {"text": text})
        statuses = await all_sent(connected, ana, task_id)
        assert to.received == TEXTS[:2]
        assert statuses == dict.fromkeys(TEXTS[:2], "delivered")
        await centre.settle()


async def test_a_failure_that_may_have_taken_the_message_is_not_repeated(centre: Centre) -> None:
    """A 500 of Twilio says nothing of the message; the same request again would be a second one."""
    async with line(centre, "sms") as to:
        connected = to.connected
        ana, task_id = await to.open()
        connected.provider.cause("http_500", 1, where="messages")
        for text in TEXTS[:2]:
            await ana.post(f"/tasks/{task_id}/messages", {"text": text})
        statuses = await all_sent(connected, ana, task_id)
        assert statuses == {TEXTS[0]: "unknown", TEXTS[1]: "delivered"}
        assert to.received == TEXTS[1:2]
        await centre.settle()


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_connection_that_breaks_leaves_it_unknown_and_is_not_sent_again(
    centre: Centre, channel: str
) -> None:
    """Bytes went out and nobody can say whether they arrived: the agent decides."""
    async with line(centre, channel) as to:
        connected = to.connected
        ana, task_id = await to.open()
        connected.provider.cause("drop_connection_before_accept", 1, where="messages")
        for text in TEXTS[:2]:
            await ana.post(f"/tasks/{task_id}/messages", {"text": text})
        statuses = await all_sent(connected, ana, task_id)
        assert statuses == {TEXTS[0]: "unknown", TEXTS[1]: "delivered"}
        unknown = [m for m in await connected.thread(ana, task_id) if m["status"] == "unknown"]
        await ana.post(f"/tasks/{task_id}/messages/{unknown[0]['id']}/retry")
        assert await all_sent(connected, ana, task_id) == dict.fromkeys(TEXTS[:2], "delivered")
        assert sorted(to.received) == TEXTS[:2]
        await centre.settle()


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_lost_token_breaks_the_account_and_a_new_one_mends_it(
    centre: Centre, channel: str
) -> None:
    async with line(centre, channel) as to:
        connected = to.connected
        ana, task_id = await to.open()
        connected.provider.cause("expired_token", None)
        await ana.post(f"/tasks/{task_id}/messages", {"text": TEXTS[0]})
        await connected.deliver()
        await centre.node.caretaker.round()
        boss = await centre.sign_in("sam", available=False)
        (health,) = [
            a
            for a in (await boss.get("/channel-health"))["items"]
            if a["account_id"] == connected.account
        ]
        assert health["state"] == "broken"
        waiting = [m for m in await connected.thread(ana, task_id) if m["text"] == TEXTS[0]]
        assert waiting[0]["status"] == "queued"
        assert waiting[0]["error"]["message"]
        connected.provider.faults.clear("expired_token")
        await centre.node.caretaker.probe(connected.account)
        assert await all_sent(connected, ana, task_id) == {TEXTS[0]: "delivered"}
        assert to.received == TEXTS[:1]
        await centre.settle()


@pytest.mark.parametrize(
    ("channel", "code"), [("whatsapp", "131026"), ("messenger", "551"), ("sms", "21614")]
)
async def test_an_undeliverable_message_fails_in_words_and_lets_the_next_go(
    centre: Centre, channel: str, code: str
) -> None:
    async with line(centre, channel) as to:
        connected = to.connected
        ana, task_id = await to.open()
        connected.provider.cause("undeliverable", 1, where="messages", report="answer")
        for text in TEXTS[:2]:
            await ana.post(f"/tasks/{task_id}/messages", {"text": text})
        statuses = await all_sent(connected, ana, task_id)
        assert statuses == {TEXTS[0]: "failed", TEXTS[1]: "delivered"}
        failed = [m for m in await connected.thread(ana, task_id) if m["status"] == "failed"]
        assert failed[0]["error"]["code"] == code
        assert failed[0]["error"]["message"]
        await centre.settle()


@pytest.mark.parametrize(
    ("channel", "report", "code"),
    [
        ("whatsapp", "answer", "131047"),
        ("whatsapp", "status", "131047"),
        ("messenger", "answer", "10/2018278"),
    ],
)
async def test_a_window_that_the_provider_holds_closed_fails_the_message_in_words(
    centre: Centre, channel: str, report: str, code: str
) -> None:
    """Its clock decides, not ours: the message was never there, and what follows is not held up."""
    async with line(centre, channel) as to:
        connected = to.connected
        ana, task_id = await to.open()
        connected.provider.cause("closed_window", 1, where="messages", report=report)
        for text in TEXTS[:2]:
            await ana.post(f"/tasks/{task_id}/messages", {"text": text})
        statuses = await all_sent(connected, ana, task_id)
        assert statuses == {TEXTS[0]: "failed", TEXTS[1]: "delivered"}
        failed = [m for m in await connected.thread(ana, task_id) if m["status"] == "failed"]
        assert failed[0]["error"]["code"] == code
        assert failed[0]["error"]["message"].startswith("The customer last wrote")
        # Nobody tries it again by themselves; once the customer has written, the agent does.
        await connected.deliver(2)
        await to.says("I am back")
        await connected.provider.settle()
        await ana.post(f"/tasks/{task_id}/messages/{failed[0]['id']}/retry")
        assert await all_sent(connected, ana, task_id) == dict.fromkeys(TEXTS[:2], "delivered")
        # A message that the provider refuses later, by a status, is in its ledger as failed first.
        again = [TEXTS[0]] if report == "status" else []
        assert to.received == [*again, TEXTS[1], TEXTS[0]]
        await centre.settle()


@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_waiting_message_can_be_cancelled(centre: Centre, channel: str) -> None:
    async with line(centre, channel) as to:
        connected = to.connected
        ana, task_id = await to.open()
        connected.provider.cause("http_429", 1, where="messages", seconds=60)
        sent = [await ana.post(f"/tasks/{task_id}/messages", {"text": text}) for text in TEXTS[:2]]
        await connected.deliver()
        first = sent[0]["message"]["id"]
        cancelled = await ana.post(f"/tasks/{task_id}/messages/{first}/cancel")
        assert cancelled["message"]["error"]["code"] == "cancelled"
        statuses = await all_sent(connected, ana, task_id)
        assert statuses == {TEXTS[0]: "failed", TEXTS[1]: "delivered"}
        assert to.received == [TEXTS[1]]
        status, code = await ana.refused(f"/tasks/{task_id}/messages/{first}/cancel")
        assert (status, code) == (409, "not_waiting")
        await centre.settle()


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("kind", ["duplicate_webhook", "reorder_webhooks", "webhooks_off"])
async def test_whatever_webhooks_do_the_thread_is_right(
    centre: Centre, kind: str, channel: str
) -> None:
    async with line(centre, channel) as to:
        connected = to.connected
        ana, task_id = await to.open()
        connected.provider.cause(kind, 4, seconds=0.2)
        for text in TEXTS:
            await to.says(text)
        sent = await ana.post(f"/tasks/{task_id}/messages", {"text": "Answer"})
        await connected.deliver()
        await connected.provider.settle()
        inbound = [
            m["text"]
            for m in await connected.thread(ana, task_id)
            if m["direction"] == "inbound" and m["text"] in TEXTS
        ]
        assert sorted(inbound) == TEXTS
        answer = await connected.message(ana, task_id, sent["message"]["id"])
        assert answer["status"] == "delivered"
        await centre.settle()


async def test_an_account_that_failed_its_probe_is_asked_again_soon(centre: Centre) -> None:
    """Most faults pass: nobody waits five minutes to see that the provider is back."""
    async with whatsapp(centre) as connected:
        boss = await centre.sign_in("sam", available=False)

        async def state() -> str:
            await centre.node.caretaker.round()
            rows = (await boss.get("/channel-health"))["items"]
            return str(next(a["state"] for a in rows if a["account_id"] == connected.account))

        connected.provider.cause("expired_token", 1)
        assert await state() == "broken"
        centre.clock.advance(seconds=3)
        assert await state() == "broken"
        centre.clock.advance(seconds=3)
        assert await state() == "ok"
        await centre.settle()
