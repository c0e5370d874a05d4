"""Twilio-compatible HTTP: recorded situations from the vendor's pages, and what holds besides."""

from __future__ import annotations

import base64
from contextlib import nullcontext, suppress
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rapport.channels.sdk.connector import AccountConfig, Ignored, MediaGone, Rejected, Request
from rapport.channels.sdk.transport import (
    ProviderAnswer,
    ProviderRequest,
    Unanswered,
    Unreached,
)
from rapport.channels.sms.connector import EMPTY_TWIML, create
from rapport.channels.sms.twilio_signature import signature
from rapport.domain.message import CustomerEvent, InboundMedia, InboundMessage
from rapport.domain.rich_text import Style
from rapport.domain.sending import AccountBroken, RetryAfter, Unknown
from rapport.domain.sending import Rejected as NeverSent
from tests.contract.sms.accounts import (
    SID,
    TOKEN,
    WEBHOOK,
    Scripted,
    connector,
    outbound,
    texts_of,
    twilio,
)
from tests.contract.sms.runner import (
    Case,
    answer_of,
    cases,
    each,
    form_request,
    message_of,
    outcome_of,
    understood,
    written,
)

STATUSES = frozenset(
    {"accepted", "scheduled", "queued", "sending", "sent", "delivered", "undelivered", "failed"}
    | {"receiving", "received", "read", "canceled", "partially_delivered"}
)
CODES = {
    21610, 21211, 21614, 21408, 21611, 21617, 20429, 30003, 30004, 30005, 30006, 30007, 30008,
    30022, 30023, 30032, 63016, 63018,
}  # fmt: skip
RECEIPT_CODES = {30003, 30004, 30005, 30006, 30007, 30008, 30022, 30023, 30032, 63016, 63018, 21610}


@each("twilio_in")
def test_what_came_in_is_understood(case: Case) -> None:
    account = twilio(**case.get("settings", {}))
    assert understood(form_request(case), account) == case["expected"]


@each("twilio_out")
def test_what_goes_out_is_exact(case: Case) -> None:
    account = twilio(**case.get("settings", {}))
    if "address" in case:
        account = AccountConfig(
            id=7, address=case["address"], secrets=account.secrets, settings=account.settings
        )
    assert written(connector().render(message_of(case), account)) == case["expected"]


@each("twilio_answers")
async def test_answers_become_outcomes(case: Case) -> None:
    transport = Scripted(answer_of(case))
    (part,) = connector().render(outbound(), twilio()).parts
    outcome = await connector().send(part, twilio(), transport)
    assert outcome_of(outcome) == case["expected"]
    assert transport.asked == [(part.requests[0], "https://api.twilio.com", (SID, TOKEN))]


@each("twilio_signatures")
def test_the_signature_in_its_variants(case: Case) -> None:
    account = AccountConfig(
        id=7, address="+15550100", secrets={"auth_token": case["token"]}, settings={}
    )
    request = Request(
        method=case["method"],
        path="/",
        query=case["url"].partition("?")[2],
        headers={"content-type": case["content_type"], "x-twilio-signature": case["signature"]},
        body=case["body"].encode(),
        url=case["url"],
    )
    refused = (
        nullcontext() if case["accepted"] else pytest.raises(Rejected, match="signature_invalid")
    )
    with refused:
        connector().verify(request, account)


def signed(form: dict[str, str], url: str = WEBHOOK, token: str = TOKEN) -> Request:
    header = signature(token, url, list(form.items()))
    return Request(
        method="POST",
        path="/webhooks/sms/7",
        query=url.partition("?")[2],
        headers={"x-twilio-signature": header},
        body=urlencode(form).encode(),
        url=url,
    )


def test_a_wrong_or_absent_signature_is_refused() -> None:
    right = signed({"MessageSid": "SM1"})
    connector().verify(right, twilio())
    for header in ({}, {"x-twilio-signature": ""}, {"x-twilio-signature": "AAAA"}):
        wrong = Request(
            method="POST", path="/", query="", headers=header, body=right.body, url=WEBHOOK
        )
        with pytest.raises(Rejected, match="signature_invalid"):
            connector().verify(wrong, twilio())


