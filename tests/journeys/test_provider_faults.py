"""Every fault of the simulated provider, through the whole system: nothing lost, nothing doubled.

The provider's own ledger is the judge.
"""

from __future__ import annotations

import pytest

from tests.centre import Centre, Desktop
from tests.journeys.providers import DANA, Connected, whatsapp

TEXTS = [f"Message {n}" for n in range(5)]
PASSING = [
    "http_429",
    "http_500",
    "receipt_before_answer",
    "pair_rate",
    "delay",
]


async def conversation(connected: Connected) -> tuple[Desktop, int]:
    await connected.provider.customer(DANA).says("Hello")
    await connected.provider.settle()
    ana, task_id = await connected.accepted()
    await connected.deliver()
    return ana, task_id


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


def at_provider(connected: Connected) -> list[str]:
    said = connected.provider.ledger.by("business", DANA)
    return [e.text for e in said if e.text in TEXTS]


@pytest.mark.parametrize("kind", PASSING)
async def test_a_passing_fault_costs_neither_a_message_nor_the_order(
    centre: Centre, kind: str
) -> None:
    async with whatsapp(centre) as connected:
        ana, task_id = await conversation(connected)
        connected.provider.cause(kind, 2, where="messages", seconds=0.1)
        for text in TEXTS:
            await ana.post(f"/tasks/{task_id}/messages", {"text": text})
        statuses = await all_sent(connected, ana, task_id)
        assert at_provider(connected) == TEXTS
        assert statuses == dict.fromkeys(TEXTS, "delivered")
        await centre.settle()


async def test_an_unanswered_message_is_settled_by_its_receipt(centre: Centre) -> None:
    """Accepted, never answered: not sent again, and no longer unknown when the provider tells."""
    async with whatsapp(centre) as connected:
        ana, task_id = await conversation(connected)
        connected.provider.cause("timeout_after_accept", 1, where="messages")
        for text in TEXTS[:2]:
            await ana.post(f"/tasks/{task_id}/messages", {"text": text})
        statuses = await all_sent(connected, ana, task_id)
        assert at_provider(connected) == TEXTS[:2]
        assert statuses == dict.fromkeys(TEXTS[:2], "delivered")
        await centre.settle()


async def test_a_connection_that_breaks_leaves_it_unknown_and_is_not_sent_again(
    centre: Centre,
) -> None:
    """Bytes went out and nobody can say whether they arrived: the agent decides."""
    async with whatsapp(centre) as connected:
        ana, task_id = await conversation(connected)
        connected.provider.cause("drop_connection_before_accept", 1, where="messages")
        for text in TEXTS[:2]:
            await ana.post(f"/tasks/{task_id}/messages", {"text": text})
        statuses = await all_sent(connected, ana, task_id)
        assert statuses == {TEXTS[0]: "unknown", TEXTS[1]: "delivered"}
        unknown = [m for m in await connected.thread(ana, task_id) if m["status"] == "unknown"]
        await ana.post(f"/tasks/{task_id}/messages/{unknown[0]['id']}/retry")
        assert await all_sent(connected, ana, task_id) == dict.fromkeys(TEXTS[:2], "delivered")
        assert sorted(at_provider(connected)) == TEXTS[:2]
        await centre.settle()


async def test_a_lost_token_breaks_the_account_and_a_new_one_mends_it(centre: Centre) -> None:
    async with whatsapp(centre) as connected:
        ana, task_id = await conversation(connected)
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
        assert at_provider(connected) == TEXTS[:1]
        await centre.settle()


async def test_an_undeliverable_message_fails_in_words_and_lets_the_next_go(
    centre: Centre,
) -> None:
    async with whatsapp(centre) as connected:
        ana, task_id = await conversation(connected)
        connected.provider.cause("undeliverable", 1, where="messages", report="answer")
        for text in TEXTS[:2]:
            await ana.post(f"/tasks/{task_id}/messages", {"text": text})
        statuses = await all_sent(connected, ana, task_id)
        assert statuses == {TEXTS[0]: "failed", TEXTS[1]: "delivered"}
        failed = [m for m in await connected.thread(ana, task_id) if m["status"] == "failed"]
        assert failed[0]["error"]["code"] == "131026"
        assert failed[0]["error"]["message"]
        await centre.settle()


async def test_a_waiting_message_can_be_cancelled(centre: Centre) -> None:
    async with whatsapp(centre) as connected:
        ana, task_id = await conversation(connected)
        connected.provider.cause("http_429", 1, where="messages", seconds=60)
        sent = [await ana.post(f"/tasks/{task_id}/messages", {"text": text}) for text in TEXTS[:2]]
        await connected.deliver()
        first = sent[0]["message"]["id"]
        cancelled = await ana.post(f"/tasks/{task_id}/messages/{first}/cancel")
        assert cancelled["message"]["error"]["code"] == "cancelled"
        statuses = await all_sent(connected, ana, task_id)
        assert statuses == {TEXTS[0]: "failed", TEXTS[1]: "delivered"}
        assert at_provider(connected) == [TEXTS[1]]
        status, code = await ana.refused(f"/tasks/{task_id}/messages/{first}/cancel")
        assert (status, code) == (409, "not_waiting")
        await centre.settle()


@pytest.mark.parametrize("kind", ["duplicate_webhook", "reorder_webhooks", "webhooks_off"])
async def test_whatever_webhooks_do_the_thread_is_right(centre: Centre, kind: str) -> None:
    async with whatsapp(centre) as connected:
        ana, task_id = await conversation(connected)
        connected.provider.cause(kind, 4, seconds=0.2)
        dana = connected.provider.customer(DANA)
        for text in TEXTS:
            await dana.says(text)
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
