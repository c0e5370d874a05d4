"""An outgoing mail as RFC 5322 bytes.

No value can add a header: line breaks and other control characters in subjects, names and file
names become spaces, addresses and ids with anything but an address or id in them are refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address as HeaderAddress
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from email.utils import format_datetime
from typing import Literal

from rapport.channels.email.addresses import Address, is_address
from rapport.channels.email.bodies import safe_filename
from rapport.channels.email.charsets import storable
from rapport.channels.email.html_text import text_of_html

LONGEST_SUBJECT = 900
MOST_REFERENCES = 30
_POLICY = SMTP.clone(max_line_length=78)
_CONTROLS = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]+")
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+=_-]{0,120}")
_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
_MEDIA_TYPE = re.compile(r"([\w.+-]{1,80})/([\w.+-]{1,80})", re.ASCII)
_CONTENT_ID = re.compile(r"[A-Za-z0-9.@_+-]{1,200}")
_LONE_LF = re.compile(r"\r\n?")


class Unsendable(ValueError):  # noqa: N818 - says what the mail is
    """A value that can't be in a mail; a stable code and words for the agent."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """An attachment, or with `content_id` an image that the HTML shows as `cid:…`."""

    filename: str
    media_type: str
    content: bytes = field(repr=False)
    content_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingMail:
    """One mail to send.

    `token` becomes the Message-ID `<{token}@{domain}>` and the last of the References, because
    some providers rewrite the Message-ID and keep these. `automatic` marks a mail that no person
    sends (RFC 3834): `auto-replied` for answers, `auto-generated` otherwise. Without `text` it is
    made from the HTML. Bcc recipients are the envelope's business and in no header.
    """

    sender: Address
    to: tuple[Address, ...]
    subject: str
    token: str
    domain: str
    date: datetime | None
    """None leaves it to the server that takes the mail (RFC 6409 §8.2)."""
    cc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    html: str | None = None
    text: str | None = None
    inline: tuple[File, ...] = ()
    attachments: tuple[File, ...] = ()
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    automatic: Literal["auto-replied", "auto-generated"] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Further ones, e.g. `X-Auto-Response-Suppress`; cleaned like the subject."""


def compose(mail: OutgoingMail) -> bytes:
    """The mail's bytes, with CRLF.

    Raises:
        Unsendable: an address, id, token or type is none, or there is nobody to send it to.
    """
    if not (mail.to or mail.cc):
        raise Unsendable("no_recipient", "The mail has no recipient.")
    message = EmailMessage(policy=_POLICY)
    message_id = own_message_id(mail.token, mail.domain)
    message["From"] = _header_address(mail.sender)
    for name, people in (("To", mail.to), ("Cc", mail.cc), ("Reply-To", mail.reply_to)):
        if people:
            message[name] = [_header_address(one) for one in people]
    message["Subject"] = one_line(mail.subject)[:LONGEST_SUBJECT]
    if mail.date is not None:
        message["Date"] = format_datetime(mail.date)
    message["Message-ID"] = message_id
    if mail.in_reply_to is not None:
        message["In-Reply-To"] = _id(mail.in_reply_to)
    message["References"] = " ".join(_references(mail, message_id))
    if mail.automatic is not None:
        message["Auto-Submitted"] = mail.automatic
        message["X-Auto-Response-Suppress"] = "All"
    for name, value in mail.headers.items():
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9-]{0,70}", name) or name in message:
            raise Unsendable("header_invalid", f"{one_line(name)} can't be set.")
        message[name] = one_line(value)[:LONGEST_SUBJECT]
    _add_bodies(message, mail)
    for file in mail.attachments:
        _attach(message, file)
    return message.as_bytes()


def own_message_id(token: str, domain: str) -> str:
    """The Message-ID that carries our reply token.

    Raises:
        Unsendable: the token or domain has characters that an id has not.
    """
    if not _TOKEN.fullmatch(token) or not _DOMAIN.fullmatch(_ascii_domain(domain)):
        raise Unsendable("token_invalid", "The reply token or its domain is not valid.")
    return f"<{token}@{_ascii_domain(domain)}>"


def recipients(mail: OutgoingMail) -> tuple[str, ...]:
    """The envelope's recipients, each once.

    Raises:
        Unsendable: one of them is no address.
    """
    found = dict.fromkeys(_header_address(one).addr_spec for one in (*mail.to, *mail.cc))
    return tuple(found)


def one_line(text: str) -> str:
    """Text for a header: without line breaks and other control characters."""
    return " ".join(_CONTROLS.sub(" ", storable(text)).split())


def _references(mail: OutgoingMail, message_id: str) -> list[str]:
    """The first and the latest ids, then our own."""
    known = [_id(one) for one in dict.fromkeys(mail.references)]
    if mail.in_reply_to is not None and mail.in_reply_to not in known:
        known.append(_id(mail.in_reply_to))
    known = [one for one in known if one != message_id]
    if len(known) > MOST_REFERENCES:
        known = [known[0], *known[1 - MOST_REFERENCES :]]
    return [*known, message_id]


def _id(text: str) -> str:
    """Ids of customers that can't be written down in a header are refused, not mended."""
    if not _ID.fullmatch(text):
        raise Unsendable("id_invalid", "A message id that is answered is not valid.")
    return text


