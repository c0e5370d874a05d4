"""What a customer's mail program writes and shows."""

from __future__ import annotations

import base64
import email.policy
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, getaddresses
from html import escape
from typing import Any, cast

POLICY = email.policy.default.clone(linesep="\r\n", max_line_length=998)
_CID = re.compile(r"""(["'(=])cid:([^"'>)\s]+)""", re.IGNORECASE)
_STYLE = (
    "<style>body{font:15px/1.5 system-ui,sans-serif;margin:12px;overflow-wrap:anywhere}"
    "img{max-width:100%}pre{white-space:pre-wrap;font:inherit}</style>"
)


@dataclass(frozen=True, slots=True)
class File:
    """A file that the customer adds; `inline`: a picture within the text."""

    filename: str
    media_type: str
    content: bytes
    inline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the customer has written."""

    sender: tuple[str, str]
    to: Sequence[str]
    subject: str
    text: str
    cc: Sequence[str] = ()
    files: Sequence[File] = ()
    answers: bytes | None = None


def written(draft: Draft, message_id: str, at: Any) -> bytes:
    """The mail as it leaves the customer's program.

    Raises:
        ValueError: a line break in a header.
    """
    mail = EmailMessage(policy=POLICY)
    name, address = draft.sender
    mail["From"] = Address(name, addr_spec=address)
    mail["To"] = ", ".join(draft.to)
    if draft.cc:
        mail["Cc"] = ", ".join(draft.cc)
    mail["Subject"] = draft.subject
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id
    if draft.answers is not None:
        before = parsed(draft.answers)
        if known := str(before["Message-ID"] or ""):
            mail["In-Reply-To"] = known
            mail["References"] = f"{before['References'] or ''} {known}".strip()
    pictures = [file for file in draft.files if file.inline]
    mail.set_content(draft.text or " ")
    if pictures:
        html = f"<p>{escape(draft.text).replace(chr(10), '<br>')}</p>"
        html += "".join(
            f'<p><img src="cid:{_cid(n)}" alt="{escape(f.filename)}"></p>'
            for n, f in enumerate(pictures)
        )
        mail.add_alternative(html, subtype="html")
        _, alternative = cast("list[EmailMessage]", mail.get_payload())
        for number, file in enumerate(pictures):
            main, _, sub = file.media_type.partition("/")
            alternative.add_related(
                file.content, main, sub or "octet-stream", cid=f"<{_cid(number)}>",
                filename=file.filename, disposition="inline",
            )  # fmt: skip
    for file in draft.files:
        if not file.inline:
            main, _, sub = file.media_type.partition("/")
            mail.add_attachment(
                file.content, maintype=main, subtype=sub or "octet-stream", filename=file.filename
            )
    return mail.as_bytes()


def _cid(number: int) -> str:
    return f"picture{number}@mail.example"


def parsed(raw: bytes) -> EmailMessage:
    """A mail, read."""
    found = BytesParser(policy=email.policy.default).parsebytes(raw)
    if not isinstance(found, EmailMessage):
        raise TypeError("not a mail")
    return found


def shown(key: str, raw: bytes, at: float, *, own: bool) -> dict[str, Any]:
    """A mail as the page's thread has it."""
    mail = parsed(raw)
    body = mail.get_body(("plain", "html"))
    files = [
        {
            "id": f"{key}.{number}",
            "filename": part.get_filename() or "file",
            "media_type": part.get_content_type(),
            "kind": part.get_content_maintype(),
            "size": len(part.get_payload(decode=True) or b""),
        }
        for number, part in enumerate(parts(mail))
        if part.get_content_disposition() != "inline" or not part["Content-ID"]
    ]
    return {
        "id": key,
        "author": "customer" if own else "business",
        "type": "email",
        "subject": str(mail["Subject"] or ""),
        "from": str(mail["From"] or ""),
        "to": str(mail["To"] or ""),
        "cc": str(mail["Cc"] or ""),
        "text": body.get_content()
        if body is not None and body.get_content_subtype() == "plain"
        else "",
        "page": f"{key}.page",
        "files": files,
        "at": at,
        "acknowledged": True,
        "attempts": 1,
        "statuses": [] if own else [{"status": "delivered"}],
    }


def parts(mail: EmailMessage) -> list[EmailMessage]:
    """Everything in a mail that is a file."""
    return [
        part
        for part in cast("Iterator[EmailMessage]", mail.walk())
        if not part.is_multipart()
        and (part.get_filename() or part["Content-ID"] or part.get_content_maintype() != "text")
    ]


def page_of(raw: bytes) -> str:
    """The mail's body as a page for a frame in which nothing runs; its own pictures as data."""
    mail = parsed(raw)
    body = mail.get_body(("html", "plain"))
    text = body.get_content() if body is not None else ""
    if body is None or body.get_content_subtype() != "html":
        return f"<!doctype html>{_STYLE}<pre>{escape(text)}</pre>"
    pictures = {
        str(part["Content-ID"]).strip("<> "): part for part in parts(mail) if part["Content-ID"]
    }

    def data(found: re.Match[str]) -> str:
        part = pictures.get(found[2])
        if part is None:
            return found[0]
        coded = base64.b64encode(part.get_payload(decode=True) or b"").decode()  # type: ignore[arg-type]
        return f"{found[1]}data:{part.get_content_type()};base64,{coded}"

    return f"<!doctype html>{_STYLE}{_CID.sub(data, text)}"


def addresses(text: str) -> list[str]:
    """The addresses that a person typed, separated by commas."""
    return [address for _, address in getaddresses([text]) if "@" in address]
