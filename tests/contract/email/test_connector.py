"""E-mail as a channel: the connector's contract."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from rapport.channels.email.connector import create
from rapport.channels.sdk.connector import AccountConfig, Ignored, MediaGone, Rejected, Request
from rapport.domain.message import DeliveryReceipt, DeliveryStatus, InboundMedia, InboundMessage
from rapport.domain.rich_text import Style
from rapport.domain.sending import AccountBroken, OutboundFile, OutboundMessage, Sent
from tests.contract.email.cases.form import BASE, case, file, parts, plain
from tests.contract.email.test_classes import one, report
from tests.contract.email.test_smtp import Provider, authenticator, provider

CONNECTOR = create()
ACCOUNT = AccountConfig(id=3, address="help@example.org", secrets={})
MESSAGE = OutboundMessage(
    id=9, contact_key="ada@example.com", text="Hello", now=datetime(2026, 3, 2, tzinfo=UTC)
)
NO_TRANSPORT = None


def request(raw: bytes, method: str = "MAIL") -> Request:
    return Request(method=method, path="", query="", headers={}, body=raw)


def test_no_mail_is_taken_by_webhook() -> None:
    CONNECTOR.verify(request(b""), ACCOUNT)
    for method in ("GET", "POST"):
        with pytest.raises(Rejected):
            CONNECTOR.verify(request(b"", method), ACCOUNT)


def test_a_mail_becomes_a_message() -> None:
    raw = case("x", BASE + parts("mixed", plain("Hi\n\nOn 1 Mar 2026 Shop wrote:\n> Q"),
               file("a.pdf"))).raw  # fmt: skip
    (found,) = CONNECTOR.parse(request(raw), ACCOUNT)
    assert isinstance(found, InboundMessage)
    assert (found.kind, found.text, found.contact_key) == ("email", "Hi", "ada@example.com")
    assert (found.external_id, found.name) == ("<1@example.com>", "Ada Muster")
    assert found.details is not None
    assert found.details["subject"] == "Hi"
    assert [(m.filename, m.size) for m in found.media] == [("a.pdf", 5)]


def test_the_same_mail_again_has_the_same_id() -> None:
    for raw in (BASE.encode() + b"\nx", b"no headers at all", b""):
        first, again = (CONNECTOR.parse(request(raw), ACCOUNT)[0] for _ in range(2))
        assert first == again
        assert isinstance(first, InboundMessage)
        assert first.external_id


def test_a_bounce_is_a_receipt_and_no_message() -> None:
    raw = report(one(more="\nDiagnostic-Code: smtp; 550 5.1.1 nobody")).encode()
    (found,) = CONNECTOR.parse(request(raw), ACCOUNT)
    assert isinstance(found, DeliveryReceipt)
    assert (found.status, found.external_id) == (DeliveryStatus.FAILED, "<ours@example.org>")
    assert (found.error_code, found.error_message) == ("5.1.1", "550 5.1.1 nobody")
    assert CONNECTOR.parse(request(report(one("delayed", "4.4.1")).encode()), ACCOUNT) == [
        Ignored("delayed")
    ]


def test_our_own_mail_is_no_message() -> None:
    account = replace(ACCOUNT, settings={"own_addresses": ("ADA@example.com",)})
    assert CONNECTOR.parse(request(BASE.encode()), account) == [Ignored("our_own")]


def test_a_form_of_our_own_website_is_the_customers_word() -> None:
    """It is sent from our address, and to be answered to theirs."""
    account = replace(ACCOUNT, settings={"own_addresses": ("ADA@example.com",)})
    form = "Reply-To: Dana Example <dana@example.net>\n" + BASE
    (found,) = CONNECTOR.parse(request(form.encode()), account)
    assert isinstance(found, InboundMessage)
    assert (found.contact_key, found.name, found.email) == (
        "dana@example.net",
        "Dana Example",
        "dana@example.net",
    )
    ours = "Reply-To: ada@example.com\n" + BASE
    automatic = "Auto-Submitted: auto-replied\n" + form
    for raw in (ours, automatic):
        assert CONNECTOR.parse(request(raw.encode()), account) == [Ignored("our_own")]


async def test_files_are_in_the_mail_and_nowhere_else() -> None:
    found = await CONNECTOR.locate(InboundMedia(kind="file"), ACCOUNT, NO_TRANSPORT)  # type: ignore[arg-type]
    assert found == MediaGone("in_the_mail")


def test_what_can_not_be_sent_is_said() -> None:
    def codes(message: OutboundMessage) -> list[str]:
        return [p.code for p in CONNECTOR.render(message, ACCOUNT).problems]

    large = OutboundFile(id=1, filename="a", media_type="a/b", size=30 * 1024**2, key="k")
    assert codes(MESSAGE) == []
    assert codes(replace(MESSAGE, text=" ")) == ["empty"]
    assert codes(replace(MESSAGE, files=(large,))) == ["file_too_large"]
    assert codes(replace(MESSAGE, files=(replace(large, size=1),))) == []
    assert codes(replace(MESSAGE, contact_key="ada\r\nBcc: x@y.example")) == ["address_invalid"]


def test_styles_become_html() -> None:
    styles = (
        Style(kind="bold", start=0, end=5),
        Style(kind="link", start=3, end=8, url="https://e.example/?a=1&b"),
        Style(kind="bullet_list", start=9, end=14),
    )
    message = replace(
        MESSAGE, text="Hello <x\na\nb\nc", styles=(*styles[:2], replace(styles[2], end=12))
    )
    (part,) = CONNECTOR.render(message, ACCOUNT).parts
    assert part.requests[0].json["html"] == (
        '<div><b>Hel</b><a href="https://e.example/?a=1&amp;b"><b>lo</b></a>'
        '<a href="https://e.example/?a=1&amp;b"> &lt;x</a></div>'.replace(
            '<a href="https://e.example/?a=1&amp;b"> &lt;x</a>',
            '<a href="https://e.example/?a=1&amp;b"> &lt;x</a>',
        )
        + "<ul><li>a</li><li>b</li></ul><div>c</div>"
    )


async def test_a_message_leaves_as_a_mail() -> None:
    given = Provider()
    (part,) = CONNECTOR.render(MESSAGE, ACCOUNT).parts
    async with provider(given) as port:
        settings = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "plain"}
        outcome = await CONNECTOR.send(part, replace(ACCOUNT, settings=settings), NO_TRANSPORT)  # type: ignore[arg-type]
    assert outcome == Sent("<m.3.9@example.org>")
    assert b"Message-ID: <m.3.9@example.org>" in given.taken[0]
    nothing = await CONNECTOR.send(part, ACCOUNT, NO_TRANSPORT)  # type: ignore[arg-type]
    assert isinstance(nothing, AccountBroken)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("secret", ["right", "wrong-secret"])
async def test_the_probe_logs_in_and_sends_nothing(secret: str) -> None:
    given = Provider()
    async with provider(given, authenticator=authenticator, auth_require_tls=False) as port:
        settings = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "plain"}
        account = replace(ACCOUNT, settings=settings, secrets={"password": secret})
        found = await CONNECTOR.probe(account, NO_TRANSPORT)  # type: ignore[arg-type]
    assert found.ok is (secret == "right")
    assert given.taken == []
    assert secret not in str(found)
    assert not (await CONNECTOR.probe(ACCOUNT, NO_TRANSPORT)).ok  # type: ignore[arg-type]
