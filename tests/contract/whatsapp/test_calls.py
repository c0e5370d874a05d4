"""WhatsApp's requests over a real socket: sending, files, templates, read marks, the probe."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from rapport.channels.sdk.abilities import ProviderRefused
from rapport.channels.sdk.connector import AccountConfig, MediaGone
from rapport.channels.sdk.http import HttpTransport
from rapport.channels.sdk.transport import ProviderRequest, Unanswered, Unreached
from rapport.channels.whatsapp.connector import create
from rapport.channels.whatsapp.manifest import per_second
from rapport.domain.message import InboundMedia
from rapport.domain.sending import AccountBroken, OutboundMessage, RetryAfter, Unknown
from tests.contract.graph_server import SILENCE, Provider, provider, transport
from tests.contract.situations import FILE, SECRETS, account, outcome

NUMBER = "106540000000001"
CONNECTOR = create()
BEARER = "Bearer access-token-of-the-tests"
HELLO = OutboundMessage(id=1, contact_key="15555550142", text="Hi")


@asynccontextmanager
async def connected(
    *answers: Any, **settings: Any
) -> AsyncIterator[tuple[Provider, AccountConfig, HttpTransport]]:
    async with provider(answers) as served, transport() as carrier:
        yield served, account(NUMBER, {"api_url": served.address, **settings}), carrier


def nowhere() -> AccountConfig:
    return account(NUMBER, {"api_url": "http://127.0.0.1:9"})


async def test_whatsapp_uploads_the_file_and_names_it_in_the_message() -> None:
    file = {"id": 1, "filename": "a.png", "media_type": "image/png", "size": 21, "key": "k1"}
    message = {"contact_key": "15555550142", "text": "Look", "files": [file]}
    sent = {"messages": [{"id": "wamid.new"}]}
    got, (upload, send) = await outcome(CONNECTOR, message, [{"id": "9001"}, sent], NUMBER, {})
    assert got == {"is": "Sent", "external_id": "wamid.new"}
    assert upload.path == f"/{NUMBER}/media"
    assert upload.headers["content-type"].startswith("multipart/form-data")
    assert FILE in upload.body
    assert b"image/png" in upload.body
    assert send.json["image"] == {"id": "9001", "caption": "Look"}
    proof = hmac.digest(
        SECRETS["app_secret"].encode(), SECRETS["access_token"].encode(), hashlib.sha256
    ).hex()
    for request in (upload, send):
        assert request.headers["authorization"] == BEARER
        assert request.query == {"appsecret_proof": proof}


async def test_whatsapp_stops_at_an_upload_that_is_refused() -> None:
    file = {"id": 1, "filename": "a.png", "media_type": "image/png", "size": 21, "key": "k1"}
    refused = {"status": 400, "json": {"error": {"code": 131053, "message": "x"}}}
    got, received = await outcome(
        CONNECTOR, {"contact_key": "1", "files": [file]}, [refused], NUMBER, {}
    )
    assert (got["is"], got["code"], len(received)) == ("Rejected", "131053", 1)


async def test_whatsapp_silence_is_unknown_and_no_connection_a_retry() -> None:
    (part,) = CONNECTOR.render(HELLO, nowhere()).parts
    async with connected(SILENCE) as (_, config, carrier):
        assert await CONNECTOR.send(part, config, carrier) == Unknown("unanswered")
        assert await CONNECTOR.send(part, nowhere(), carrier) == RetryAfter(None, "unreachable")


USAGE = '{"102": [{"type": "whatsapp", "estimated_time_to_regain_access": 2}], "103": [{}]}'


@pytest.mark.parametrize(
    ("code", "headers", "seconds"),
    [
        (130429, {"Retry-After": "17"}, 17.0),
        (80007, {"X-Business-Use-Case-Usage": USAGE}, 120.0),
        (131056, {"X-Business-Use-Case-Usage": "{broken"}, 6.0),
        (131056, {"X-Business-Use-Case-Usage": '{"102": []}'}, 6.0),
        (4, {}, None),
    ],
)
async def test_whatsapp_waits_as_long_as_it_is_told(
    code: int, headers: dict[str, str], seconds: float | None
) -> None:
    answer = {"status": 400, "headers": headers, "json": {"error": {"code": code}}}
    (part,) = CONNECTOR.render(HELLO, nowhere()).parts
    async with connected(answer) as (_, config, carrier):
        assert await CONNECTOR.send(part, config, carrier) == RetryAfter(seconds, str(code))


async def test_whatsapp_without_a_token_sends_nothing() -> None:
    (part,) = CONNECTOR.render(HELLO, nowhere()).parts
    async with connected() as (served, config, carrier):
        bare = AccountConfig(id=1, address=NUMBER, secrets={}, settings=config.settings)
        assert isinstance(await CONNECTOR.send(part, bare, carrier), AccountBroken)
        assert not served.received


async def test_whatsapp_shows_no_secret() -> None:
    message = OutboundMessage(id=1, contact_key="15555550142", text="Hi", reply_to="wamid.1")
    rendered = repr(CONNECTOR.render(message, account(NUMBER)))
    assert not any(secret in rendered for secret in SECRETS.values())
    said = f"Malformed access token {SECRETS['access_token']}"
    answer = {"status": 400, "json": {"error": {"code": 199999, "message": said}}}
    (part,) = CONNECTOR.render(HELLO, nowhere()).parts
    async with connected(answer, answer) as (_, config, carrier):
        got = repr(await CONNECTOR.send(part, config, carrier))
        got += repr(carrier.log)
        probe = repr(await CONNECTOR.probe(config, carrier))
    assert "Malformed access token …" in got
    assert not any(secret in got + probe for secret in SECRETS.values())


MEDIA = InboundMedia(kind="image", media_type="image/jpeg", media_id="5001")


async def test_whatsapp_locates_a_file_by_its_id() -> None:
    found = {"url": "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=5001"}
    async with connected(found) as (served, config, carrier):
        request = await CONNECTOR.locate(MEDIA, config, carrier)
    assert request == ProviderRequest(
        method="GET", url=found["url"], headers={"Authorization": BEARER}
    )
    (asked,) = served.received
    assert (asked.method, asked.path) == ("GET", "/5001")
    assert asked.query["phone_number_id"] == NUMBER


@pytest.mark.parametrize(
    "url",
    [
        "https://files.example/5001",
        "http://lookaside.fbsbx.com/5001",
        "https://lookaside.fbsbx.com.example/5001",
        "https://evilfbsbx.com/5001",
        "https://user@files.example/lookaside.fbsbx.com",
    ],
)
async def test_whatsapp_shows_the_token_to_no_other_host(url: str) -> None:
    async with connected({"url": url}) as (_, config, carrier):
        request = await CONNECTOR.locate(MEDIA, config, carrier)
    assert request == ProviderRequest(method="GET", url=url)


async def test_whatsapp_trusts_the_account_own_api_with_the_token() -> None:
    async with connected() as (served, config, carrier):
        served.answers.append({"url": f"{served.address}/files/5001"})
        request = await CONNECTOR.locate(MEDIA, config, carrier)
        assert isinstance(request, ProviderRequest)
        assert request.headers == {"Authorization": BEARER}


@pytest.mark.parametrize(
    ("media", "answer", "code"),
    [
        (InboundMedia(kind="image", gone="131052"), {}, "131052"),
        (InboundMedia(kind="image"), {}, "no_file"),
        (MEDIA, {"status": 400, "json": {"error": {"code": 100, "error_subcode": 33}}}, "100/33"),
        (MEDIA, {"status": 404, "text": "gone"}, "http_404"),
        (MEDIA, {"json": {}}, "no_file"),
        (MEDIA, {"json": {"url": 5}}, "no_file"),
        (MEDIA, {"text": "not JSON"}, "no_file"),
    ],
)
async def test_whatsapp_says_when_a_file_is_gone(
    media: InboundMedia, answer: Any, code: str
) -> None:
    async with connected(answer) as (_, config, carrier):
        assert await CONNECTOR.locate(media, config, carrier) == MediaGone(code)


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 401, "json": {"error": {"code": 190, "message": "expired"}}},
        {"status": 400, "json": {"error": {"code": 130429, "message": "slow down"}}},
        {"status": 500, "json": {"error": {"code": 131000, "message": "fault"}}},
        {"status": 503, "text": "busy"},
    ],
)
async def test_whatsapp_asks_again_for_a_file_that_may_come_back(answer: Any) -> None:
    async with connected(answer, SILENCE) as (_, config, carrier):
        with pytest.raises(Unreached):
            await CONNECTOR.locate(MEDIA, config, carrier)
        with pytest.raises(Unanswered):
            await CONNECTOR.locate(MEDIA, config, carrier)


async def test_whatsapp_probe_reads_the_number() -> None:
    number = {
        "id": NUMBER,
        "display_phone_number": "+1 555-555-0100",
        "verified_name": "Example Shop",
        "quality_rating": "GREEN",
        "throughput": {"level": "STANDARD"},
    }
    expired = {"status": 401, "json": {"error": {"code": 190, "message": "Session has expired"}}}
    async with connected(number, expired, SILENCE) as (served, config, carrier):
        good = await CONNECTOR.probe(config, carrier)
        bad = await CONNECTOR.probe(config, carrier)
        silent = await CONNECTOR.probe(config, carrier)
    assert good.ok
    assert good.facts == {
        "number": "+1 555-555-0100",
        "name": "Example Shop",
        "quality": "GREEN",
        "throughput": "STANDARD",
    }
    assert (bad.ok, bad.code) == (False, "190")
    assert (silent.ok, silent.code) == (False, "unreachable")
    assert {r.method for r in served.received} == {"GET"}


async def test_whatsapp_marks_read_and_shows_typing() -> None:
    async with connected({"success": True}, {"success": True}) as (served, config, carrier):
        read = CONNECTOR.mark_read("15555550142", "wamid.1", config)
        typing = CONNECTOR.typing("15555550142", "wamid.1", config)
        assert typing is not None
        assert await CONNECTOR.call(read, config, carrier)
        assert await CONNECTOR.call(typing, config, carrier)
        assert not await CONNECTOR.call(read, nowhere(), carrier)
    marked = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.1"}
    assert [r.json for r in served.received] == [
        marked,
        {**marked, "typing_indicator": {"type": "text"}},
    ]
    assert CONNECTOR.typing("15555550142", None, config) is None


async def test_whatsapp_call_that_is_refused_says_so() -> None:
    async with connected({"status": 400, "json": {"error": {"code": 100}}}) as (_, config, carrier):
        read = CONNECTOR.mark_read("15555550142", "wamid.1", config)
        assert not await CONNECTOR.call(read, config, carrier)


def template(name: str, *components: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "language": "en",
        "category": "UTILITY",
        "status": "APPROVED",
        "components": list(components),
    }


async def test_whatsapp_lists_templates_page_by_page() -> None:
    first = template(
        "order_ready",
        {"type": "HEADER", "format": "TEXT", "text": "Order {{1}}"},
        {"type": "BODY", "text": "Dear {{1}}, it comes {{2}}. Yours, {{1}}"},
        {"type": "FOOTER", "text": "Example Shop"},
        {
            "type": "BUTTONS",
            "buttons": [{"type": "URL", "text": "Track", "url": "https://x/{{1}}"}],
        },
    )
    second = template(
        "picture", {"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Hi"}
    )
    pages = (
        {"data": [first], "paging": {"cursors": {"after": "A"}, "next": "https://graph.example/2"}},
        {"data": [second, "nonsense"], "paging": {"cursors": {"after": "B"}}},
    )
    async with connected(*pages, business_account_id="102") as (served, config, carrier):
        one, two = await CONNECTOR.list_templates(config, carrier)
    assert (one.name, one.header, one.footer) == ("order_ready", "Order {{1}}", "Example Shop")
    assert (one.header_fields, one.body_fields, len(one.buttons)) == (1, 2, 1)
    assert (two.header, two.header_fields, two.body_fields) == ("[image]", 0, 0)
    assert [r.path for r in served.received] == ["/102/message_templates"] * 2
    assert [r.query.get("after") for r in served.received] == [None, "A"]


async def test_whatsapp_says_why_templates_can_not_be_listed() -> None:
    refused = {"status": 403, "json": {"error": {"code": 200, "message": "No permission"}}}
    async with connected(refused, business_account_id="102") as (_, config, carrier):
        with pytest.raises(ProviderRefused) as why:
            await CONNECTOR.list_templates(config, carrier)
        assert (why.value.code, why.value.message) == ("200", "No permission")
        with pytest.raises(ProviderRefused) as why:
            await CONNECTOR.list_templates(account(NUMBER), carrier)
        assert why.value.code == "not_configured"


def test_whatsapp_sends_slower_where_the_phone_app_is_used_too() -> None:
    assert per_second({}) == 80
    assert per_second({"per_second": 1000}) == 1000
    assert per_second({"coexistence": True}) == 20
    assert per_second({"coexistence": True, "per_second": 5}) == 5