def writable_id(text: str) -> bool:
    """Whether an id that a customer's mail program made can stand in our headers."""
    return _ID.fullmatch(text) is not None


def _header_address(one: Address) -> HeaderAddress:
    address = one.address
    if not is_address(address) or _CONTROLS.search(address) or address.count("@") != 1:
        raise Unsendable("address_invalid", f"{one_line(address)} is not an e-mail address.")
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        raise Unsendable(
            "address_not_ascii", f"{address} has letters that most servers can't deliver to."
        )
    try:
        return HeaderAddress(
            display_name=one_line(one.name), username=local, domain=_ascii_domain(domain)
        )
    except (ValueError, IndexError) as error:
        raise Unsendable("address_invalid", f"{address} is not an e-mail address.") from error


def _ascii_domain(domain: str) -> str:
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise Unsendable("address_invalid", f"{one_line(domain)} is not a domain.") from error


def _add_bodies(message: EmailMessage, mail: OutgoingMail) -> None:
    text = mail.text if mail.text is not None else text_of_html(mail.html or "")
    message.set_content(_body(text), subtype="plain", charset="utf-8", cte=_encoding(text))
    if mail.html is None:
        return
    html = _body(mail.html)
    message.add_alternative(html, subtype="html", charset="utf-8", cte=_encoding(html))
    *_, page = message.iter_parts()
    for file in mail.inline:
        _embed(page, file)


def _body(text: str) -> str:
    return _LONE_LF.sub("\n", storable(text))


def _encoding(text: str) -> str:
    """Quoted-printable keeps lines short and survives every server; base64 where it is shorter."""
    foreign = sum(1 for c in text[:20_000] if ord(c) > 127)
    return "base64" if foreign * 3 > len(text[:20_000]) else "quoted-printable"


def _types(file: File) -> tuple[str, str]:
    kinds = _MEDIA_TYPE.fullmatch(file.media_type)
    if kinds is None or kinds[1] in {"multipart", "message"}:
        return "application", "octet-stream"
    return kinds[1], kinds[2]


def _attach(message: EmailMessage, file: File) -> None:
    main, sub = _types(file)
    name = safe_filename(one_line(file.filename)) or "file"
    message.add_attachment(file.content, maintype=main, subtype=sub, filename=name, cte="base64")


def _embed(page: MIMEPart, file: File) -> None:
    main, sub = _types(file)
    if file.content_id is None or not _CONTENT_ID.fullmatch(file.content_id):
        raise Unsendable("content_id_invalid", "An image in the text has no valid id.")
    page.add_related(
        file.content,
        maintype=main,
        subtype=sub,
        cid=f"<{file.content_id}>",
        filename=safe_filename(one_line(file.filename)) or "image",
        disposition="inline",
        cte="base64",
    )