@given(
    form=st.dictionaries(st.text(min_size=1), st.text(), min_size=1),
    place=st.integers(0, 10_000),
    octet=st.integers(1, 255),
)
def test_the_signature_covers_every_posted_parameter(
    form: dict[str, str], place: int, octet: int
) -> None:
    right = signed(form)
    connector().verify(right, twilio())
    body = bytearray(right.body)
    body[place % len(body)] ^= octet
    wrong = Request(
        method="POST", path="/", query="", headers=right.headers, body=bytes(body), url=WEBHOOK
    )
    before, after = _parameters(right.body), _parameters(wrong.body)
    if before != after:
        with pytest.raises(Rejected):
            connector().verify(wrong, twilio())


def _parameters(body: bytes) -> str:
    from urllib.parse import parse_qsl

    pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
    return "".join(name + value for name, value in sorted(set(pairs)))


def test_a_webhook_without_its_public_address_is_checked_against_the_accounts_own() -> None:
    request = signed({"MessageSid": "SM1"}, url=f"{WEBHOOK}?message_id=1")
    bare = Request(
        method="POST",
        path="/webhooks/sms/7",
        query="message_id=1",
        headers=request.headers,
        body=request.body,
    )
    connector().verify(bare, twilio())
    with pytest.raises(Rejected):
        connector().verify(bare, twilio(webhook_url=""))


def test_input_for_another_number_is_ignored() -> None:
    form = {"MessageSid": "SM1", "From": "+15550123", "Body": "Hello"}
    for number, wanted in (("+15550100", True), ("15550100", True), ("+15550101", False)):
        parsed = connector().parse(signed(form | {"To": number}), twilio())
        assert (parsed != [Ignored("wrong_account")]) is wanted


def test_stop_and_start_open_no_conversation() -> None:
    for word in ("STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT"):
        assert _parsed(word) == [("opted_out", word)]
    for word in ("START", "UNSTOP", "start"):
        assert _parsed(word) == [("opted_in", word)]
    for word in ("HELP", "INFO", "STOPP"):
        assert _parsed(word) == [("message", word)]
    assert _parsed("YES") == [("message", "YES"), ("opted_in", "YES")]


def _parsed(text: str) -> list[tuple[str, str | None]]:
    request = signed({"MessageSid": "SM1", "From": "+15550123", "To": "+15550100", "Body": text})
    return [
        ("message", each.text) if isinstance(each, InboundMessage) else (each.kind, each.value)
        for each in connector().parse(request, twilio())
        if isinstance(each, InboundMessage | CustomerEvent)
    ]


def test_a_redelivery_has_the_same_id() -> None:
    request = signed({"MessageSid": "SM1", "From": "+15550123", "To": "+15550100", "Body": "ok"})
    again = signed(
        {"MessageSid": "SM1", "From": "+15550123", "To": "+15550100", "Body": "ok", "New": "1"}
    )
    ids = [
        message.external_id
        for each in (request, again)
        for message in connector().parse(each, twilio())
        if isinstance(message, InboundMessage)
    ]
    assert ids == ["SM1", "SM1"]


def test_every_status_has_a_case() -> None:
    seen = {
        form.get("MessageStatus") or form.get("SmsStatus")
        for form in (case["form"] for case in cases("twilio_in"))
        if isinstance(form, dict)
    }
    assert seen >= STATUSES


def test_every_error_code_has_a_case() -> None:
    answered = {
        case["json"]["code"]
        for case in cases("twilio_answers")
        if isinstance(case["json"], dict) and "code" in case["json"]
    }
    told = {
        int(case["form"]["ErrorCode"])
        for case in cases("twilio_in")
        if isinstance(case["form"], dict) and "ErrorCode" in case["form"]
    }
    assert answered >= CODES
    assert told >= RECEIPT_CODES


