"""Messenger: what the page sends, and what the webhooks tell of it."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from rapport_simulators.graph import GraphSimulator
from tests.simulators.business import ALEX, NOOR, SAM, Graph, code
from tests.simulators.conftest import Started
from tests.simulators.receiver import Receiver, meta_signature

DAY_S = 86_400.0
TAGGED = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}


@pytest.fixture
async def page(graph: GraphSimulator, http: httpx2.AsyncClient) -> Graph:
    """A page that Alex has written to."""
    await graph.customer(ALEX, "messenger").says("Hello?")
    await graph.settle()
    return Graph(graph, http)


async def test_a_message_is_echoed_delivered_and_read(
    page: Graph, graph: GraphSimulator, receiver: Receiver
) -> None:
    answer = (await page.message(message={"text": "Hi", "metadata": "ours-1"})).json()
    await graph.settle()
    graph.customer(ALEX, "messenger").reads()
    await graph.settle()

    assert answer["recipient_id"] == ALEX
    echo = receiver.events("message")[-1]
    assert echo["sender"]["id"] == graph.settings.page_id
    assert echo["message"] == {
        "is_echo": True,
        "mid": answer["message_id"],
        "text": "Hi",
        "metadata": "ours-1",
        "app_id": int(graph.settings.app_id),
    }
    (delivery,) = receiver.events("delivery")
    assert delivery["delivery"]["mids"] == [answer["message_id"]]
    (read,) = receiver.events("read")
    sent = graph.customer(ALEX, "messenger").received[0]
    assert read["read"]["watermark"] >= int(sent.at * 1000)
    assert [told.status for told in sent.statuses] == ["sent", "delivered", "read"]
    for hook in receiver.hooks:
        expected = meta_signature(graph.settings.app_secret, hook.body)
        assert hook.headers["x-hub-signature-256"] == expected


async def test_one_watermark_tells_of_everything_read(
    page: Graph, graph: GraphSimulator, receiver: Receiver
) -> None:
    for _ in range(3):
        await page.message()
    await graph.settle()
    graph.customer(ALEX, "messenger").reads()
    await graph.settle()
    assert len(receiver.events("read")) == 1
    assert {entry.status for entry in graph.ledger.from_business} == {"read"}


async def test_what_the_pages_inbox_answers_is_echoed_without_our_app(
    page: Graph, graph: GraphSimulator, receiver: Receiver
) -> None:
    await graph.customer(ALEX, "messenger").sends("page_message", text="From the inbox")
    await graph.settle()
    echo = receiver.events("message")[-1]["message"]
    assert echo["is_echo"]
    assert echo["text"] == "From the inbox"
    assert "app_id" not in echo


WINDOWS = [
    ("just now", 10.0, {}, None),
    ("a day ago", DAY_S + 1, {}, 10),
    ("a day ago, by a human", DAY_S + 1, TAGGED, None),
    ("six days ago, by a human", 6 * DAY_S, TAGGED, None),
    ("a week ago, by a human", 7 * DAY_S + 1, TAGGED, 10),
]


@pytest.mark.parametrize(
    ("age_s", "tag", "expected"), [case[1:] for case in WINDOWS], ids=[c[0] for c in WINDOWS]
)
async def test_the_window_depends_on_the_tag(
    page: Graph, graph: GraphSimulator, age_s: float, tag: dict[str, str], expected: int | None
) -> None:
    graph.clock.advance(age_s)
    answer = await page.message(**tag)
    if expected is None:
        assert answer.status_code == 200
    else:
        error = answer.json()["error"]
        assert (error["code"], error["error_subcode"]) == (expected, 2018278)


async def test_without_the_permission_the_tag_is_refused(
    start_graph: Started, http: httpx2.AsyncClient
) -> None:
    graph = await start_graph(human_agent=False)
    await graph.customer(ALEX, "messenger").says("Hello")
    error = (await Graph(graph, http).message(**TAGGED)).json()["error"]
    assert error["code"] == 10
    assert "error_subcode" not in error


QUICK = {"content_type": "text", "title": "Yes", "payload": "yes"}
REFUSED: list[tuple[str, dict[str, Any], int]] = [
    ("no recipient", {"recipient": {}}, 100),
    ("nobody", {"recipient": {"id": "7999999999999999"}}, 100),
    ("no messaging type", {"messaging_type": None}, 100),
    ("an old tag", {"messaging_type": "MESSAGE_TAG", "tag": "ACCOUNT_UPDATE"}, 100),
    ("a tag on a response", {"tag": "HUMAN_AGENT"}, 100),
    ("no message", {"message": None}, 100),
    ("a text too long", {"message": {"text": "x" * 2001}}, 100),
    (
        "text and attachment",
        {"message": {"text": "x", "attachment": {"type": "image", "payload": {"url": "x"}}}},
        100,
    ),
    ("an unknown attachment", {"message": {"attachment": {"type": "hologram"}}}, 100),
    ("an attachment of nothing", {"message": {"attachment": {"type": "image"}}}, 100),
    (
        "an unknown attachment id",
        {"message": {"attachment": {"type": "image", "payload": {"attachment_id": "1"}}}},
        100,
    ),
    ("too many quick replies", {"message": {"text": "?", "quick_replies": [QUICK] * 14}}, 100),
    (
        "a quick reply too long",
        {"message": {"text": "?", "quick_replies": [{**QUICK, "title": "x" * 21}]}},
        100,
    ),
    ("whoever never wrote", {"recipient": {"id": NOOR}}, 10),
]


@pytest.mark.parametrize(
    ("changes", "expected"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
async def test_what_meta_refuses_is_refused_with_its_code(
    page: Graph, graph: GraphSimulator, changes: dict[str, Any], expected: int
) -> None:
    answer = await page.message(**changes)
    assert answer.status_code >= 400
    assert code(answer) == expected
    assert graph.ledger.from_business == []


async def test_to_whoever_has_blocked_the_page_nothing_is_sent(
    page: Graph, graph: GraphSimulator
) -> None:
    graph.customer(ALEX, "messenger").person.blocked = True
    assert code(await page.message()) == 551


async def test_quick_replies_and_buttons_can_be_pressed(
    page: Graph, graph: GraphSimulator, receiver: Receiver
) -> None:
    await page.message(message={"text": "Sure?", "quick_replies": [QUICK]})
    template = {
        "template_type": "button",
        "text": "Or?",
        "buttons": [{"type": "postback", "title": "Begin", "payload": "begin"}],
    }
    await page.message(message={"attachment": {"type": "template", "payload": template}})
    alex = graph.customer(ALEX, "messenger")
    assert [[c.kind for c in entry.choices] for entry in alex.received] == [
        ["quick_reply"],
        ["postback"],
    ]
    await alex.sends("quick_reply", id="yes", title="Yes")
    await alex.sends("postback", payload="begin", title="Begin")
    await graph.settle()
    pressed = receiver.events("message")
    replies = [one["message"]["quick_reply"] for one in pressed if "quick_reply" in one["message"]]
    assert replies == [{"payload": "yes"}]
    (postback,) = receiver.events("postback")
    assert (postback["postback"]["payload"], postback["postback"]["title"]) == ("begin", "Begin")


PICTURE = {"content_base64": "iVBORw0KGgo=", "mime_type": "image/png"}
SAID: list[tuple[str, dict[str, Any], str]] = [
    ("text", {"text": "Hi", "reply_to": "m_x"}, "message"),
    ("image", {**PICTURE, "text": "Look"}, "message"),
    ("file", {**PICTURE, "mime_type": "application/pdf"}, "message"),
    ("sticker", {"url": "https://stickers.example/1.png"}, "message"),
    ("location", {"latitude": 48.1, "longitude": 11.5}, "message"),
    ("reaction", {"message_id": "m_x", "emoji": "❤"}, "reaction"),
    ("edit", {"message_id": "m_x", "text": "better"}, "message_edit"),
    ("revoke", {"message_id": "m_x"}, "message"),
    ("referral", {"ref": "spring"}, "referral"),
    ("optin", {"ref": "news"}, "optin"),
    ("raw", {"field": "future", "fields": {"a": 1}}, "future"),
]


@pytest.mark.parametrize(("kind", "content", "field"), SAID, ids=[case[0] for case in SAID])
async def test_what_somebody_says_arrives_in_metas_fields(
    graph: GraphSimulator, receiver: Receiver, kind: str, content: dict[str, Any], field: str
) -> None:
    entry = await graph.customer(ALEX, "messenger").sends(kind, **content)
    await graph.settle()
    (event,) = receiver.events(field)
    assert event["sender"] == {"id": ALEX}
    assert event["recipient"] == {"id": graph.settings.page_id}
    assert receiver.hooks[0].json["object"] == "page"
    assert receiver.hooks[0].path == "/messenger"
    assert entry.acknowledged


async def test_sender_actions_show_typing_and_mark_as_seen(
    page: Graph, graph: GraphSimulator
) -> None:
    alex = graph.customer(ALEX, "messenger")
    for action in ("mark_seen", "typing_on"):
        body = {"recipient": {"id": ALEX}, "sender_action": action}
        assert (await page.post("me/messages", body)).json() == {"recipient_id": ALEX}
    assert alex.thread[0].seen
    assert alex.person.typing_until > graph.clock.now()
    await page.post("me/messages", {"recipient": {"id": ALEX}, "sender_action": "typing_off"})
    assert alex.person.typing_until == 0


async def test_a_profile_is_told_unless_it_is_private(page: Graph) -> None:
    answer = await page.get(ALEX, params={"fields": "name,first_name,profile_pic"})
    assert answer.json()["name"] == "Alex Placeholder"
    assert answer.json()["first_name"] == "Alex"
    picture = await page.http.get(answer.json()["profile_pic"])
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert code(await page.get(SAM, params={"fields": "name"})) == 100


async def test_the_page_tells_about_itself(page: Graph, graph: GraphSimulator) -> None:
    answer = await page.get("me", params={"fields": "id,name"})
    assert answer.json() == {"name": "Kettle & Clay", "id": graph.settings.page_id}
