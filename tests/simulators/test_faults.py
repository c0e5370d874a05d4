"""Every fault does what it says, once or as often as was asked."""

from __future__ import annotations

import asyncio
import time

import httpx2
import pytest

from rapport_simulators.graph import GraphSimulator
from rapport_simulators.provider.faults import KINDS, UnknownFault
from rapport_simulators.twilio import TwilioSimulator
from tests.simulators.business import ALEX, DANA, MIKA, ROBIN, Graph, Twilio, code
from tests.simulators.receiver import Receiver


@pytest.fixture
async def business(graph: GraphSimulator, http: httpx2.AsyncClient) -> Graph:
    for number in (DANA, ROBIN):
        await graph.customer(number).says("Hello")
    await graph.customer(ALEX, "messenger").says("Hello")
    await graph.settle()
    return Graph(graph, http)


ANSWERS = [
    ("http_429", 429, 130429, 613),
    ("http_500", 500, 131000, 2),
    ("expired_token", 401, 190, 190),
    ("pair_rate", 429, 131056, 613),
    ("closed_window", 400, 131047, 10),
]


@pytest.mark.parametrize(("kind", "status", "whatsapp", "messenger"), ANSWERS)
async def test_a_refusal_is_worded_by_the_channel_and_over_after_its_count(
    business: Graph,
    graph: GraphSimulator,
    kind: str,
    status: int,
    whatsapp: int,
    messenger: int,
) -> None:
    graph.cause(kind, 2, where="whatsapp")
    graph.cause(kind, where="messenger")
    answers = [await business.send() for _ in range(3)]
    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert code(answers[0]) == whatsapp
    assert code(await business.message()) == messenger
    assert (await business.message()).status_code == 200
    assert graph.faults.pending == ()


async def test_a_429_says_when_to_come_back(business: Graph, graph: GraphSimulator) -> None:
    graph.cause("http_429", seconds=3)
    assert (await business.send()).headers["retry-after"] == "3"


async def test_a_fault_can_be_limited_to_a_customer(business: Graph, graph: GraphSimulator) -> None:
    graph.cause("http_500", where=ROBIN)
    assert (await business.send(DANA)).status_code == 200
    assert (await business.send(ROBIN)).status_code == 500


async def test_a_fault_without_a_count_lasts_until_it_is_cleared(
    business: Graph, graph: GraphSimulator
) -> None:
    graph.cause("http_500", None)
    assert [(await business.send()).status_code for _ in range(3)] == [500] * 3
    graph.clear_faults("http_500")
    assert (await business.send()).status_code == 200


async def test_undeliverable_is_accepted_and_then_fails(
    business: Graph, graph: GraphSimulator, receiver: Receiver
) -> None:
    graph.cause("undeliverable")
    await business.sent()
    await graph.settle()
    (status,) = receiver.values("statuses")
    assert (status["status"], status["errors"][0]["code"]) == ("failed", 131026)


async def test_undeliverable_can_be_told_in_the_answer(
    business: Graph, graph: GraphSimulator
) -> None:
    graph.cause("undeliverable", report="answer")
    assert code(await business.send()) == 131026


async def test_timeout_after_accept_sends_the_message_and_never_answers(
    business: Graph, graph: GraphSimulator, receiver: Receiver
) -> None:
    graph.cause("timeout_after_accept")
    with pytest.raises(httpx2.ReadTimeout):
        await business.http.post(
            f"{graph.url}/v25.0/{graph.settings.phone_number_id}/messages",
            json={
                "messaging_product": "whatsapp",
                "to": DANA,
                "text": {"body": "Hello"},
                "biz_opaque_callback_data": "ours-3",
            },
            headers=business.headers,
            timeout=0.2,
        )
    await graph.settle()
    (entry,) = graph.ledger.from_business
    assert (entry.callback_data, entry.status) == ("ours-3", "delivered")
    assert graph.ledger.requests[-1].status == 0
    assert receiver.values("statuses")[-1]["biz_opaque_callback_data"] == "ours-3"


async def test_a_dropped_connection_accepts_nothing(business: Graph, graph: GraphSimulator) -> None:
    graph.cause("drop_connection_before_accept")
    with pytest.raises(httpx2.TransportError) as raised:
        await business.send()
    assert not isinstance(raised.value, httpx2.TimeoutException)
    assert graph.ledger.from_business == []
    await business.sent()


async def test_a_delay_keeps_the_answer_back(business: Graph, graph: GraphSimulator) -> None:
    graph.cause("delay", seconds=0.15)
    began = time.perf_counter()
    await business.sent()
    assert time.perf_counter() - began >= 0.15


