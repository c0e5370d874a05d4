"""WhatsApp against what Meta documents."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from rapport.channels.sdk.connector import Rejected, Request
from rapport.channels.whatsapp.connector import create
from rapport.domain.channel import CAPABILITIES, ChannelType
from rapport.domain.message import InboundMessage, ProviderTemplate
from rapport.domain.sending import OutboundMessage
from tests.contract import situations
from tests.contract.mutations import damaged

CASES = Path(__file__).with_name("cases")
NUMBER = "106540000000001"
ALL = list(situations.load(CASES))
CONNECTOR = create()


@pytest.mark.parametrize("case", ALL, ids=lambda case: case["name"])
async def test_whatsapp_situations(case: dict[str, Any]) -> None:
    chosen = case.get("settings", {})
    config = situations.account(NUMBER, chosen)
    match case["do"]:
        case "parse":
            assert situations.parsed(CONNECTOR, case["body"], config) == case["expect"]
        case "render":
            assert situations.rendered(CONNECTOR, case["message"], config) == case["expect"]
        case "send":
            for tried in case["tries"]:
                got, _ = await situations.outcome(
                    CONNECTOR, case["message"], tried["answers"], NUMBER, chosen
                )
                assert got == tried["expect"]
        case other:
            pytest.fail(f"nothing is done for {other}")


def text_hook(*ids: str) -> dict[str, Any]:
    case = next(c for c in ALL if c["name"] == "text")
    body = json.loads(json.dumps(case["body"]))
    value = body["entry"][0]["changes"][0]["value"]
    value["messages"] = [{**value["messages"][0], "id": i} for i in ids]
    return dict(body)


WEBHOOKS = [case["body"] for case in ALL if case["do"] == "parse"]
ACCOUNT = situations.account(NUMBER)


def test_whatsapp_refuses_a_wrong_or_absent_signature() -> None:
    request = situations.signed(b"{}")
    CONNECTOR.verify(request, ACCOUNT)
    wrong = situations.signed(b"{}", secret="another secret")
    absent = replace(request, headers={})
    sha1_only = replace(request, headers={"x-hub-signature": "sha1=00"})
    empty = replace(request, headers={"x-hub-signature-256": "sha256="})
    foreign = replace(request, headers={"x-hub-signature-256": "sha256=ÿ"})
    for bad in (wrong, absent, sha1_only, empty, foreign):
        with pytest.raises(Rejected) as refused:
            CONNECTOR.verify(bad, ACCOUNT)
        assert refused.value.status == 401
    with pytest.raises(Rejected):
        CONNECTOR.verify(situations.signed(b"{}", secret=""), replace(ACCOUNT, secrets={}))


def test_whatsapp_signs_the_bytes_as_they_came() -> None:
    request = situations.signed(b'{ "object" : "caf\\u00e9" }')
    CONNECTOR.verify(request, ACCOUNT)
    same_json = replace(request, body=json.dumps(json.loads(request.body)).encode())
    with pytest.raises(Rejected):
        CONNECTOR.verify(same_json, ACCOUNT)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("hub.mode=subscribe&hub.challenge=115&hub.verify_token=verify-token-of-the-tests", "115"),
        (
            "hub.mode=subscribe&hub.challenge=a%20b&hub.verify_token=verify-token-of-the-tests",
            "a b",
        ),
        ("hub.mode=subscribe&hub.challenge=115&hub.verify_token=guess", 403),
        ("hub.mode=subscribe&hub.challenge=115", 403),
        ("hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=verify-token-of-the-tests", 400),
        ("hub.mode=subscribe&hub.verify_token=verify-token-of-the-tests", 400),
        ("", 400),
    ],
)
def test_whatsapp_answers_the_subscription_check(query: str, expected: str | int) -> None:
    request = Request(method="GET", path="/", query=query, headers={}, body=b"")
    if isinstance(expected, str):
        assert CONNECTOR.challenge(request, ACCOUNT) == expected
        return
    with pytest.raises(Rejected) as refused:
        CONNECTOR.challenge(request, ACCOUNT)
    assert refused.value.status == expected


def test_whatsapp_gives_the_same_message_the_same_id() -> None:
    twice = [situations.parsed(CONNECTOR, text_hook("wamid.1"), ACCOUNT) for _ in range(2)]
    assert twice[0] == twice[1]
    both = situations.parsed(CONNECTOR, text_hook("wamid.1", "wamid.1"), ACCOUNT)
    assert [m["external_id"] for m in both] == ["wamid.1", "wamid.1"]


@pytest.mark.parametrize("broken", [None, 5, "text", [], {}, {"id": "x"}, {"type": "text"}])
def test_whatsapp_takes_every_good_entry_beside_a_broken_one(broken: object) -> None:
    body = text_hook("wamid.1", "wamid.2")
    body["entry"][0]["changes"][0]["value"]["messages"].insert(1, broken)
    body["entry"].insert(0, broken)
    body["entry"][1]["changes"].append(broken)
    found = situations.parsed(CONNECTOR, body, ACCOUNT)
    ids = [m["external_id"] for m in found if m["is"] == "InboundMessage"]
    assert ids == ["wamid.1", "wamid.2"]
    assert {"is": "Ignored", "reason": "malformed_entry"} in found


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b'"text"'])
def test_whatsapp_refuses_what_is_no_object(body: bytes) -> None:
    with pytest.raises(Rejected) as refused:
        CONNECTOR.parse(situations.signed(body), ACCOUNT)
    assert refused.value.status == 400


@given(body=damaged(WEBHOOKS))
@settings(max_examples=300, deadline=None)
def test_whatsapp_survives_any_change_to_a_webhook(body: bytes) -> None:
    try:
        found = CONNECTOR.parse(situations.signed(body), ACCOUNT)
    except Rejected:
        return
    for item in found:
        if isinstance(item, InboundMessage):
            assert item.external_id
            assert item.contact_key
            assert isinstance(item.text, str)


NO_MESSAGES = {"reaction", "edit", "revoke", "system", "request_welcome"}


def test_whatsapp_opens_nothing_without_a_message() -> None:
    seen = set()
    for body in WEBHOOKS:
        for change in (c for e in body["entry"] for c in e["changes"]):
            messages = change["value"].get("messages", [])
            types = {m.get("type") for m in messages if isinstance(m, dict)}
            if types <= NO_MESSAGES:
                seen |= types
                alone = {**body, "entry": [{"changes": [change]}]}
                found = situations.parsed(CONNECTOR, alone, ACCOUNT)
                assert all(item["is"] != "InboundMessage" for item in found)
    assert seen == NO_MESSAGES


MB = 1024 * 1024


@pytest.mark.parametrize(
    ("media_type", "limit"),
    [
        ("image/jpeg", 5 * MB),
        ("image/webp", 500 * 1024),
        ("video/mp4", 16 * MB),
        ("audio/ogg", 16 * MB),
        ("application/pdf", 100 * MB),
    ],
)
def test_whatsapp_limits_files_by_kind(media_type: str, limit: int) -> None:
    def sized(size: int) -> Any:
        file = {"id": 1, "filename": "f", "media_type": media_type, "size": size, "key": "k1"}
        return situations.rendered(CONNECTOR, {"contact_key": "1", "files": [file]}, ACCOUNT)

    assert "requests" in sized(limit)
    assert sized(limit + 1) == {"problems": ["file_too_large"]}


def test_whatsapp_counts_the_text_after_rendering() -> None:
    bold = [{"kind": "bold", "start": 0, "end": 4095}]
    plain: dict[str, Any] = {"contact_key": "1", "text": "x" * 4096}
    assert "requests" in situations.rendered(CONNECTOR, plain, ACCOUNT)
    marked = {"contact_key": "1", "text": "x" * 4095, "styles": bold}
    assert situations.rendered(CONNECTOR, marked, ACCOUNT) == {"problems": ["text_too_long"]}


@pytest.mark.parametrize(
    ("choices", "longest", "text", "form"),
    [
        (1, 20, 1024, "button"),
        (3, 20, 1024, "button"),
        (3, 20, 1025, "text_too_long"),
        (3, 21, 4096, "list"),
        (4, 1, 4096, "list"),
        (10, 24, 4096, "list"),
        (10, 24, 4097, "text_too_long"),
        (10, 25, 1, "button_title"),
        (3, 25, 1, "button_title"),
        (11, 1, 1, "too_many_buttons"),
    ],
)
def test_whatsapp_gives_choices_as_buttons_or_as_a_list(
    choices: int, longest: int, text: int, form: str
) -> None:
    buttons = [[f"id-{n}", f"{n % 10}"] for n in range(choices - 1)]
    buttons.append(["last", "x" * longest])
    message = {"contact_key": "1", "text": "x" * text, "buttons": buttons}
    found = situations.rendered(CONNECTOR, message, ACCOUNT)
    can_tap = CAPABILITIES[ChannelType.WHATSAPP].can_tap([title for _, title in buttons])
    if "problems" in found:
        assert found == {"problems": [form]}
        assert form == "text_too_long" or not can_tap
        return
    ((request,),) = found["requests"]
    assert request["json"]["interactive"]["type"] == form
    assert can_tap, "what is rendered is what is offered"


def test_whatsapp_closes_the_window_after_a_day() -> None:
    last = datetime(2026, 9, 1, 12, tzinfo=UTC)

    def after(hours: float, **more: Any) -> Any:
        message = OutboundMessage(id=1, contact_key="1", text="Hi", last_inbound_at=last, **more)
        return CONNECTOR.render(replace(message, now=last + timedelta(hours=hours)), ACCOUNT)

    assert after(24).parts
    closed = after(24.01)
    assert [p.code for p in closed.problems] == ["window_closed"]
    assert "template" in closed.problems[0].message
    assert after(1000, template=ProviderTemplate(name="t", language="en")).parts
    assert CONNECTOR.render(OutboundMessage(id=1, contact_key="1", text="Hi"), ACCOUNT).parts