async def test_silence_is_unknown_and_no_connection_a_retry() -> None:
    (part,) = connector().render(outbound(), twilio()).parts
    assert await connector().send(part, twilio(), Scripted(Unanswered())) == Unknown("unanswered")
    assert await connector().send(part, twilio(), Scripted(Unreached())) == RetryAfter(
        None, "unreachable"
    )


async def test_an_api_key_goes_before_the_auth_token() -> None:
    account = AccountConfig(
        id=7,
        address="+15550100",
        secrets={"auth_token": TOKEN, "api_key_sid": "SK1", "api_key_secret": "s"},
        settings=twilio(api_url="https://sms.example.net").settings,
    )
    transport = Scripted(ProviderAnswer(status=201, headers={}, body=b"", json={"sid": "SM1"}))
    (part,) = connector().render(outbound(), account).parts
    await connector().send(part, account, transport)
    assert transport.asked[0][1:] == ("https://sms.example.net", ("SK1", "s"))


async def test_without_credentials_the_account_is_broken() -> None:
    (part,) = connector().render(outbound(), twilio()).parts
    account = AccountConfig(id=7, address="+15550100", secrets={}, settings=twilio().settings)
    transport = Scripted(Unreached())
    outcome = await connector().send(part, account, transport)
    assert isinstance(outcome, AccountBroken)
    assert transport.asked == []


_BASIC = "Basic " + base64.b64encode(f"{SID}:{TOKEN}".encode()).decode()


@pytest.mark.parametrize(
    ("url", "authorised"),
    [
        (f"https://api.twilio.com/2010-04-01/Accounts/{SID}/Messages/MM1/Media/ME1", True),
        ("https://api.dublin.ie1.twilio.com/2010-04-01/Accounts/x/Media/ME1", True),
        ("http://api.twilio.com/media", False),
        ("https://api.twilio.com:8443/media", False),
        ("https://api.twilio.com.example.net/media", False),
        ("https://evil-api.twilio.com.example.net/media", False),
        ("https://media.twiliocdn.com/AC1/ME1", False),
        ("https://files.example.org/a.jpg", False),
        ("https://xapi.twilio.com/media", False),
    ],
)
async def test_media_is_located_with_credentials_for_the_provider_alone(
    url: str, authorised: bool
) -> None:
    media = InboundMedia(kind="image", url=url)
    found = await connector().locate(media, twilio(), Scripted(Unreached()))
    assert isinstance(found, ProviderRequest)
    assert (found.method, found.url) == ("GET", url)
    assert found.headers == ({"Authorization": _BASIC} if authorised else {})


async def test_a_compatible_providers_own_files_are_authorised() -> None:
    account = twilio(api_url="http://127.0.0.1:9000")
    for url, authorised in (
        ("http://127.0.0.1:9000/media/1", True),
        ("http://127.0.0.1:9001/media/1", False),
    ):
        media = InboundMedia(kind="image", url=url)
        found = await connector().locate(media, account, Scripted(Unreached()))
        assert isinstance(found, ProviderRequest)
        assert bool(found.headers) is authorised


@pytest.mark.parametrize(
    ("media", "code"),
    [
        (InboundMedia(kind="image"), "no_address"),
        (InboundMedia(kind="image", gone="no_address"), "no_address"),
        (InboundMedia(kind="image", url="file:///etc/passwd"), "unsafe_address"),
        (InboundMedia(kind="image", url="https://api.twilio.com@example.net/"), "unsafe_address"),
        (InboundMedia(kind="image", url="https://[::1/x"), "unsafe_address"),
    ],
)
async def test_media_that_can_not_be_had_says_why(media: InboundMedia, code: str) -> None:
    assert await connector().locate(media, twilio(), Scripted(Unreached())) == MediaGone(code)


def test_styles_leave_plain_text() -> None:
    message = outbound("Hello world", styles=(Style(start=0, end=5, kind="bold"),))
    (part,) = connector().render(message, twilio()).parts
    assert ("Body", "Hello world") in (part.requests[0].form or ())


