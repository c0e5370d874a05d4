"""Webhooks are delivered in order, retried until they are taken, and checked at the start."""

from __future__ import annotations

import httpx2
import pytest

from rapport_simulators.graph import GraphSimulator
from tests.simulators.business import DANA, ROBIN
from tests.simulators.conftest import Started
from tests.simulators.receiver import Receiver, meta_signature


async def test_a_webhook_is_retried_until_it_is_answered_with_200(
    graph: GraphSimulator, receiver: Receiver
) -> None:
    receiver.answers = [500, 503, 202]
    entry = await graph.customer(DANA).says("Hello")
    await receiver.wait(4)
    await graph.settle()
    assert len({hook.body for hook in receiver.hooks}) == 1
    assert (entry.attempts, entry.acknowledged) == (4, True)
    assert [one.status for one in graph.deliverer.attempts] == [500, 503, 202, 200]
    assert [one.number for one in graph.deliverer.attempts] == [1, 2, 3, 4]


async def test_one_that_is_not_taken_does_not_hold_up_the_next(
    graph: GraphSimulator, receiver: Receiver
) -> None:
    receiver.answers = [500]
    dana = graph.customer(DANA)
    await dana.says("first")
    await dana.says("second")
    await graph.settle()
    texts = [message["text"]["body"] for message in receiver.values("messages")]
    assert texts == ["first", "second", "first"]


async def test_after_a_change_of_address_the_next_webhook_goes_there(
    start_graph: Started, receiver: Receiver
) -> None:
    graph = await start_graph(webhook_whatsapp="http://127.0.0.1:9/away")
    entry = await graph.customer(DANA).says("Hello")
    while entry.attempts < 2:
        await graph.ledger.changed(graph.ledger.revision, 5)
    assert not entry.acknowledged
    graph.connect({"whatsapp": f"{receiver.url}/whatsapp"})
    other = await graph.customer(ROBIN).says("Hi")
    await receiver.wait(1)
    assert other.id == receiver.values("messages")[0]["id"]


async def test_messages_of_a_customer_arrive_in_order(
    graph: GraphSimulator, receiver: Receiver
) -> None:
    dana = graph.customer(DANA)
    for number in range(50):
        await dana.says(str(number))
    await graph.settle()
    texts = [message["text"]["body"] for message in receiver.values("messages")]
    assert texts == [str(number) for number in range(50)]


async def test_the_addresses_are_checked_at_the_start(
    graph: GraphSimulator, receiver: Receiver
) -> None:
    await graph.settle()
    assert sorted(receiver.checks) == ["/messenger", "/whatsapp"]
    assert graph.subscribed == {"whatsapp": True, "messenger": True}


@pytest.mark.parametrize("channel", ["whatsapp", "messenger"])
async def test_a_wrong_verify_token_does_not_pass_the_check(
    start_graph: Started, receiver: Receiver, channel: str
) -> None:
    graph = await start_graph(verify_token="another", webhook_whatsapp="", webhook_messenger="")
    graph.connect({channel: f"{receiver.url}/{channel}"})
    assert not await graph.subscribe(channel)


async def test_without_an_address_nothing_is_sent(start_graph: Started) -> None:
    graph = await start_graph(webhook_whatsapp="")
    entry = await graph.customer(DANA).says("Hello")
    await graph.settle()
    assert (entry.attempts, entry.acknowledged) == (0, False)


async def test_a_burst_is_signed_taken_and_in_the_ledger(
    graph: GraphSimulator, receiver: Receiver
) -> None:
    await graph.settle()
    messages = [(f"1555010{number:04}", f"Hello {number}") for number in range(300)]
    result = await graph.burst(messages, connections=8)
    assert result.taken == len(receiver.hooks) == 300
    assert all(latency > 0 for latency in result.latencies_ms)
    assert all(entry.acknowledged for entry in graph.ledger.from_customers)
    told = {(one["from"], one["text"]["body"]) for one in receiver.values("messages")}
    assert told == set(messages)
    for hook in receiver.hooks:
        expected = meta_signature(graph.settings.app_secret, hook.body)
        assert hook.headers["x-hub-signature-256"] == expected


async def test_a_burst_tells_what_was_not_taken(graph: GraphSimulator, receiver: Receiver) -> None:
    await graph.settle()
    receiver.answers = [500, 500]
    result = await graph.burst([(ROBIN, str(number)) for number in range(5)], connections=1)
    assert result.statuses == (500, 500, 200, 200, 200)
    assert [entry.acknowledged for entry in graph.ledger.from_customers] == [
        status == 200 for status in result.statuses
    ]


async def test_the_log_of_attempts_is_in_the_control_api(
    graph: GraphSimulator, http: httpx2.AsyncClient
) -> None:
    await graph.customer(DANA).says("Hello")
    await graph.settle()
    told = (await http.get(f"{graph.url}/_control/webhooks")).json()
    assert told["held"] == 0
    assert told["attempts"][0]["labels"] == sorted([DANA, "messages", "text", "whatsapp"])
