"""Who or what wrote a mail, and what a bounce says; by RFC 3834, 3464, 5965, 2369 and custom."""

from __future__ import annotations

from typing import Any

import pytest

from rapport.channels.email.parsing import inspect_mail, parse_mail

HUMAN, AUTO, BOUNCE, FEEDBACK, LIST = "human", "auto_reply", "bounce", "feedback", "list"
DAEMON = "From: Mail Delivery System <MAILER-DAEMON@mx.example.net>\n"

HEADERS = [
    ("nothing special", "", HUMAN),
    ("Auto-Submitted: no", "Auto-Submitted: no", HUMAN),
    ("vacation", "Auto-Submitted: auto-replied", AUTO),
    ("vacation with a parameter", 'Auto-Submitted: auto-replied; owner-email="a@example.com"', AUTO),
    ("vacation (sieve)", "Auto-Submitted: auto-replied (vacation)\nPrecedence: bulk", AUTO),
    ("capitals", "AUTO-SUBMITTED: Auto-Replied", AUTO),
    ("generated", "Auto-Submitted: auto-generated", AUTO),
    ("notified", "Auto-Submitted: auto-notified", AUTO),
    ("an extension of it", "Auto-Submitted: x-future", AUTO),
    ("Precedence auto_reply", "Precedence: auto_reply", AUTO),
    ("X-Autoreply", "X-Autoreply: yes", AUTO),
    ("X-Autoreply: no", "X-Autoreply: no", HUMAN),
    ("X-Autorespond", "X-Autorespond: Out of office", AUTO),
    ("X-AutoReply-From", "X-AutoReply-From: a@example.com", AUTO),
    ("X-Mail-Autoreply", "X-Mail-Autoreply: yes", AUTO),
    ("cron", "X-Cron-Env: <SHELL=/bin/sh>\nAuto-Submitted: auto-generated", AUTO),
    ("only asks for silence", "X-Auto-Response-Suppress: All", HUMAN),
    ("asks for silence in part", "X-Auto-Response-Suppress: OOF, AutoReply", HUMAN),
    ("exchange away", "X-Auto-Response-Suppress: All\nAuto-Submitted: auto-generated\n"
     "Subject: Automatic reply: Order", AUTO),
    ("subject of outlook", "Subject: Automatic reply: Order", AUTO),
    ("subject of outlook, german", "Subject: Automatische Antwort: Bestellung", AUTO),
    ("subject of outlook, french", "Subject: =?utf-8?q?R=C3=A9ponse_automatique?= : Commande", AUTO),
    ("subject of old programs", "Subject: Out of Office AutoReply: Order", AUTO),
    ("subject, german", "Subject: Abwesenheitsnotiz: Bestellung", AUTO),
    ("answer to one of these", "Subject: Re: Automatic reply: Order", HUMAN),
    ("a person writes about it", "Subject: Out of office printer is broken", HUMAN),
    ("a person writes about auto replies", "Subject: Automatic reply does not work", HUMAN),
    ("null path", "Return-Path: <>", AUTO),
    ("a person's path", "Return-Path: <ada@example.com>", HUMAN),
    ("mailing list", "List-Id: Gardeners <garden.example.com>\nPrecedence: list", LIST),
    ("List-Post", "List-Post: <mailto:garden@example.com>", LIST),
    ("List-Unsubscribe (newsletter)", "List-Unsubscribe: <https://shop.example/u>", LIST),
    ("old list header", "Mailing-List: contact garden-help@example.com", LIST),
    ("Precedence bulk", "Precedence: bulk", LIST),
    ("Precedence junk", "Precedence: junk", LIST),
    ("Precedence list with a comment", "Precedence: list (x)", LIST),
    ("Precedence first-class", "Precedence: first-class", HUMAN),
    ("vacation to a list", "List-Id: <g.example.com>\nAuto-Submitted: auto-replied", AUTO),
    ("list that says generated", "List-Id: <g.example.com>\nAuto-Submitted: auto-generated", LIST),
    ("from a server, of no failure", DAEMON + "Subject: Quota warning", HUMAN),
    ("a person on failed delivery", "Subject: Delivery failed for my parcel", HUMAN),
    ("a person on undelivered mail", "Subject: Undelivered mail?", HUMAN),
    ("high priority", "X-Priority: 1\nImportance: high", HUMAN),
    ("read receipt wanted", "Disposition-Notification-To: a@example.com", HUMAN),
]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "expected"), [h[1:] for h in HEADERS], ids=[h[0] for h in HEADERS]
)
def test_class_by_headers(lines: str, expected: str) -> None:
    base = "" if "From:" in lines else "From: Ada <ada@example.com>\n"
    raw = f"{base}{lines}\nTo: help@example.org\n\nHello\n".replace("\n", "\r\n").replace(
        "\r\n\r\n\r\n", "\r\n\r\n"
    )
    assert inspect_mail(raw.lstrip("\r\n").encode())["class"] == expected


