"""Mails looked through for card and health data before anything of them is kept (P1 to P3).

Subject, names, text, HTML, file names and the text of files are searched. After a finding the
mail is written anew from what was read of it, covered: hidden parts, unknown headers and the
original bytes are gone with it. Files in which something was found are left out.
"""

from __future__ import annotations

import asyncio
from base64 import encodebytes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from email.header import Header
from email.utils import format_datetime
from urllib.parse import quote

from rapport.application.configuration.snapshot import Configuration
from rapport.channels.email.addresses import Address
from rapport.channels.email.composing import one_line
from rapport.channels.email.mail import Mail, MailAttachment
from rapport.channels.email.parsing import parse_mail
from rapport.channels.sdk.connector import Request
from rapport.domain.sensitive import SensitiveKind, Watch, find, masked
from rapport.domain.sensitive_html import masked_html
from rapport.storage.file_text import text_of_file

REMOVED_KINDS, REMOVED_FILES = "x-rapport-removed", "x-rapport-removed-files"
"""Headers of our own request (not of the mail) that tell what was taken out."""
_BOUNDARY = "=_rapport_covered"
_NOTE = b"This file was removed: it contained card or health data.\r\n"


@dataclass(frozen=True, slots=True)
class _Covered:
    """A mail as it may be kept; `files` are the numbers of those left out."""

    mail: Mail
    kinds: frozenset[SensitiveKind]
    files: frozenset[int]


async def screened(request: Request, configuration: Configuration) -> Request:
    """The request with a mail that may be kept; the same one where nothing was found."""
    watch = configuration.watch
    if watch is None:
        return request
    mail = await asyncio.to_thread(parse_mail, request.body)
    if mail.bounce is not None:
        # A bounce becomes a receipt; nothing of it is kept.
        return request
    in_files = {
        number: kinds
        for number, attachment in enumerate(mail.attachments)
        if (kinds := await _kinds_of_file(attachment, watch))
    }
    found = await asyncio.to_thread(_covered, mail, watch, in_files)
    if not found.kinds:
        return request
    drop = configuration.settings.privacy.action == "drop"
    kept = _emptied(found) if drop else found
    raw = await asyncio.to_thread(_written, kept)
    if await asyncio.to_thread(_still_there, raw, watch):
        kept = _emptied(found)
        raw = await asyncio.to_thread(_written, kept)
    headers = {
        **request.headers,
        REMOVED_KINDS: ",".join(sorted(found.kinds)),
        REMOVED_FILES: ",".join(str(number) for number in sorted(kept.files)),
    }
    return replace(request, body=raw, headers=headers)


async def _kinds_of_file(attachment: MailAttachment, watch: Watch) -> set[SensitiveKind]:
    content = await asyncio.to_thread(attachment.content)
    text = await text_of_file(content, attachment.media_type)
    if not text:
        return set()
    return {item.kind for item in await asyncio.to_thread(find, text, watch)}


def _covered(mail: Mail, watch: Watch, in_files: Mapping[int, set[SensitiveKind]]) -> _Covered:
    kinds: set[SensitiveKind] = set().union(*in_files.values())

    def clear(text: str) -> str:
        found = find(text, watch)
        kinds.update(item.kind for item in found)
        return masked(text, found) if found else text

    def person(one: Address) -> Address:
        return Address(clear(one.name), one.address)

    html = mail.html
    if html is not None:
        html, in_html = masked_html(html, watch)
        kinds.update(in_html)
    covered = replace(
        mail,
        sender=person(mail.sender) if mail.sender else None,
        to=tuple(person(one) for one in mail.to),
        cc=tuple(person(one) for one in mail.cc),
        reply_to=tuple(person(one) for one in mail.reply_to),
        subject=clear(mail.subject),
        text=clear(mail.text),
        html=html,
        attachments=tuple(replace(a, filename=clear(a.filename)) for a in mail.attachments),
        automatic={name: clear(value) for name, value in mail.automatic.items()},
    )
    return _Covered(covered, frozenset(kinds), frozenset(in_files))


def _emptied(found: _Covered) -> _Covered:
    """Nothing but who wrote when, and to what it belongs."""
    mail = replace(found.mail, subject="", text="", html=None)
    return _Covered(mail, found.kinds, frozenset(range(len(mail.attachments))))


def _still_there(raw: bytes, watch: Watch) -> bool:
    """Whether anything is found in the covered mail: then it was hidden too well to cover."""
    mail = parse_mail(raw)
    html_kinds = masked_html(mail.html, watch)[1] if mail.html else ()
    return bool(html_kinds) or any(
        find(text, watch) for text in (mail.subject, mail.text, mail.visible_reply)
    )


def _written(found: _Covered) -> bytes:
    return b"\r\n".join(_lines(found))


def _lines(found: _Covered) -> Iterator[bytes]:
    mail = found.mail
    for name, people in (
        ("From", (mail.sender,) if mail.sender else ()),
        ("To", mail.to),
        ("Cc", mail.cc),
        ("Reply-To", mail.reply_to),
    ):
        if people:
            yield f"{name}: {', '.join(_person(one) for one in people)}".encode()
    yield b"Subject: " + _words(mail.subject)
    if mail.date is not None:
        yield f"Date: {format_datetime(mail.date)}".encode()
    yield f"Message-ID: {one_line(mail.message_id)}".encode()
    if mail.in_reply_to:
        yield f"In-Reply-To: {one_line(mail.in_reply_to)}".encode()
    if mail.references:
        yield f"References: {' '.join(one_line(one) for one in mail.references)}".encode()
    for name, value in mail.automatic.items():
        yield f"{name.title()}: ".encode() + _words(value)
    yield b"MIME-Version: 1.0"
    yield f'Content-Type: multipart/mixed; boundary="{_BOUNDARY}"'.encode()
    yield b""
    inner = f"{_BOUNDARY}_text"
    yield f"--{_BOUNDARY}".encode()
    yield f'Content-Type: multipart/alternative; boundary="{inner}"'.encode()
    yield b""
    bodies = [("plain", mail.text)] + ([("html", mail.html)] if mail.html is not None else [])
    for subtype, text in bodies:
        yield f"--{inner}".encode()
        yield from _part(f"text/{subtype}; charset=utf-8", text.encode("utf-8", "replace"))
    yield f"--{inner}--".encode()
    for number, attachment in enumerate(mail.attachments):
        yield f"--{_BOUNDARY}".encode()
        gone = number in found.files
        content = _NOTE if gone else attachment.content()
        media_type = "text/plain; charset=utf-8" if gone else one_line(attachment.media_type)
        yield from _part(media_type, content, attachment)
    yield f"--{_BOUNDARY}--".encode()
    yield b""


def _part(media_type: str, content: bytes, file: MailAttachment | None = None) -> Iterator[bytes]:
    yield f"Content-Type: {media_type}".encode()
    yield b"Content-Transfer-Encoding: base64"
    if file is not None:
        how = "inline" if file.inline else "attachment"
        name = quote(one_line(file.filename), safe="")
        yield f"Content-Disposition: {how}; filename*=utf-8''{name}".encode()
        if file.content_id:
            yield f"Content-ID: <{one_line(file.content_id)}>".encode()
    yield b""
    yield encodebytes(content).replace(b"\n", b"\r\n").rstrip()


def _words(text: str) -> bytes:
    return Header(one_line(text), "utf-8", maxlinelen=70).encode(linesep="\r\n").encode()


def _person(one: Address) -> str:
    address = one_line(one.address).replace("<", "").replace(">", "")
    if not one.name:
        return f"<{address}>"
    return f"{_words(one.name).decode()} <{address}>"
