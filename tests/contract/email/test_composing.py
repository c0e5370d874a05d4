"""Mails that we write: what is in them, and that no value adds a header."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.channels.email.addresses import Address
from rapport.channels.email.composing import File, OutgoingMail, Unsendable, compose, recipients
from rapport.channels.email.parsing import parse_mail
from rapport.channels.email.replying import (
    SWITCHES,
    Filling,
    Mode,
    bare_subject,
    reply_fields,
    switched,
)

SHOP = Address("Shop", "help@example.org")
ADA = Address("Ada Müster", "ada@example.com")
BASE = OutgoingMail(
    sender=SHOP, to=(ADA,), subject="Hi", token="t.abc", domain="example.org",
    date=datetime(2026, 3, 2, tzinfo=UTC), text="Hello",
)  # fmt: skip
HEADERS = {
    "from", "to", "cc", "reply-to", "subject", "date", "message-id", "in-reply-to", "references",
    "auto-submitted", "x-auto-response-suppress", "mime-version", "content-type",
    "content-transfer-encoding",
}  # fmt: skip


def test_everything_comes_back_as_it_was_written() -> None:
    mail = replace(
        BASE, cc=(Address("", "c@example.net"),), reply_to=(SHOP,), subject="Grüße " * 30,
        html='<p>Ü <img src="cid:i1"></p>', text=None, in_reply_to="<b@x>",
        references=("<a@x>", "<b@x>"),
        inline=(File(filename="ä.png", media_type="image/png", content=b"1", content_id="i1"),),
        attachments=(File(filename="b.pdf", media_type="application/pdf", content=b"22"),),
    )  # fmt: skip
    raw = compose(mail)
    found = parse_mail(raw)
    assert (found.sender, found.to, found.reply_to) == (SHOP, (ADA,), (SHOP,))
    assert (found.subject, found.text.strip()) == (mail.subject.strip(), "Ü")
    assert found.references == ("<a@x>", "<b@x>", "<t.abc@example.org>")
    assert (found.in_reply_to, found.message_id) == ("<b@x>", "<t.abc@example.org>")
    assert [(a.filename, a.inline, a.content()) for a in found.attachments] == [
        ("ä.png", True, b"1"), ("b.pdf", False, b"22"),
    ]  # fmt: skip
    assert found.problems == ()
    kinds = [p.get_content_type() for p in message_from_bytes(raw, policy=default).walk()]
    assert kinds == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related",
        "text/html", "image/png", "application/pdf",
    ]  # fmt: skip


def test_lines_are_short_and_end_with_crlf() -> None:
    raw = compose(replace(BASE, text="x" * 5000 + "\n.\nFrom me", html="<p>" + "ü" * 9000))
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert parse_mail(raw).text.startswith("x" * 5000)


def test_automatic_mails_say_so() -> None:
    found = parse_mail(compose(replace(BASE, automatic="auto-replied")))
    assert found.mail_class == "auto_reply"


INJECTIONS = ["a\r\nBcc: x@evil.example", "a\nBcc: x@evil.example", "a\rBcc: x@evil.example",
              "a\r\n\r\nBody", "a\x0bBcc: x", "a\u2028Bcc: x", "a\x85Bcc: x", "a\x00b"]  # fmt: skip


def header_names(raw: bytes) -> set[str]:
    head = raw.partition(b"\r\n\r\n")[0]
    return {
        line.partition(b":")[0].decode().lower()
        for line in head.split(b"\r\n")
        if line[:1] not in {b" ", b"\t"}
    }


@pytest.mark.parametrize("bad", INJECTIONS)
def test_no_value_adds_a_header(bad: str) -> None:
    clean = [
        replace(BASE, subject=bad),
        replace(BASE, sender=Address(bad, "help@example.org")),
        replace(BASE, to=(Address(bad, "ada@example.com"),)),
        replace(BASE, attachments=(File(filename=bad, media_type="a/b", content=b""),)),
        replace(BASE, attachments=(File(filename="a", media_type=bad, content=b""),)),
        replace(BASE, headers={"X-Campaign": bad}),
        replace(BASE, text=bad, html=bad),
    ]
    for mail in clean:
        raw = compose(mail)
        assert header_names(raw) <= HEADERS | {"x-campaign"}
        assert not parse_mail(raw).cc
        assert "evil" not in str([a.address for a in parse_mail(raw).to])
    refused: list[OutgoingMail] = [
        replace(BASE, sender=Address("", bad)),
        replace(BASE, to=(Address("", f"{bad}@example.com"),)),
        replace(BASE, to=(Address("", f"ada@{bad}"),)),
        replace(BASE, in_reply_to=f"<{bad}>"),
        replace(BASE, references=(f"<{bad}@x>",)),
        replace(BASE, token=bad),
        replace(BASE, domain=bad),
        replace(BASE, headers={bad: "x"}),
        replace(BASE, html="x", inline=(File(filename="a", media_type="image/png", content=b"",
                                             content_id=bad),)),
    ]  # fmt: skip
    for mail in refused:
        with pytest.raises(Unsendable):
            compose(mail)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200), st.text(max_size=80), st.text(max_size=80))
def test_any_text_is_a_subject_a_name_and_a_file_name(subject: str, name: str, file: str) -> None:
    mail = replace(
        BASE, subject=subject, to=(Address(name, "ada@example.com"),),
        attachments=(File(filename=file, media_type="a/b", content=b"x"),),
    )  # fmt: skip
    raw = compose(mail)
    assert header_names(raw) <= HEADERS
    assert [a.address for a in parse_mail(raw).to] == ["ada@example.com"]
    assert len(parse_mail(raw).attachments) == 1


def test_recipients_are_addresses_each_once() -> None:
    same = Address("", "ada@example.com")
    assert recipients(replace(BASE, cc=(same,))) == ("ada@example.com",)
    assert recipients(
        replace(BASE, to=(Address("", "ü@bücher.example"[1:].replace("@", "a@", 1)),))
    ) == ("a@xn--bcher-kva.example",)
    for bad in ("ada", "ü@example.com", "a@b@c", "a b@example.com", ""):
        with pytest.raises(Unsendable):
            recipients(replace(BASE, to=(Address("", bad),)))
    with pytest.raises(Unsendable):
        compose(replace(BASE, to=()))


LATEST = parse_mail(
    b"From: Ada <ada@example.com>\r\nTo: help@example.org, Bo <bo@example.net>\r\n"
    b"Cc: cy@example.net, sales@example.org\r\nSubject: AW: Re: Order\r\nMessage-ID: <2@x>\r\n"
    b"References: <1@x>\r\nDate: Mon, 2 Mar 2026 10:00:00 +0000\r\n\r\nHello\r\n"
)
OWN = ("help@example.org", "Sales@example.org")


def people(found: tuple[Address, ...]) -> list[str]:
    return [one.address for one in found]


def test_reply_goes_to_the_sender_of_the_latest_mail() -> None:
    found = reply_fields(Mode.REPLY, LATEST, OWN)
    assert (people(found.to), people(found.cc)) == (["ada@example.com"], [])
    assert (found.subject, found.in_reply_to) == ("Re: Order", "<2@x>")
    assert found.references == ("<1@x>", "<2@x>")
    assert found.quote_text == "Ada, 2026-03-02 10:00 UTC:\n> Hello\n> "[:-3]


def test_reply_all_has_the_others_and_never_ourselves() -> None:
    found = reply_fields(Mode.REPLY_ALL, LATEST, OWN)
    assert people(found.to) == ["ada@example.com", "bo@example.net"]
    assert people(found.cc) == ["cy@example.net"]


def test_forward_has_nobody_and_everything() -> None:
    found = reply_fields(Mode.FORWARD, LATEST, OWN)
    assert (found.to, found.cc, found.subject) == ((), (), "Fwd: Order")
    assert "From: Ada <ada@example.com>" in found.quote_text
    assert found.quote_text.rstrip().endswith("Hello")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"reply_to": (Address("", "r@example.net"),)}, ["r@example.net"]),
        ({"reply_to": (Address("", "help@example.org"),)}, ["ada@example.com"]),
        ({"sender": SHOP, "to": (ADA,)}, ["ada@example.com"]),
        ({"sender": None}, []),
    ],
)
def test_whom_a_reply_goes_to(changes: dict[str, Any], expected: list[str]) -> None:
    assert people(reply_fields(Mode.REPLY, replace(LATEST, **changes), OWN).to) == expected


AUTO, EMPTY, ORIGINAL = Filling.AUTO, Filling.EMPTY, Filling.ORIGINAL
M2 = """
| Reply → Reply All | auto | original Cc, editable | saved as draft |
| Reply → Forward, Reply All → Forward | emptied | emptied | saved as draft |
| Reply All → Reply | auto | emptied | saved as draft |
| Forward → Reply | auto | emptied | saved as draft |
| Forward → Reply All | auto | auto | saved as draft |
"""
MODES = {"Reply": Mode.REPLY, "Reply All": Mode.REPLY_ALL, "Forward": Mode.FORWARD}


def test_the_switches_are_those_of_the_table() -> None:
    seen = {}
    for row in M2.strip().splitlines():
        switches, to, cc, body = (cell.strip() for cell in row.strip("|").split("|"))
        for switch in switches.split(", "):
            before, after = (MODES[name] for name in switch.split(" → "))
            seen[before, after] = (to, cc.partition(" ")[0])
            assert body == "saved as draft"
    assert seen == {k: (s.to.value, s.cc.value) for k, s in SWITCHES.items()}


@pytest.mark.parametrize(("before", "after"), SWITCHES)
def test_switching_fills_the_fields(before: Mode, after: Mode) -> None:
    to, cc = switched(before, after, LATEST, OWN)
    assert bool(to) is (SWITCHES[before, after].to is not EMPTY)
    assert bool(cc) is (SWITCHES[before, after].cc is not EMPTY)


@pytest.mark.parametrize(
    ("subject", "bare"),
    [("Re: a", "a"), ("RE: AW: Fwd: a", "a"), ("Re[2]: a", "a"), ("回复：a", "a"), ("Regards", "Regards"),
     ("re", "re"), ("", ""), ("Order: re: x", "Order: re: x"), ("SV: Antw: a", "a")],
)  # fmt: skip
def test_prefixes_of_subjects(subject: str, bare: str) -> None:
    assert bare_subject(subject) == bare