def report(*fields: str, kind: str = "delivery-status", original: str = "") -> str:
    """A multipart/report; each of `fields` is one recipient's group."""
    groups = "\n\n".join(("Reporting-MTA: dns; mx.example.net", *fields))
    original = original or (
        "Content-Type: message/rfc822\n\nMessage-ID: <ours@example.org>\n"
        "From: help@example.org\nSubject: Hi\n\nText"
    )
    return (
        f"{DAEMON}Subject: Undelivered Mail Returned to Sender\nAuto-Submitted: auto-replied\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="r"\n\n'
        "--r\nContent-Type: text/plain\n\nIt could not be delivered.\n"
        f"--r\nContent-Type: message/{kind}\n\n{groups}\n--r\n{original}\n--r--\n"
    )


def one(
    action: str = "failed", status: str = "5.1.1", more: str = "", who: str = "a@example.net"
) -> str:
    return f"Final-Recipient: rfc822; {who}\nAction: {action}\nStatus: {status}{more}"


OURS = "<ours@example.org>"
HEADERS_ONLY = "Content-Type: text/rfc822-headers\n\nMessage-ID: <ours@example.org>\nSubject: Hi\n"
NO_ORIGINAL = "Content-Type: text/plain\n\nNothing."
QMAIL = (
    "From: MAILER-DAEMON@mx.example.net\nSubject: failure notice\nReturn-Path: <>\n\n"
    "Hi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver.\n\n"
    "<a@example.net>:\n192.0.2.1 does not like recipient.\n"
    "Remote host said: 550 5.1.1 No such user\nGiving up.\n\n"
    "--- Below this line is a copy of the message.\n\nReturn-Path: <help@example.org>\n"
    "Message-ID: <ours@example.org>\nTo: a@example.net\n"
)
EXIM = (
    "From: Mail Delivery System <Mailer-Daemon@mx.example.net>\n"
    "X-Failed-Recipients: a@example.net, b@example.net\nAuto-Submitted: auto-replied\n"
    "Subject: Mail delivery failed: returning message to sender\n\n"
    "A message that you sent could not be delivered.\n\n  a@example.net\n"
    "    SMTP error from remote mail server after RCPT TO:<a@example.net>:\n"
    "    452 4.2.2 Mailbox full\n\n------ This is a copy of the message, including all the headers. "
    "------\n\nMessage-ID: <ours@example.org>\n"
)
OLD = (
    "From: postmaster@mx.example.net\nSubject: Undeliverable: Hi\nIn-Reply-To: <ours@example.org>\n\n"
    "Your message did not reach some or all of the intended recipients.\n\n"
    "      a@example.net on 02.03.2026 10:00\n            550 The address is unknown\n"
)
BOUNCES: list[tuple[str, str, str, dict[str, Any] | None]] = [
    ("hard", report(one()), BOUNCE,
     {"recipients": ["a@example.net"], "hard": True, "status": "5.1.1"}),
    ("soft", report(one(status="4.2.2")), BOUNCE,
     {"recipients": ["a@example.net"], "hard": False, "status": "4.2.2"}),
    ("late", report(one("delayed", "4.4.1")), BOUNCE,
     {"recipients": ["a@example.net"], "hard": False, "status": "4.4.1"}),
    ("late with a status of 5", report(one("delayed", "5.0.0")), BOUNCE,
     {"recipients": ["a@example.net"], "hard": False, "status": "5.0.0"}),
    ("delivered", report(one("delivered", "2.1.5")), AUTO, None),
    ("relayed", report(one("relayed", "2.1.9")), AUTO, None),
    ("expanded", report(one("expanded", "2.0.0")), AUTO, None),
    ("one of two", report(one("delivered", "2.1.5"), one(who="b@example.net")), BOUNCE,
     {"recipients": ["b@example.net"], "hard": True, "status": "5.1.1"}),
    ("two", report(one(), one(who="b@example.net")), BOUNCE,
     {"recipients": ["a@example.net", "b@example.net"], "hard": True, "status": "5.1.1"}),
    ("the address that we wrote to", report("Original-Recipient: rfc822;a@example.com\n" + one()),
     BOUNCE, {"recipients": ["a@example.com"], "hard": True, "status": "5.1.1"}),
    ("better in the diagnostic", report(one(status="5.0.0",
     more="\nDiagnostic-Code: smtp; 550 5.1.10 unknown")), BOUNCE,
     {"recipients": ["a@example.net"], "hard": True, "status": "5.1.10"}),
    ("no status", report("Final-Recipient: rfc822; a@example.net\nAction: failed\n"
     "Diagnostic-Code: smtp; 550-Requested action not taken"), BOUNCE,
     {"recipients": ["a@example.net"], "hard": True, "status": "550"}),
    ("nothing but failed", report("Final-Recipient: rfc822; a@example.net\nAction: failed"), BOUNCE,
     {"recipients": ["a@example.net"], "hard": True, "status": None}),
    ("action in capitals with a comment", report(one("Failed (bad mailbox)")), BOUNCE,
     {"recipients": ["a@example.net"], "hard": True, "status": "5.1.1"}),
    ("headers only", report(one(), original=HEADERS_ONLY), BOUNCE,
     {"recipients": ["a@example.net"], "hard": True, "status": "5.1.1"}),
    ("broken status part", report("?"), BOUNCE, {"recipients": [], "hard": True, "status": None}),
    ("read receipt", report("Disposition: manual-action/MDN-sent-manually; displayed",
     kind="disposition-notification"), AUTO, None),
    ("complaint", report("Feedback-Type: abuse\nUser-Agent: x/1", kind="feedback-report"),
     FEEDBACK, None),
    ("qmail", QMAIL, BOUNCE, {"recipients": ["a@example.net"], "hard": True, "status": "5.1.1"}),
    ("exim", EXIM, BOUNCE,
     {"recipients": ["a@example.net", "b@example.net"], "hard": False, "status": "4.2.2"}),
    ("old server", OLD, BOUNCE, {"recipients": ["a@example.net"], "hard": True, "status": "550"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("raw", "kind", "bounce"), [b[1:] for b in BOUNCES], ids=[b[0] for b in BOUNCES]
)
def test_bounces(raw: str, kind: str, bounce: dict[str, Any] | None) -> None:
    for line_end in ("\n", "\r\n"):
        found = inspect_mail(raw.replace("\n", line_end).encode())
        assert (found["class"], found["bounce"]) == (kind, bounce)


@pytest.mark.parametrize(
    "raw", [report(one()), report(one(), original=HEADERS_ONLY), QMAIL, EXIM, OLD]
)
def test_a_bounce_names_the_mail_that_bounced(raw: str) -> None:
    bounce = parse_mail(raw.encode()).bounce
    assert bounce is not None
    assert bounce.original_message_id == OURS


def test_a_bounce_gives_the_reason_in_words() -> None:
    said = parse_mail(
        report(one(more="\nDiagnostic-Code: smtp; 550 5.1.1\n No such user")).encode()
    )
    assert said.bounce is not None
    assert said.bounce.reason == "550 5.1.1 No such user"
    assert "No such user" in (parse_mail(QMAIL.encode()).bounce or said.bounce).reason


def test_the_headers_that_told_are_kept() -> None:
    raw = b"Auto-Submitted: auto-replied\r\nX-Auto-Response-Suppress: All\r\n\r\nx"
    assert parse_mail(raw).automatic == {
        "auto-submitted": "auto-replied",
        "x-auto-response-suppress": "All",
    }