@pytest.mark.parametrize(
    ("answer", "ok", "code"),
    [
        (200, True, "ok"),
        (401, False, "20003"),
        (404, False, "20404"),
        (500, False, "http_500"),
    ],
)
async def test_the_probe_reads_the_account_and_sends_nothing(
    answer: int, ok: bool, code: str
) -> None:
    document = (
        {"friendly_name": "Kettle & Clay", "status": "active", "type": "Full", "auth_token": "x"}
        if answer == 200
        else {"code": int(code)}
        if code.isdecimal()
        else None
    )
    transport = Scripted(ProviderAnswer(status=answer, headers={}, body=b"", json=document))
    probe = await connector().probe(twilio(), transport)
    assert (probe.ok, probe.code) == (ok, code)
    assert "auth_token" not in probe.facts
    ((request, base_url, basic),) = transport.asked
    assert (request.method, request.path) == ("GET", f"/2010-04-01/Accounts/{SID}.json")
    assert (base_url, basic) == ("https://api.twilio.com", (SID, TOKEN))


async def test_the_probe_says_a_suspended_account_and_an_unreachable_provider() -> None:
    answer = ProviderAnswer(status=200, headers={}, body=b"", json={"status": "suspended"})
    assert (await connector().probe(twilio(), Scripted(answer))).code == "account_inactive"
    assert (await connector().probe(twilio(), Scripted(Unreached()))).code == "unreachable"
    account = AccountConfig(id=7, address="+15550100", secrets={}, settings=twilio().settings)
    assert (await connector().probe(account, Scripted(answer))).code == "not_configured"


async def test_no_secret_is_in_a_rendered_request_or_an_error() -> None:
    rendered = connector().render(outbound("Hello"), twilio())
    assert TOKEN not in repr(rendered)
    refused = ProviderAnswer(status=401, headers={}, body=b"", json={"code": 20003})
    outcome = await connector().send(rendered.parts[0], twilio(), Scripted(refused))
    assert isinstance(outcome, AccountBroken)
    assert TOKEN not in repr(outcome)
    assert TOKEN not in repr(await connector().probe(twilio(), Scripted(refused)))


async def test_an_opt_out_at_the_provider_is_understood() -> None:
    answer = ProviderAnswer(status=400, headers={}, body=b"", json={"code": 21610})
    (part,) = connector().render(outbound(), twilio()).parts
    outcome = await connector().send(part, twilio(), Scripted(answer))
    assert outcome == NeverSent(
        "opted_out", "The customer has opted out of messages from this number."
    )


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, 1),
        ({"number_kind": "short_code"}, 100),
        ({"number_kind": "toll_free"}, 3),
        ({"number_kind": "toll_free", "per_second": 20}, 20),
        ({"provider": "smpp", "host": "smsc.example.net", "system_id": "x"}, 10),
    ],
)
def test_the_rate_is_by_the_kind_of_number(settings: dict[str, object], expected: float) -> None:
    assert create().manifest.per_second(settings) == expected


def test_webhooks_are_answered_with_empty_twiml() -> None:
    assert connector().answer() == ("text/xml", EMPTY_TWIML)
    assert EMPTY_TWIML.endswith(b"<Response></Response>")


_FORM = urlencode({"MessageSid": "SM1", "From": "+15550123", "To": "+15550100", "Body": "hé 😀"})


@given(
    cut=st.integers(0, len(_FORM)),
    junk=st.binary(max_size=40),
    json=st.booleans(),
    query=st.text(max_size=20),
)
def test_parsing_raises_nothing_but_rejected(cut: int, junk: bytes, json: bool, query: str) -> None:
    request = Request(
        method="POST",
        path="/",
        query=query,
        headers={"content-type": "application/json"} if json else {},
        body=_FORM.encode()[:cut] + junk + _FORM.encode()[cut:],
        url=WEBHOOK,
    )
    with suppress(Rejected):
        parsed = connector().parse(request, twilio())
        assert all("\x00" not in (text or "") for text in texts_of(parsed))
        repr(parsed).encode()
