"""Messenger's requests over a real socket: sending, files, sender actions, names, the probe."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from rapport.channels.messenger.connector import create
from rapport.channels.sdk.connector import AccountConfig, MediaGone
from rapport.channels.sdk.http import HttpTransport
from rapport.channels.sdk.transport import ProviderRequest
from rapport.domain.message import InboundMedia
from rapport.domain.sending import AccountBroken, OutboundMessage, RetryAfter, Unknown
from tests.contract.graph_server import SILENCE, Provider, provider, transport
from tests.contract.situations import FILE, SECRETS, account, outcome

PAGE = "100000000000001"
PERSON = "7000000000000042"
CONNECTOR = create()
BEARER = "Bearer access-token-of-the-tests"
HELLO = OutboundMessage(id=1, contact_key=PERSON, text="Hi")


@asynccontextmanager
async def connected(
    *answers: Any,
) -> AsyncIterator[tuple[Provider, AccountConfig, HttpTransport]]:
    async with provider(answers) as served, transport() as carrier:
        yield served, account(PAGE, {"api_url": served.address}), carrier


def nowhere() -> AccountConfig:
    return account(PAGE, {"api_url": "http://127.0.0.1:9"})


async def test_messenger_uploads_the_file_and_names_it_in_the_message() -> None:
    file = {"id": 1, "filename": "a.png", "media_type": "image/png", "size": 21, "key": "k1"}
    sent = {"recipient_id": PERSON, "message_id": "m_new"}
    got, (upload, send) = await outcome(
        CONNECTOR,
        {"contact_key": PERSON, "files": [file]},
        [{"attachment_id": 8801}, sent],
        PAGE,
        {},
    )
    assert got == {"is": "Sent", "external_id": "m_new"}
    assert upload.path == f"/{PAGE}/message_attachments"
    assert b'name="filedata"; filename="a.png"' in upload.body
    form = {"attachment": {"type": "image", "payload": {"is_reusable": True}}}
    assert json.dumps(form, separators=(",", ":")).encode() in upload.body
    assert FILE in upload.body
    assert send.json["message"]["attachment"]["payload"] == {"attachment_id": "8801"}
    assert {r.headers["authorization"] for r in (upload, send)} == {BEARER}
    assert all("appsecret_proof" in r.query for r in (upload, send))


async def test_messenger_silence_is_unknown_and_no_connection_a_retry() -> None:
    (part,) = CONNECTOR.render(HELLO, nowhere()).parts
    async with connected(SILENCE) as (_, config, carrier):
        assert await CONNECTOR.send(part, config, carrier) == Unknown("unanswered")
        assert await CONNECTOR.send(part, nowhere(), carrier) == RetryAfter(None, "unreachable")


@pytest.mark.parametrize(
    ("code", "headers", "seconds"),
    [
        (613, {"Retry-After": "17"}, 17.0),
        (613, {}, 60.0),
        (
            32,
            {
                "X-Business-Use-Case-Usage": (
                    '{"1": [{"type": "messenger", "estimated_time_to_regain_access": 3}]}'
                )
            },
            180.0,
        ),
        (4, {}, None),
    ],
)
async def test_messenger_waits_as_long_as_it_is_told(
    code: int, headers: dict[str, str], seconds: float | None
) -> None:
    answer = {"status": 400, "headers": headers, "json": {"error": {"code": code}}}
    (part,) = CONNECTOR.render(HELLO, nowhere()).parts
    async with connected(answer) as (_, config, carrier):
        assert await CONNECTOR.send(part, config, carrier) == RetryAfter(seconds, str(code))


async def test_messenger_without_a_token_sends_nothing() -> None:
    (part,) = CONNECTOR.render(HELLO, nowhere()).parts
    async with connected() as (served, config, carrier):
        bare = AccountConfig(id=1, address=PAGE, secrets={}, settings=config.settings)
        assert isinstance(await CONNECTOR.send(part, bare, carrier), AccountBroken)
        assert not served.received


async def test_messenger_shows_no_secret() -> None:
    rendered = repr(CONNECTOR.render(HELLO, account(PAGE)))
    said = f"Malformed access token {SECRETS['access_token']}"
    answer = {"status": 400, "json": {"error": {"code": 199999, "message": said}}}
    (part,) = CONNECTOR.render(HELLO, nowhere()).parts
    async with connected(answer, answer) as (_, config, carrier):
        got = repr(await CONNECTOR.send(part, config, carrier))
        probe = repr(await CONNECTOR.probe(config, carrier))
    assert "Malformed access token …" in got
    assert not any(secret in rendered + got + probe for secret in SECRETS.values())


async def test_messenger_locates_a_file_by_its_url() -> None:
    media = InboundMedia(kind="image", url="https://cdn.fbsbx.example/1?oh=signed")
    async with connected() as (served, config, carrier):
        request = await CONNECTOR.locate(media, config, carrier)
        assert request == ProviderRequest(method="GET", url=media.url)
        assert not served.received


@pytest.mark.parametrize(
    ("media", "code"),
    [
        (InboundMedia(kind="image", gone="no_file"), "no_file"),
        (InboundMedia(kind="image"), "no_file"),
    ],
)
async def test_messenger_says_when_a_file_is_gone(media: InboundMedia, code: str) -> None:
    async with connected() as (_, config, carrier):
        assert await CONNECTOR.locate(media, config, carrier) == MediaGone(code)


async def test_messenger_probe_reads_the_page() -> None:
    page = {"id": PAGE, "name": "Example Shop"}
    person = {"id": "17", "name": "Ada Example"}
    expired = {"status": 401, "json": {"error": {"code": 190, "message": "Session has expired"}}}
    answers = (page, person, expired, {"text": "[]"}, SILENCE)
    async with connected(*answers) as (served, config, carrier):
        probes = [await CONNECTOR.probe(config, carrier) for _ in range(5)]
    assert (probes[0].ok, probes[0].facts) == (True, {"page": "Example Shop"})
    codes = [p.code for p in probes[1:]]
    assert codes == ["wrong_account", "190", "not_json", "unreachable"]
    assert not any(p.ok for p in probes[1:])
    assert {(r.method, r.path) for r in served.received} == {("GET", "/me")}


async def test_messenger_marks_seen_and_shows_typing() -> None:
    async with connected({"recipient_id": PERSON}, {}) as (served, config, carrier):
        typing = CONNECTOR.typing(PERSON, None, config)
        assert typing is not None
        assert await CONNECTOR.call(CONNECTOR.mark_read(PERSON, "m_1", config), config, carrier)
        assert await CONNECTOR.call(typing, config, carrier)
        assert not await CONNECTOR.call(typing, nowhere(), carrier)
    assert [r.json for r in served.received] == [
        {"recipient": {"id": PERSON}, "sender_action": "mark_seen"},
        {"recipient": {"id": PERSON}, "sender_action": "typing_on"},
    ]


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        ({"first_name": "Ada", "last_name": "Example", "id": PERSON}, "Ada Example"),
        ({"first_name": "Ada"}, "Ada"),
        ({"name": "Ada E."}, "Ada E."),
        ({"id": PERSON}, None),
        ({"status": 400, "json": {"error": {"code": 100, "error_subcode": 33}}}, None),
        (SILENCE, None),
    ],
)
async def test_messenger_names_a_customer_where_the_profile_can_be_read(
    answer: Any, name: str | None
) -> None:
    async with connected(answer) as (served, config, carrier):
        assert await CONNECTOR.name_of(PERSON, config, carrier) == name
        assert served.received[0].path == f"/{PERSON}"
