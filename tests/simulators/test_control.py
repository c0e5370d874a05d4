"""The control API: what a test or the phone page asks over HTTP."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from rapport_simulators.graph import GraphSimulator
from rapport_simulators.twilio import TwilioSimulator
from tests.simulators.business import ALEX, DANA, MIKA, Graph
from tests.simulators.receiver import Receiver


class Control:
    def __init__(self, url: str, http: httpx2.AsyncClient) -> None:
        self.url = f"{url}/_control"
        self.http = http

    async def get(self, path: str, **query: Any) -> Any:
        answer = await self.http.get(self.url + path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Any = None, method: str = "POST") -> Any:
        answer = await self.http.request(method, self.url + path, json=body)
        assert answer.is_success, answer.text
        return answer.json()


@pytest.fixture
def control(graph: GraphSimulator, http: httpx2.AsyncClient) -> Control:
    return Control(graph.url, http)


async def test_the_ledger_has_both_sides_with_what_became_of_them(
    control: Control, graph: GraphSimulator, http: httpx2.AsyncClient
) -> None:
    await control.post(f"/customers/{DANA}/messages", {"type": "text", "text": "Hello"})
    message_id = await Graph(graph, http).sent(biz_opaque_callback_data="ours-1")
    await graph.settle()
    ledger = await control.get("/ledger")
    (customer,) = ledger["customers"]
    assert (customer["text"], customer["attempts"], customer["acknowledged"]) == ("Hello", 1, True)
    (business,) = ledger["business"]
    assert business["id"] == message_id
    assert business["callback_data"] == "ours-1"
    assert business["customer"] == DANA
    assert business["text"] == "Hello"
    assert [(one["status"], one["acknowledged"]) for one in business["statuses"]] == [
        ("sent", True),
        ("delivered", True),
    ]
    unchanged = await control.get("/ledger", after=ledger["revision"])
    assert unchanged["business"] == unchanged["customers"] == []
    assert (await control.get("/ledger", customer=ALEX))["business"] == []


async def test_several_messages_are_said_at_once(control: Control, receiver: Receiver) -> None:
    messages = [{"text": "one"}, {"type": "location", "latitude": 1, "longitude": 2}]
    answer = await control.post(f"/customers/{DANA}/messages", {"messages": messages})
    assert [one["type"] for one in answer["messages"]] == ["text", "location"]
    await receiver.wait(2)
    assert [one["type"] for one in receiver.values("messages")] == ["text", "location"]


async def test_reading_reacting_and_blocking(
    control: Control, graph: GraphSimulator, http: httpx2.AsyncClient, receiver: Receiver
) -> None:
    await graph.customer(DANA).says("Hello")
    message_id = await Graph(graph, http).sent()
    await graph.settle()
    assert (await control.post(f"/customers/{DANA}/read"))["read"] == [message_id]
    assert (await control.post(f"/customers/{DANA}/read"))["read"] == []
    body = {"message_id": message_id, "emoji": "🎉"}
    await control.post(f"/customers/{DANA}/react", body)
    assert (await control.post(f"/customers/{DANA}/block"))["blocked"]
    assert not (await control.post(f"/customers/{DANA}/block", {"on": False}))["blocked"]
    await graph.settle()
    assert receiver.values("statuses")[-1]["status"] == "read"
    reaction = receiver.values("messages")[-1]["reaction"]
    assert reaction == {"message_id": message_id, "emoji": "🎉"}
    found = graph.ledger.find(message_id)
    assert found is not None
    assert found.reactions == {"customer": "🎉"}


async def test_any_status_can_be_reported_in_any_order(
    control: Control, graph: GraphSimulator, http: httpx2.AsyncClient, receiver: Receiver
) -> None:
    await graph.customer(DANA).says("Hello")
    message_id = await Graph(graph, http).sent()
    await graph.settle()
    for status in ("failed", "played", "sent"):
        body = {"message_id": message_id, "status": status}
        if status == "failed":
            body["error"] = {"code": 131049, "title": "Not now"}
        await control.post(f"/customers/{DANA}/status", body)
    await graph.settle()
    told = receiver.values("statuses")[2:]
    assert [one["status"] for one in told] == ["failed", "played", "sent"]
    assert told[0]["errors"] == [{"code": 131049, "title": "Not now"}]


async def test_a_thread_waits_for_news(control: Control, graph: GraphSimulator) -> None:
    before = await control.get(f"/customers/{DANA}/thread")
    assert before["messages"] == []
    await graph.customer(DANA).says("Hello")
    path = f"/customers/{DANA}/thread"
    news = await control.get(path, after=before["revision"], wait_s=10)
    assert [message["text"] for message in news["messages"]] == ["Hello"]


async def test_customers_can_be_added_and_changed(control: Control) -> None:
    added = {"id": "15550100199", "channel": "whatsapp", "name": "New Person"}
    await control.post("/customers", added)
    changed = await control.post(
        "/customers/15550100199", {"reachable": False, "private": True}, "PATCH"
    )
    assert (changed["reachable"], changed["private"]) == (False, True)
    everybody = (await control.get("/customers"))["customers"]
    assert "New Person" in [one["name"] for one in everybody]


async def test_the_clock_can_be_moved(control: Control, graph: GraphSimulator) -> None:
    before = graph.clock.now()
    await control.post("/clock", {"advance_s": 90_000})
    assert graph.clock.now() >= before + 90_000


async def test_faults_are_asked_for_listed_and_cleared(control: Control) -> None:
    await control.post("/faults", {"kind": "http_500", "count": 3, "where": DANA})
    (fault,) = (await control.get("/faults"))["faults"]
    assert (fault["kind"], fault["count"], fault["where"]) == ("http_500", 3, DANA)
    await control.post("/faults?kind=delay", method="DELETE")
    assert (await control.get("/faults"))["faults"] == [fault]
    await control.post("/faults", method="DELETE")
    assert (await control.get("/faults"))["faults"] == []


async def test_rate_and_requests_are_told(
    control: Control, graph: GraphSimulator, http: httpx2.AsyncClient
) -> None:
    await graph.customer(DANA).says("Hello")
    business = Graph(graph, http)
    await business.sent()
    await business.send(to="")
    rate = await control.get("/rate", seconds=60, channel="whatsapp")
    assert rate == {"seconds": 60, "peak": 1, "accepted": 1}
    requests = (await control.get("/requests"))["requests"]
    assert [(one["status"], one["code"]) for one in requests] == [(200, None), (400, 100)]


async def test_a_file_of_a_customer_goes_up_and_is_shown(
    control: Control, http: httpx2.AsyncClient
) -> None:
    answer = await http.post(
        f"{control.url}/files?filename=cup.png",
        content=b"png",
        headers={"content-type": "image/png"},
    )
    shown = await http.get(f"{control.url}/media/{answer.json()['id']}")
    assert (shown.content, shown.headers["content-type"]) == (b"png", "image/png")
    assert shown.headers["x-content-type-options"] == "nosniff"


async def test_webhooks_can_be_sent_elsewhere(
    control: Control, receiver: Receiver, graph: GraphSimulator
) -> None:
    await control.post("/webhooks", {"whatsapp": f"{receiver.url}/elsewhere"})
    await graph.customer(DANA).says("Hello")
    await graph.settle()
    assert receiver.hooks[0].path == "/elsewhere"


async def test_the_ledger_can_be_emptied(control: Control, graph: GraphSimulator) -> None:
    await graph.customer(DANA).says("Hello")
    before = graph.ledger.revision
    await control.post("/ledger", method="DELETE")
    assert (await control.get("/ledger"))["customers"] == []
    assert graph.ledger.revision > before


IMPOSSIBLE: list[tuple[str, str, str, Any]] = [
    ("an unknown customer", "POST", "/customers/1/messages", {"text": "x"}),
    ("an unknown kind", "POST", f"/customers/{DANA}/messages", {"type": "hologram"}),
    ("a text without text", "POST", f"/customers/{DANA}/messages", {"type": "text"}),
    ("a picture of nothing", "POST", f"/customers/{DANA}/messages", {"type": "image"}),
    ("a missing file", "POST", f"/customers/{DANA}/messages", {"type": "image", "media_id": "1"}),
    (
        "no base64",
        "POST",
        f"/customers/{DANA}/messages",
        {"type": "image", "content_base64": "*"},
    ),
    ("an unknown message", "POST", f"/customers/{DANA}/react", {"message_id": "x"}),
    ("an unknown fault", "POST", "/faults", {"kind": "gremlins"}),
    ("a fault with more", "POST", "/faults", {"kind": "delay", "colour": "red"}),
    ("no kind", "POST", "/faults", {}),
    ("no number of seconds", "POST", "/clock", {"advance_s": "soon"}),
    ("an unknown channel", "POST", "/customers", {"id": "1", "channel": "fax"}),
    ("an unknown webhook", "POST", "/webhooks", {"fax": "http://x.example"}),
    ("what cannot be set", "PATCH", f"/customers/{DANA}", {"id": "1"}),
    ("no object", "POST", "/faults", [1]),
    ("no number", "GET", "/rate?seconds=x", None),
]


@pytest.mark.parametrize(
    ("method", "path", "body"), [case[1:] for case in IMPOSSIBLE], ids=[c[0] for c in IMPOSSIBLE]
)
async def test_what_cannot_be_is_refused_with_the_reason(
    control: Control, method: str, path: str, body: Any
) -> None:
    answer = await control.http.request(method, control.url + path, json=body)
    assert answer.status_code == 422
    assert answer.json()["error"]


async def test_twilio_has_the_same_control_api(
    twilio: TwilioSimulator, http: httpx2.AsyncClient, receiver: Receiver
) -> None:
    control = Control(twilio.url, http)
    await control.post(f"/customers/{MIKA}/messages", {"text": "Hello"})
    await receiver.wait(1)
    await twilio.settle()
    (customer,) = (await control.get("/ledger"))["customers"]
    assert (customer["text"], customer["acknowledged"]) == ("Hello", True)
    refused = await http.post(
        f"{control.url}/customers/{MIKA}/react", json={"message_id": customer["id"], "emoji": "👍"}
    )
    assert refused.status_code == 422
