"""The signed JSON channel: verify, parse, render, outcomes."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest

from rapport.channels.custom.connector import create
from rapport.channels.sdk.connector import AccountConfig, Ignored, Rejected, Request
from rapport.domain.message import InboundMessage
from rapport.domain.rich_text import Style
from rapport.domain.sending import (
    AccountBroken,
    OutboundMessage,
    RetryAfter,
    SendOutcome,
    Sent,
    Unknown,
)
from rapport.domain.sending import Rejected as NeverSent
from tests.contract.graph_server import SILENCE, provider, transport

SECRET = "signing-secret-of-the-tests"
CONNECTOR = create()
MESSAGE = OutboundMessage(
    id=7001,
    contact_key="customer-1",
    text="Hello there",
    styles=(Style(kind="bold", start=0, end=5),),
)


def account(callback_url: str | None = "https://receiver.example/in") -> AccountConfig:
    settings = {"callback_url": callback_url} if callback_url else {}
    return AccountConfig(
        id=1, address="shop", secrets={"signing_secret": SECRET}, settings=settings
    )


def signature(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def delivery(*messages: Any) -> Request:
    body = json.dumps({"messages": list(messages), "future": True}).encode()
    headers = {"x-rapport-signature": signature(body)}
    return Request(method="POST", path="/", query="", headers=headers, body=body)


def test_a_wrong_or_absent_signature_is_refused() -> None:
    request = delivery()
    CONNECTOR.verify(request, account())
    wrong = {"x-rapport-signature": signature(request.body, "another secret")}
    for headers in ({}, wrong, {"x-rapport-signature": "sha256="}, {"x-rapport-signature": "ÿ"}):
        with pytest.raises(Rejected) as refused:
            CONNECTOR.verify(replace(request, headers=headers), account())
        assert refused.value.status == 401
    empty = {"x-rapport-signature": signature(request.body, "")}
    with pytest.raises(Rejected):
        CONNECTOR.verify(replace(request, headers=empty), replace(account(), secrets={}))


def test_the_signature_is_over_the_raw_body() -> None:
    request = delivery({"id": "1", "from": "a", "text": "é"})
    compact = json.dumps(json.loads(request.body), separators=(",", ":")).encode()
    assert json.loads(compact) == json.loads(request.body)
    with pytest.raises(Rejected):
        CONNECTOR.verify(replace(request, body=compact), account())


def test_ids_are_the_senders_own() -> None:
    again = [CONNECTOR.parse(delivery({"id": "m-1", "from": "a"}), account()) for _ in range(2)]
    assert again[0] == again[1]
    (message,) = again[0]
    assert isinstance(message, InboundMessage)
    assert (message.external_id, message.contact_key) == ("m-1", "a")


def test_messages_keep_their_order() -> None:
    sent = [{"id": str(n), "from": "a", "text": f"line {n}"} for n in range(5)]
    found = CONNECTOR.parse(delivery(*sent), account())
    assert [m.text for m in found if isinstance(m, InboundMessage)] == [m["text"] for m in sent]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (5, "malformed_entry"),
        ({"id": "x"}, "malformed_entry"),
        ({"id": 5, "from": "a"}, "malformed_entry"),
        ({"id": "", "from": "a"}, "no_id"),
        ({"id": "x", "from": ""}, "no_id"),
        ({"id": "x" * 201, "from": "a"}, "id_too_long"),
    ],
)
def test_a_broken_message_spoils_no_other(broken: object, reason: str) -> None:
    good = {"id": "1", "from": "a", "text": "hi"}
    first, ignored, last = CONNECTOR.parse(delivery(good, broken, good), account())
    assert ignored == Ignored(reason)
    assert first == last
    assert isinstance(first, InboundMessage)


def test_unknown_fields_are_ignored() -> None:
    described = {"id": "1", "from": "a", "text": "hi", "name": "Ada", "email": "ada@example.org"}
    (message,) = CONNECTOR.parse(delivery({**described, "mood": {"level": 3}}), account())
    assert isinstance(message, InboundMessage)
    assert (message.name, message.email) == ("Ada", "ada@example.org")


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b"{", b'{"messages": 5}', b"\xff"])
def test_what_is_no_delivery_is_refused(body: bytes) -> None:
    with pytest.raises(Rejected) as refused:
        CONNECTOR.parse(replace(delivery(), body=body), account())
    assert refused.value.status == 400


def test_a_message_is_rendered_as_plain_text() -> None:
    rendered = CONNECTOR.render(MESSAGE, account())
    ((request,),) = [part.requests for part in rendered.parts]
    assert request.url == "https://receiver.example/in"
    assert request.json == {"id": "7001", "to": "customer-1", "text": "Hello there"}
    assert SECRET not in repr(rendered)
    (problem,) = CONNECTOR.render(MESSAGE, account(None)).problems
    assert problem.code == "not_configured"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"json": {"id": "r-1"}}, Sent("r-1")),
        ({"text": "ok"}, Sent(None)),
        ({"status": 429, "headers": {"Retry-After": "7"}}, RetryAfter(7.0, "http_429")),
        ({"status": 503}, RetryAfter(None, "http_503")),
        ({"status": 408}, RetryAfter(None, "http_408")),
        ({"status": 401}, AccountBroken("http_401", "The receiver refuses our signature.")),
        ({"status": 422}, NeverSent("http_422", "The receiver does not accept this message.")),
    ],
)
async def test_answers_become_outcomes(answer: Any, expected: SendOutcome) -> None:
    async with provider([answer]) as served, transport() as carrier:
        config = account(f"{served.address}/in")
        (part,) = CONNECTOR.render(MESSAGE, config).parts
        assert await CONNECTOR.send(part, config, carrier) == expected
    (received,) = served.received
    assert received.headers["x-rapport-signature"] == signature(received.body)
    assert received.headers["idempotency-key"] == "7001"


async def test_silence_is_unknown_and_no_connection_a_retry() -> None:
    async with provider([SILENCE]) as served, transport() as carrier:
        config = account(f"{served.address}/in")
        (part,) = CONNECTOR.render(MESSAGE, config).parts
        assert await CONNECTOR.send(part, config, carrier) == Unknown("unanswered")
        away = account("http://127.0.0.1:9/in")
        (part,) = CONNECTOR.render(MESSAGE, away).parts
        assert await CONNECTOR.send(part, away, carrier) == RetryAfter(None, "unreachable")


async def test_the_probe_asks_for_configuration_only() -> None:
    async with provider() as served, transport() as carrier:
        good = await CONNECTOR.probe(account(f"{served.address}/in"), carrier)
        bad = await CONNECTOR.probe(account(None), carrier)
    assert good.ok
    assert (bad.ok, bad.code) == (False, "not_configured")
    assert not served.received
