"""WhatsApp: what the business sends, and what the webhooks tell of it."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from rapport_simulators.graph import GraphSimulator
from tests.simulators.business import DANA, ROBIN, Graph, code
from tests.simulators.conftest import Started, StillClock
from tests.simulators.receiver import Receiver, meta_signature

DAY_S = 86_400.0


@pytest.fixture
async def business(graph: GraphSimulator, http: httpx2.AsyncClient) -> Graph:
    """A business that Dana has written to."""
    await graph.customer(DANA).says("Hello, is anybody there?")
    await graph.settle()
    return Graph(graph, http)


# ── what is accepted ──


async def test_a_text_is_accepted_and_followed_by_its_statuses_in_order(
    business: Graph, graph: GraphSimulator, receiver: Receiver
) -> None:
    answer = await business.send(biz_opaque_callback_data="ours-1")
    await graph.settle()
    graph.customer(DANA).reads()
    await graph.settle()

    body = answer.json()
    assert body["contacts"][0]["wa_id"] == DANA
    assert body["messages"][0]["id"].startswith("wamid.")
    statuses = receiver.values("statuses")
    assert [status["status"] for status in statuses] == ["sent", "delivered", "read"]
    assert {status["id"] for status in statuses} == {body["messages"][0]["id"]}
    assert {status["biz_opaque_callback_data"] for status in statuses} == {"ours-1"}
    assert {status["recipient_id"] for status in statuses} == {DANA}


async def test_every_webhook_is_signed_over_its_raw_body(
    business: Graph, graph: GraphSimulator, receiver: Receiver
) -> None:
    await business.sent(text={"body": "Grüße ☕"})
    await graph.settle()
    assert len(receiver.hooks) == 3
    for hook in receiver.hooks:
        expected = meta_signature(graph.settings.app_secret, hook.body)
        assert hook.headers["x-hub-signature-256"] == expected
        assert hook.path == "/whatsapp"


BUTTON = {"type": "reply", "reply": {"id": "yes", "title": "Yes"}}
ROW = {"id": "r1", "title": "Monday", "description": "from nine"}


def one_section(*rows: Any, **more: Any) -> dict[str, Any]:
    return {"sections": [{"rows": list(rows), **more}]}


ACCEPTED: list[tuple[str, Any, str]] = [
    ("text", {"body": "x" * 4096}, "x" * 4096),
    ("location", {"latitude": 48.1, "longitude": 11.5, "name": "Shop"}, "Shop"),
    ("contacts", [{"name": {"formatted_name": "Help Desk", "first_name": "Help"}}], "Help Desk"),
    (
        "template",
        {
            "name": "order_shipped",
            "language": {"code": "en"},
            "components": [
                {
                    "type": "body",
                    "parameters": [
                        {"type": "text", "text": "Dana"},
                        {"type": "text", "text": "4711"},
                    ],
                }
            ],
        },
        "Hello Dana, your order 4711 is on its way.",
    ),
    (
        "interactive",
        {"type": "button", "body": {"text": "Sure?"}, "action": {"buttons": [BUTTON]}},
        "Sure?",
    ),
    (
        "interactive",
        {
            "type": "list",
            "body": {"text": "When?"},
            "action": {"button": "Days", "sections": [{"title": "Days", "rows": [ROW]}]},
        },
        "When?",
    ),
    (
        "interactive",
        {
            "type": "list",
            "body": {"text": "x" * 4096},
            "action": {
                "button": "x" * 20,
                "sections": [{"rows": [{"id": "x" * 200, "title": "x" * 24}]}],
            },
        },
        "x" * 4096,
    ),
    (
        "interactive",
        {
            "type": "cta_url",
            "body": {"text": "Look"},
            "action": {
                "name": "cta_url",
                "parameters": {"display_text": "Open", "url": "https://shop.example/"},
            },
        },
        "Look",
    ),
]


@pytest.mark.parametrize(("kind", "content", "text"), ACCEPTED)
async def test_every_kind_of_message_arrives_on_the_phone(
    business: Graph, graph: GraphSimulator, kind: str, content: Any, text: str
) -> None:
    message_id = await business.sent(kind=kind, **{kind: content})
    await graph.settle()
    received = graph.customer(DANA).received[-1]
    assert (received.id, received.type, received.text) == (message_id, kind, text)
    assert received.status == "delivered"
    assert received.content == {kind: content}


async def test_a_reply_names_what_it_answers(business: Graph, graph: GraphSimulator) -> None:
    asked = graph.customer(DANA).thread[0]
    message_id = await business.sent(context={"message_id": asked.id})
    found = graph.ledger.find(message_id)
    assert found is not None
    assert found.reply_to == asked.id


async def test_a_reaction_of_the_business_is_on_the_message_and_can_be_taken_back(
    business: Graph, graph: GraphSimulator
) -> None:
    asked = graph.customer(DANA).thread[0]
    await business.sent(kind="reaction", reaction={"message_id": asked.id, "emoji": "👍"})
    assert asked.reactions == {"business": "👍"}
    await business.sent(kind="reaction", reaction={"message_id": asked.id, "emoji": ""})
    assert asked.reactions == {}


async def test_marking_as_read_covers_what_came_before_and_shows_typing(
    business: Graph, graph: GraphSimulator
) -> None:
    dana = graph.customer(DANA)
    await dana.says("Anybody?")
    body = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": dana.thread[-1].id,
        "typing_indicator": {"type": "text"},
    }
    answer = await business.post(f"{graph.settings.phone_number_id}/messages", body)
    assert answer.json() == {"success": True}
    assert [entry.seen for entry in dana.thread] == [True, True]
    assert dana.person.typing_until > graph.clock.now()
    graph.clock.advance(26)
    assert dana.person.typing_until < graph.clock.now()


# ── what is refused ──

REFUSED: list[tuple[str, dict[str, Any], int]] = [
    ("no product", {"messaging_product": None}, 100),
    ("no recipient", {"to": ""}, 100),
    ("the sender", {"to": "15550100100"}, 131021),
    ("neither number nor user id", {"to": "dana"}, 131009),
    ("a group", {"recipient_type": "group"}, 131009),
    ("an unknown type", {"type": "hologram"}, 131051),
    ("no content", {"type": "image"}, 131008),
    ("an empty text", {"text": {"body": " "}}, 131008),
    ("a text too long", {"text": {"body": "x" * 4097}}, 100),
    ("callback data too long", {"biz_opaque_callback_data": "x" * 513}, 100),
    ("a caption too long", {"type": "image", "image": {"id": "1", "caption": "x" * 1025}}, 100),
    ("id and link", {"type": "image", "image": {"id": "1", "link": "http://x.example"}}, 131008),
    ("a caption on audio", {"type": "audio", "audio": {"id": "1", "caption": "x"}}, 131009),
    ("unknown media", {"type": "image", "image": {"id": "1"}}, 131053),
    ("no place", {"type": "location", "location": {"latitude": 1}}, 131008),
    ("nowhere", {"type": "location", "location": {"latitude": 91, "longitude": 0}}, 131009),
    ("nobody", {"type": "contacts", "contacts": []}, 131008),
    ("a reaction to nothing", {"type": "reaction", "reaction": {"emoji": "👍"}}, 131008),
    (
        "four buttons",
        {
            "type": "interactive",
            "interactive": {
                "type": "button",
                "body": {"text": "?"},
                "action": {
                    "buttons": [
                        {"type": "reply", "reply": {"id": str(n), "title": str(n)}}
                        for n in range(4)
                    ]
                },
            },
        },
        131009,
    ),
    (
        "a button's title too long",
        {
            "type": "interactive",
            "interactive": {
                "type": "button",
                "body": {"text": "?"},
                "action": {"buttons": [{"type": "reply", "reply": {"id": "1", "title": "x" * 21}}]},
            },
        },
        100,
    ),
    (
        "the same id twice",
        {
            "type": "interactive",
            "interactive": {
                "type": "button",
                "body": {"text": "?"},
                "action": {"buttons": [BUTTON, BUTTON]},
            },
        },
        131009,
    ),
    (
        "a text too long beside a list",
        {
            "type": "interactive",
            "interactive": {
                "type": "list",
                "body": {"text": "x" * 4097},
                "action": {"button": "Days", **one_section(ROW)},
            },
        },
        100,
    ),
    (
        "eleven rows",
        {
            "type": "interactive",
            "interactive": {
                "type": "list",
                "body": {"text": "?"},
                "action": {
                    "button": "Days",
                    "sections": [{"rows": [{"id": str(n), "title": str(n)} for n in range(11)]}],
                },
            },
        },
        131009,
    ),
    *(
        (
            f"a list: {name}",
            {
                "type": "interactive",
                "interactive": {
                    "type": "list",
                    "body": {"text": "?"},
                    "action": {"button": "Days", "sections": [{"rows": [ROW]}], **wrong},
                },
            },
            code,
        )
        for name, wrong, code in [
            ("nothing to open it", {"button": ""}, 131008),
            ("its button too long", {"button": "x" * 21}, 100),
            ("no section", {"sections": []}, 131009),
            ("sections without titles", {"sections": [{"rows": [ROW]}, {"rows": [ROW]}]}, 131008),
            ("a section's title too long", one_section(ROW, title="x" * 25), 100),
            ("a row's id too long", one_section({**ROW, "id": "x" * 201}), 100),
            ("a row's title too long", one_section({**ROW, "title": "x" * 25}), 100),
            ("a description too long", one_section({**ROW, "description": "x" * 73}), 100),
            ("the same row twice", one_section(ROW, ROW), 131009),
        ]
    ),
    (
        "an unknown template",
        {"type": "template", "template": {"name": "nope", "language": {"code": "en"}}},
        132001,
    ),
    (
        "a template in no such language",
        {"type": "template", "template": {"name": "follow_up", "language": {"code": "fr"}}},
        132001,
    ),
    (
        "a template not approved",
        {"type": "template", "template": {"name": "new_offer", "language": {"code": "en"}}},
        132001,
    ),
    (
        "a paused template",
        {"type": "template", "template": {"name": "old_offer", "language": {"code": "en"}}},
        132015,
    ),
    (
        "parameters missing",
        {"type": "template", "template": {"name": "order_shipped", "language": {"code": "en"}}},
        132000,
    ),
    ("a message to mark that there isn't", {"status": "read", "message_id": "wamid.no"}, 131009),
]


@pytest.mark.parametrize(
    ("changes", "expected"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
async def test_what_meta_refuses_is_refused_with_its_code(
    business: Graph, graph: GraphSimulator, changes: dict[str, Any], expected: int
) -> None:
    body = {"messaging_product": "whatsapp", "to": DANA, "type": "text", "text": {"body": "Hello"}}
    answer = await business.post(f"{graph.settings.phone_number_id}/messages", {**body, **changes})
    error = answer.json()["error"]
    assert answer.status_code >= 400
    assert error["code"] == expected
    assert error["message"].startswith(f"(#{expected})")
    assert error["type"] == "OAuthException"
    assert error["fbtrace_id"]
    assert graph.ledger.from_business == []
    assert graph.ledger.requests[-1].code == expected


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
async def test_without_the_token_nothing_is_answered(
    business: Graph, graph: GraphSimulator, headers: dict[str, str]
) -> None:
    path = f"{graph.settings.phone_number_id}/messages"
    answer = await business.post(path, {"messaging_product": "whatsapp"}, headers=headers)
    assert (answer.status_code, code(answer)) == (401, 190)


async def test_a_body_that_is_not_json_is_refused(business: Graph, graph: GraphSimulator) -> None:
    answer = await business.http.post(
        f"{graph.url}/v25.0/{graph.settings.phone_number_id}/messages",
        content=b"{",
        headers={**business.headers, "content-type": "application/json"},
    )
    assert (answer.status_code, code(answer)) == (400, 100)


async def test_an_unknown_node_is_told_apart_by_its_subcode(business: Graph) -> None:
    for answer in (await business.get("123"), await business.post("123/messages", {})):
        error = answer.json()["error"]
        assert (answer.status_code, error["code"], error["error_subcode"]) == (400, 100, 33)


# ── the window ──


async def test_the_window_closes_after_24_hours_and_opens_with_the_next_message(
    business: Graph, graph: GraphSimulator
) -> None:
    graph.clock.advance(DAY_S - 5)
    await business.sent()
    graph.clock.advance(10)
    refused = await business.send()
    assert (refused.status_code, code(refused)) == (400, 131047)
    await graph.customer(DANA).says("I am back")
    await business.sent()


async def test_outside_the_window_a_template_is_accepted(business: Graph) -> None:
    template = {"name": "follow_up", "language": {"code": "en"}}
    assert code(await business.send(ROBIN)) == 131047
    await business.sent(ROBIN, "template", template=template)


async def test_a_closed_window_can_be_told_by_a_status(
    start_graph: Started, http: httpx2.AsyncClient, receiver: Receiver
) -> None:
    graph = await start_graph(closed_window="status")
    await Graph(graph, http).sent(ROBIN, biz_opaque_callback_data="ours-2")
    await graph.settle()
    (status,) = receiver.values("statuses")
    assert status["status"] == "failed"
    assert status["biz_opaque_callback_data"] == "ours-2"
    assert status["errors"][0]["code"] == 131047
    assert status["errors"][0]["error_data"]["details"]


# ── limits ──


async def test_an_enforced_rate_refuses_what_is_beyond_it(
    start_graph: Started, http: httpx2.AsyncClient
) -> None:
    clock = StillClock()
    graph = await start_graph(clock, messages_per_second=5)
    await graph.customer(DANA).says("Hello")
    business = Graph(graph, http)
    for step in (0.0, 0.999):
        clock.moment = 1_000.0 + step
        statuses = [(await business.send()).status_code for _ in range(5)]
        assert statuses == ([200] * 5 if step == 0 else [429] * 5)
    clock.moment = 1_001.0
    assert (await business.send()).status_code == 200
    assert graph.ledger.peak(1.0) == 5
    assert graph.ledger.peak(1.001) == 6


# ── the phone ──


async def test_a_message_waits_for_a_phone_that_is_off(
    business: Graph, graph: GraphSimulator, receiver: Receiver
) -> None:
    dana = graph.customer(DANA)
    graph.set_reachable(dana.person, False)
    await business.sent()
    await graph.settle()
    assert [one["status"] for one in receiver.values("statuses")] == ["sent"]
    graph.set_reachable(dana.person, True)
    await graph.settle()
    assert [one["status"] for one in receiver.values("statuses")] == ["sent", "delivered"]


async def test_to_whoever_has_blocked_the_business_a_message_is_only_sent(
    business: Graph, graph: GraphSimulator, receiver: Receiver
) -> None:
    graph.customer(DANA).person.blocked = True
    await business.sent()
    await graph.settle()
    assert [one["status"] for one in receiver.values("statuses")] == ["sent"]


async def test_whoever_reads_at_once_is_told_of_at_once(
    business: Graph, graph: GraphSimulator, receiver: Receiver
) -> None:
    graph.customer(DANA).person.reads = True
    await business.sent()
    await graph.settle()
    statuses = [one["status"] for one in receiver.values("statuses")]
    assert statuses == ["sent", "delivered", "read"]


# ── the account ──


async def test_the_number_tells_about_itself(business: Graph, graph: GraphSimulator) -> None:
    answer = await business.get(
        graph.settings.phone_number_id, params={"fields": "verified_name,display_phone_number"}
    )
    assert answer.json() == {
        "verified_name": "Kettle & Clay",
        "display_phone_number": "+15550100100",
        "id": graph.settings.phone_number_id,
    }


async def test_templates_come_in_pages_until_there_is_no_next(
    business: Graph, graph: GraphSimulator
) -> None:
    url: str | None = (
        f"{graph.url}/v25.0/{graph.settings.business_account_id}/message_templates?limit=4"
    )
    names, pages = [], 0
    while url:
        answer = (await business.http.get(url, headers=business.headers)).json()
        names += [(one["name"], one["language"]) for one in answer["data"]]
        url = answer["paging"].get("next")
        pages += 1
    assert pages == 2
    assert names == [(one["name"], one["language"]) for one in graph.settings.templates]
