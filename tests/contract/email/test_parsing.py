"""Mails as they come, and what is read in them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rapport.channels.email import mime
from rapport.channels.email.parsing import inspect_mail, parse_mail
from tests.contract.email.cases import headers, replies, structure
from tests.contract.email.cases.form import BASE, Case, case, file, parts, plain

ALL = [*headers.CASES, *structure.CASES, *replies.CASES]


def test_there_are_many_cases_and_each_has_its_name() -> None:
    assert len({one.name for one in ALL}) == len(ALL) >= 120


@pytest.mark.parametrize("one", ALL, ids=lambda one: one.name)
def test_mail_cases(one: Case) -> None:
    found = inspect_mail(one.raw)
    assert one.expect
    for field, expected in one.expect.items():
        if field == "files":
            got = [(a["filename"], a["inline"]) for a in found["attachments"]]
            assert got == expected
        elif field == "size":
            assert [a["size"] for a in found["attachments"]] == [expected]
        elif field.endswith("_has"):
            assert expected in found[field.removesuffix("_has")]
        elif field == "text":
            assert found["text"].rstrip("\n") == expected
        elif field == "html":
            assert (found["html"] or "").rstrip("\r\n") == (expected or "")
        else:
            assert found[field] == expected
    assert "unreadable" not in found["problems"]


FIELDS = {
    "from", "from_name", "to", "cc", "reply_to", "subject", "text", "html", "visible_reply",
    "message_id", "in_reply_to", "references", "attachments", "class", "bounce", "problems",
}  # fmt: skip


def test_inspect_gives_exactly_its_fields() -> None:
    found = inspect_mail(case("x", BASE + parts("mixed", plain("a"), file("a.pdf"))).raw)
    assert found.keys() == FIELDS
    assert found["attachments"][0].keys() == {"filename", "media_type", "size", "inline"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Mon, 2 Mar 2026 10:00:00 +0100", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("2 Mar 2026 10:00 -0000", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        ("Mon, 02 Mar 26 10:00:00 GMT", datetime(2026, 3, 2, 10, tzinfo=UTC)),
        ("Mon, 2 Mar 2026 10:00:00 +0100 (CET)", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("Mon,2 Mar 2026 10:00:00 EST", datetime(2026, 3, 2, 15, tzinfo=UTC)),
        ("2026-03-02T10:00:00+01:00", datetime(2026, 3, 2, 9, tzinfo=UTC)),
        ("Mon, 31 Feb 2026 10:00:00 +0000", None),
        ("Mon, 2 Mar 2026 99:00:00 +0000", None),
        ("Mon, 2 Mar 99999999 10:00:00 +0000", None),
        ("Mon, 2 Mar 2026 10:00:00 +9999999999", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates(line: str, expected: datetime | None) -> None:
    assert parse_mail(f"Date: {line}\r\n\r\nHi".encode()).date == expected


def test_without_a_usable_date_the_servers_date_is_taken() -> None:
    raw = b"Date: soon\r\nReceived: from a by b; Mon, 2 Mar 2026 10:00:00 +0000\r\n\r\nHi"
    assert parse_mail(raw).date == datetime(2026, 3, 2, 10, tzinfo=UTC)


def test_a_mail_without_id_has_the_same_one_whenever_it_comes() -> None:
    one, other = b"Subject: a\r\n\r\nx", b"Subject: a\r\n\r\ny"
    assert parse_mail(one).message_id == parse_mail(one).message_id
    assert parse_mail(one).message_id != parse_mail(other).message_id


def test_an_attachments_bytes_are_those_sent() -> None:
    raw = case("x", BASE + parts("mixed", plain("a"), file("a.pdf"))).raw
    assert [a.content() for a in parse_mail(raw).attachments] == [b"hello"]


MEGABYTE = 1024 * 1024
HEADER_END = "\r\n\r\nHi"
NESTED = "".join(
    f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(3000)
)
PATHOLOGICAL = {
    "ten thousand parts": (
        BASE + 'Content-Type: multipart/mixed; boundary="b"\n\n' + "--b\n\nx\n" * 10_001
    ).encode(),
    "three thousand levels": (BASE.replace("\n", "\r\n") + NESTED).encode(),
    "a header of a megabyte": b"Subject: " + b"x" * MEGABYTE + b"\r\n\r\nHi",
    "a header of a megabyte, folded": b"Subject: x" + b"\r\n x" * (MEGABYTE // 4) + b"\r\n\r\nHi",
    "a megabyte of addresses": b"To: " + b"a@b.example, " * (MEGABYTE // 13) + b"\r\n\r\nHi",
    "a megabyte of opening brackets": b"To: " + b"<" * MEGABYTE + b"\r\n\r\nHi",
    "a megabyte of opening parentheses": b"To: " + b"(" * MEGABYTE + b"\r\n\r\nHi",
    "a megabyte of quotes": b'To: "' + b'\\"' * (MEGABYTE // 2) + b"\r\n\r\nHi",
    "a megabyte of encoded words": b"Subject: " + b"=?utf-8?q?a?=" * 80_000 + b"\r\n\r\nHi",
    "a megabyte of broken words": b"Subject: " + b"=?a?q?" * 170_000 + b"\r\n\r\nHi",
    "a megabyte of ids": b"References: " + b"<a@b>" * 200_000 + b"\r\n\r\nHi",
    "a megabyte of parameters": b"Content-Type: text/plain" + b"; a=b" * 200_000 + b"\r\n\r\nHi",
    "a hundred thousand headers": b"X: y\r\n" * 100_000 + b"\r\nHi",
    "five megabytes of dashes": (
        BASE + 'Content-Type: multipart/mixed; boundary="b"\n\n' + "--\n" * (5 * MEGABYTE // 3)
    ).encode(),
    "a megabyte of quote marks": BASE.encode() + b"\n" + b"> " * (MEGABYTE // 2),
    "a megabyte of quoted lines": BASE.encode() + b"\n" + b">\n" * (MEGABYTE // 2),
    "a megabyte of lines with colons": BASE.encode() + b"\n" + b"On 1 wrote:\n" * 90_000,
    "a megabyte of From lines": BASE.encode() + b"\n" + b"From: a\n" * 130_000,
    "a megabyte of rules": BASE.encode() + b"\n" + b"_____\n" * 170_000,
    "deep html": BASE.encode() + b"Content-Type: text/html\n\n" + b"<div>" * 200_000,
    "unclosed comments": BASE.encode() + b"Content-Type: text/html\n\n" + b"<!--" * 250_000,
    "open tags": BASE.encode() + b"Content-Type: text/html\n\n" + b"<" * MEGABYTE,
    "open styles": BASE.encode() + b"Content-Type: text/html\n\n" + b"<style " * 150_000,
    "base64 of padding": BASE.encode() + b"Content-Transfer-Encoding: base64\n\n"
    + b"QQ==" * 250_000,
}  # fmt: skip


@pytest.mark.parametrize("name", PATHOLOGICAL)
def test_time_is_bounded(name: str) -> None:
    """Seconds, where a quadratic parser takes minutes; the limit leaves room for a busy machine."""
    begin = time.process_time()
    found = parse_mail(PATHOLOGICAL[name])
    assert time.process_time() - begin < 10
    assert "unreadable" not in found.problems


def test_too_many_parts_and_levels_are_said() -> None:
    assert "too_many_parts" in parse_mail(PATHOLOGICAL["ten thousand parts"]).problems
    assert "too_deep" in parse_mail(PATHOLOGICAL["three thousand levels"]).problems
    assert "header_too_long" in parse_mail(PATHOLOGICAL["a header of a megabyte"]).problems


def test_an_archive_is_not_unpacked() -> None:
    bomb = "UEsDBBQAAAAIAA==" * 10
    content = file("bomb.zip", "application/zip").replace("aGVsbG8=", bomb)
    (found,) = parse_mail(case("x", BASE + parts("mixed", plain("a"), content)).raw).attachments
    assert found.size == len(found.content()) < len(bomb)


def _shape(raw: bytes) -> list[str]:
    def walk(part: mime.Part) -> list[str]:
        return [part.media_type, *(k for child in part.children for k in walk(child))]

    return walk(mime.scan(raw, set()))


def _shape_of_the_standard_library(raw: bytes) -> list[str]:
    message = message_from_bytes(raw, policy=default)
    found: list[str] = []
    inside: set[int] = set()
    for part in message.walk():
        if id(part) in inside:
            continue
        found.append(part.get_content_type())
        if part.get_content_maintype() == "message":
            inside.update(id(inner) for inner in part.walk() if inner is not part)
    return found


# What the standard library reads otherwise: it joins what has no boundary to one text.
OTHERWISE = {
    "parts: boundary missing in the header", "parts: the same boundary inside",
    "text: content type nonsense", "parts: boundary that never comes", "parts: no parts",
    "carriage returns only", "parts: part without an empty line", "parts: unknown multipart",
}  # fmt: skip


@pytest.mark.parametrize("one", structure.CASES, ids=lambda one: one.name)
def test_the_tree_is_the_one_that_the_standard_library_sees(one: Case) -> None:
    same = _shape(one.raw) == _shape_of_the_standard_library(one.raw)
    assert same or one.name in OTHERWISE


PIECES = st.sampled_from([
    b"--b\r\n", b"--b--\r\n", b"\r\n", b"\n", b"Content-Type: multipart/mixed; boundary=b\r\n",
    b"Content-Type: text/html\r\n", b"Content-Transfer-Encoding: base64\r\n", b"=?utf-8?q?=C3?=",
    b"From: a@example.com\r\n", b"To: <", b"Date: Mon, 2", b"Content-Type: message/rfc822\r\n",
    b"Content-Type: message/delivery-status\r\n", b"Action: failed\r\n", b"> x\r\n", b"\x00\xff",
    b"filename*0*=utf-8''%", b"<p>", b"On 1 Jan, a wrote:\r\n", b"Subject: ", b" folded\r\n",
])  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(PIECES, st.binary(max_size=40)), max_size=40).map(b"".join))
def test_whatever_the_bytes_there_is_a_mail(raw: bytes) -> None:
    found = parse_mail(raw)
    assert "unreadable" not in found.problems
    assert parse_mail(raw) == found
    for text in (found.text, found.subject, found.html or "", found.visible_reply):
        assert "\x00" not in text
        text.encode()
    assert found.message_id.startswith("<")
    for attachment in found.attachments:
        assert attachment.filename
        assert "/" not in attachment.filename
        assert attachment.size == len(attachment.content())


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_what_was_written_and_what_was_quoted_are_all_of_the_text(text: str) -> None:
    from rapport.channels.email.quoting import separated

    visible, quoted = separated(text)
    kept = "".join(sorted((visible + quoted).split()))
    marked = text.replace("\ue0a1", "") if "\ue0a1" in text else text
    assert "".join(sorted("".join(kept))) == "".join(sorted("".join(marked.split())))