async def test_receipt_before_answer_lets_the_statuses_overtake(
    business: Graph, graph: GraphSimulator, receiver: Receiver
) -> None:
    graph.cause("receipt_before_answer")
    await business.sent()
    assert [status["status"] for status in receiver.values("statuses")] == ["sent", "delivered"]


async def test_a_duplicate_webhook_is_the_same_body_again(
    graph: GraphSimulator, receiver: Receiver
) -> None:
    graph.cause("duplicate_webhook", 2)
    dana = graph.customer(DANA)
    said = [await dana.says(text) for text in ("one", "two", "three")]
    await graph.settle()
    bodies = [hook.body for hook in receiver.hooks]
    assert len(bodies) == 5
    assert bodies[0] == bodies[1]
    assert [message["id"] for message in receiver.values("messages")][::2] == [
        entry.id for entry in said
    ]
    assert [entry.attempts for entry in said] == [2, 2, 1]


async def test_reordered_webhooks_come_in_the_opposite_order(
    graph: GraphSimulator, receiver: Receiver
) -> None:
    graph.cause("reorder_webhooks", 3)
    dana = graph.customer(DANA)
    for text in ("one", "two", "three"):
        await dana.says(text)
    await graph.settle()
    texts = [message["text"]["body"] for message in receiver.values("messages")]
    assert texts == ["three", "two", "one"]


async def test_reordering_ends_if_there_is_nothing_more_to_reorder(
    graph: GraphSimulator, receiver: Receiver
) -> None:
    graph.cause("reorder_webhooks", 5, seconds=0.05)
    await graph.customer(DANA).says("alone")
    await graph.settle()
    assert len(receiver.hooks) == 1


async def test_statuses_can_be_reordered_alone(
    business: Graph, graph: GraphSimulator, receiver: Receiver
) -> None:
    graph.cause("reorder_webhooks", 2, where="statuses")
    await business.sent()
    await graph.settle()
    assert [one["status"] for one in receiver.values("statuses")] == ["delivered", "sent"]


async def test_webhooks_that_are_off_go_out_when_they_are_turned_on(
    graph: GraphSimulator, receiver: Receiver
) -> None:
    graph.cause("webhooks_off")
    entry = await graph.customer(DANA).says("Hello")
    await graph.settle()
    assert (receiver.hooks, graph.deliverer.held, entry.acknowledged) == ([], 1, False)
    graph.clear_faults("webhooks_off")
    await graph.settle()
    assert len(receiver.hooks) == 1
    assert entry.acknowledged


async def test_webhooks_can_be_off_for_a_while(graph: GraphSimulator, receiver: Receiver) -> None:
    graph.cause("webhooks_off", seconds=0.05)
    await graph.customer(DANA).says("Hello")
    assert receiver.hooks == []
    await receiver.wait(1)


@pytest.mark.parametrize(("kind", "count"), [("gremlins", 1), ("delay", 0)])
async def test_a_fault_that_cannot_be_is_refused(
    graph: GraphSimulator, kind: str, count: int
) -> None:
    with pytest.raises(UnknownFault):
        graph.cause(kind, count)


async def test_every_fault_of_twilio_is_worded_by_it(
    twilio: TwilioSimulator, http: httpx2.AsyncClient, receiver: Receiver
) -> None:
    business = Twilio(twilio, http, f"{receiver.url}/status")
    expected = {
        "http_429": (429, 20429),
        "http_500": (500, 20500),
        "expired_token": (401, 20003),
        "pair_rate": (400, 21611),
    }
    for kind, (status, number) in expected.items():
        twilio.cause(kind, where=MIKA)
        answer = await business.send()
        assert (answer.status_code, code(answer)) == (status, number)
    with pytest.raises(UnknownFault):
        twilio.cause("closed_window")
    assert twilio.ledger.from_business == []


async def test_stopping_ends_what_is_still_silent(business: Graph, graph: GraphSimulator) -> None:
    graph.cause("timeout_after_accept")
    silent = asyncio.create_task(business.send())
    while not graph.ledger.from_business:
        await graph.ledger.changed(graph.ledger.revision, 1)
    await graph.stop()
    with pytest.raises(httpx2.TransportError):
        await silent


def test_the_faults_that_were_asked_for_are_there() -> None:
    assert {
        "duplicate_webhook",
        "reorder_webhooks",
        "delay",
        "http_429",
        "http_500",
        "timeout_after_accept",
        "drop_connection_before_accept",
        "expired_token",
        "closed_window",
        "undeliverable",
        "pair_rate",
        "webhooks_off",
        "receipt_before_answer",
        "media_gone",
    } == KINDS
