"""Messenger against what Meta documents."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from rapport.channels.messenger.connector import create
from rapport.channels.sdk.connector import AccountConfig, Rejected, Request
from rapport.domain.message import InboundMessage
from rapport.domain.sending import OutboundMessage
from tests.contract import situations
from tests.contract.mutations import damaged

CASES = Path(__file__).with_name("cases")
PAGE = "100000000000001"
ALL = list(situations.load(CASES))
CONNECTOR = create()


@pytest.mark.parametrize("case", ALL, ids=lambda case: case["name"])
async def test_messenger_situations(case: dict[str, Any]) -> None:
    chosen = case.get("settings", {})
    config = situations.account(PAGE, chosen)
    match case["do"]:
        case "parse":
            assert situations.parsed(CONNECTOR, case["body"], config) == case["expect"]
        case "render":
            assert situations.rendered(CONNECTOR, case["message"], config) == case["expect"]
        case "send":
            for tried in case["tries"]:
                got, _ = await situations.outcome(
                    CONNECTOR, case["message"], tried["answers"], PAGE, chosen
                )
                assert got == tried["expect"]
        case other:
            pytest.fail(f"nothing is done for {other}")


def text_hook(*ids: str) -> dict[str, Any]:
    case = next(c for c in ALL if c["name"] == "text")
    body = json.loads(json.dumps(case["body"]))
    entry = body["entry"][0]
    (event,) = entry["messaging"]
    entry["messaging"] = [{**event, "message": {**event["message"], "mid": i}} for i in ids]
    return dict(body)


WEBHOOKS = [case["body"] for case in ALL if case["do"] == "parse"]
ACCOUNT = situations.account(PAGE)


def test_messenger_refuses_a_wrong_or_absent_signature() -> None:
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


def test_messenger_signs_the_bytes_as_they_came() -> None:
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
def test_messenger_answers_the_subscription_check(query: str, expected: str | int) -> None:
    request = Request(method="GET", path="/", query=query, headers={}, body=b"")
    if isinstance(expected, str):
        assert CONNECTOR.challenge(request, ACCOUNT) == expected
        return
    with pytest.raises(Rejected) as refused:
        CONNECTOR.challenge(request, ACCOUNT)
    assert refused.value.status == expected


def test_messenger_gives_the_same_message_the_same_id() -> None:
    twice = [situations.parsed(CONNECTOR, text_hook("m_1"), ACCOUNT) for _ in range(2)]
    assert twice[0] == twice[1]
    both = situations.parsed(CONNECTOR, text_hook("m_1", "m_1"), ACCOUNT)
    assert [m["external_id"] for m in both] == ["m_1", "m_1"]


@pytest.mark.parametrize("broken", [5, "text", [], {"message": {}}, {"sender": 5}])
def test_messenger_takes_every_good_entry_beside_a_broken_one(broken: object) -> None:
    body = text_hook("m_1", "m_2")
    body["entry"][0]["messaging"].insert(1, broken)
    body["entry"].insert(0, 5)
    found = situations.parsed(CONNECTOR, body, ACCOUNT)
    ids = [m["external_id"] for m in found if m["is"] == "InboundMessage"]
    assert ids == ["m_1", "m_2"]
    assert {"is": "Ignored", "reason": "malformed_entry"} in found


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b"\xff", b'"text"'])
def test_messenger_refuses_what_is_no_object(body: bytes) -> None:
    with pytest.raises(Rejected) as refused:
        CONNECTOR.parse(situations.signed(body), ACCOUNT)
    assert refused.value.status == 400


@given(body=damaged(WEBHOOKS))
@settings(max_examples=300, deadline=None)
def test_messenger_survives_any_change_to_a_webhook(body: bytes) -> None:
    try:
        found = CONNECTOR.parse(situations.signed(body), ACCOUNT)
    except Rejected:
        return
    for item in found:
        if isinstance(item, InboundMessage):
            assert item.external_id
            assert item.contact_key
            assert isinstance(item.text, str)


NO_MESSAGES = {"delivery", "read", "reaction", "message_edit", "referral", "optin"}


def test_messenger_opens_nothing_without_a_message() -> None:
    seen = set()
    for body in WEBHOOKS:
        for event in (e for entry in body["entry"] for e in entry.get("messaging", [])):
            what = set(event) & NO_MESSAGES if isinstance(event, dict) else set()
            silent = bool(what) or "is_echo" in str(event) or "is_deleted" in str(event)
            if silent:
                seen |= what
                alone = {"object": "page", "entry": [{"id": PAGE, "messaging": [event]}]}
                found = situations.parsed(CONNECTOR, alone, ACCOUNT)
                assert all(item["is"] != "InboundMessage" for item in found)
    assert seen == NO_MESSAGES


MB = 1024 * 1024


@pytest.mark.parametrize(
    "media_type", ["image/jpeg", "video/mp4", "audio/mpeg", "application/pdf", "text/plain"]
)
def test_messenger_limits_files(media_type: str) -> None:
    def sized(size: int) -> Any:
        file = {"id": 1, "filename": "f", "media_type": media_type, "size": size, "key": "k1"}
        return situations.rendered(CONNECTOR, {"contact_key": "1", "files": [file]}, ACCOUNT)

    assert "requests" in sized(25 * MB)
    assert sized(25 * MB + 1) == {"problems": ["file_too_large"]}


def test_messenger_counts_the_text_after_rendering() -> None:
    bold = [{"kind": "bold", "start": 0, "end": 1999}]
    plain: dict[str, Any] = {"contact_key": "1", "text": "x" * 2000}
    assert "requests" in situations.rendered(CONNECTOR, plain, ACCOUNT)
    styled = {"contact_key": "1", "text": "x" * 1999, "styles": bold}
    assert "requests" in situations.rendered(CONNECTOR, styled, ACCOUNT)
    marks = situations.account(PAGE, {"marks": True})
    assert situations.rendered(CONNECTOR, styled, marks) == {"problems": ["text_too_long"]}


def test_messenger_closes_the_window_step_by_step() -> None:
    last = datetime(2026, 9, 1, 12, tzinfo=UTC)
    human = situations.account(PAGE, {"human_agent": True})

    def after(hours: float, config: AccountConfig) -> str:
        message = OutboundMessage(
            id=1,
            contact_key="1",
            text="Hi",
            last_inbound_at=last,
            now=last + timedelta(hours=hours),
        )
        made = CONNECTOR.render(message, config)
        if made.problems:
            return made.problems[0].code
        (part,) = made.parts
        body = part.requests[0].json
        return f"{body['messaging_type']} {body.get('tag', '')}".strip()

    assert [after(h, ACCOUNT) for h in (0, 24, 25)] == ["RESPONSE", "RESPONSE", "window_closed"]
    tagged = "MESSAGE_TAG HUMAN_AGENT"
    hours = (24, 24.01, 168, 168.01)
    assert [after(h, human) for h in hours] == ["RESPONSE", tagged, tagged, "window_closed"]
    unknown = OutboundMessage(id=1, contact_key="1", text="Hi")
    assert CONNECTOR.render(unknown, ACCOUNT).parts
