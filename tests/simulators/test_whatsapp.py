"""WhatsApp: what the business sends, and what the webhooks tell of it."""

from __future__ import annotations

import httpx2
import pytest

from rapport_simulators.graph import GraphSimulator
from tests.simulators.business import DANA, Graph
from tests.simulators.receiver import Receiver, meta_signature


@pytest.fixture
async def business(graph: GraphSimulator, http: httpx2.AsyncClient) -> Graph:
    await graph.customer(DANA).says("Hello, is anybody there?")
    await graph.settle()
    return Graph(graph, http)


async def test_a_text_is_accepted_and_followed_by_its_statuses_in_order(
    business: Graph, graph: GraphSimulator, receiver: Receiver
) -> None:
    answer = await business.send(biz_opaque_callback_data="ours-1")
    await graph.settle()
    graph.customer(DANA).reads()
    await graph.settle()

    body = answer.json()
    assert body["contacts"] == [
        {"input": DANA, "wa_id": DANA, "user_id": "DE.dana0000000000000101"}
    ]
    statuses = receiver.values("statuses")
    assert [status["status"] for status in statuses] == ["sent", "delivered", "read"]
    assert {status["id"] for status in statuses} == {body["messages"][0]["id"]}
    assert {status["biz_opaque_callback_data"] for status in statuses} == {"ours-1"}
    assert {status["recipient_id"] for status in statuses} == {DANA}


async def test_every_webhook_is_signed_over_its_raw_body(
    business: Graph, graph: GraphSimulator, receiver: Receiver
) -> None:
    await business.sent()
    await graph.settle()
    assert len(receiver.hooks) == 3
    for hook in receiver.hooks:
        expected = meta_signature(graph.settings.app_secret, hook.body)
        assert hook.headers["x-hub-signature-256"] == expected
        assert hook.path == "/whatsapp"
