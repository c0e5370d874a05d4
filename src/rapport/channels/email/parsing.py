"""Bytes to `Mail`: never raises, in bounded time and memory.

What can't be understood is a code in `problems`; what can, is there. A mail over `LARGEST` is cut.
"""

from __future__ import annotations

from typing import Any

from rapport.channels.email.addresses import addresses
from rapport.channels.email.bodies import Bodies, bodies_of
from rapport.channels.email.bounces import bounce_of, reports_failure
from rapport.channels.email.charsets import decode, storable
from rapport.channels.email.classing import automatic_headers, class_of
from rapport.channels.email.dates import date_of, received_date
from rapport.channels.email.html_text import MARK, text_of_html
from rapport.channels.email.ids import first_id, ids, made_id, own_id
from rapport.channels.email.mail import Bounce, Mail, MailClass
from rapport.channels.email.mime import Part, scan
from rapport.channels.email.quoting import separated
from rapport.channels.email.words import unstructured

LARGEST = 64 * 1024 * 1024
LONGEST_SUBJECT = 2000
_SEPARATED = 300_000
_ONCE = ("from", "subject", "message-id", "date", "in-reply-to", "references", "content-type")


def parse_mail(raw: bytes) -> Mail:
    """Read a mail, whatever it is."""
    try:
        return _parse(raw)
    except Exception:  # noqa: BLE001 - a mail that breaks the parser is still a mail
        return _unreadable(raw)


def inspect_mail(raw: bytes) -> dict[str, Any]:
    """The same as plain values, for `rapport inspect email`."""
    mail = parse_mail(raw)
    return {
        "from": mail.sender.address if mail.sender else None,
        "from_name": mail.sender.name if mail.sender else None,
        "to": [a.address for a in mail.to],
        "cc": [a.address for a in mail.cc],
        "reply_to": [a.address for a in mail.reply_to],
        "subject": mail.subject,
        "text": mail.text,
        "html": mail.html,
        "visible_reply": mail.visible_reply,
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to,
        "references": list(mail.references),
        "attachments": [
            {
                "filename": a.filename,
                "media_type": a.media_type,
                "size": a.size,
                "inline": a.inline,
            }
            for a in mail.attachments
        ],
        "class": mail.mail_class,
        "bounce": {
            "recipients": list(mail.bounce.recipients),
            "hard": mail.bounce.hard,
            "status": mail.bounce.status,
        }
        if mail.bounce
        else None,
        "problems": list(mail.problems),
    }


def _parse(raw: bytes) -> Mail:
    problems: set[str] = set()
    whole, raw = raw, _readable(raw, problems)
    root = scan(raw, problems)
    _judge_headers(root, problems)
    found = bodies_of(raw, root, problems)
    text, visible, quoted = _texts(found)
    senders = addresses(root.headers_of("from")[:1]) or addresses(root.headers_of("sender")[:1])
    sender = senders[0] if senders else None
    if sender is None:
        problems.add("no_from")
    subject = unstructured(root.header("subject")[: 8 * LONGEST_SUBJECT])[:LONGEST_SUBJECT]
    automatic = automatic_headers(root)
    failure = reports_failure(raw, found)
    kind: MailClass = class_of(root, automatic, sender, subject, failure=failure)
    bounce: Bounce | None = bounce_of(raw, root, found) if kind == "bounce" else None
    message_id = own_id(root.header("message-id"))
    if message_id is None:
        problems.add("no_message_id")
    date = date_of(root.header("date"))
    if date is None:
        problems.add("date_invalid" if root.header("date").strip() else "no_date")
    return Mail(
        sender=sender,
        to=addresses(root.headers_of("to")),
        cc=addresses(root.headers_of("cc")),
        reply_to=addresses(root.headers_of("reply-to")),
        subject=subject,
        text=text,
        html=found.html,
        visible_reply=visible,
        quoted=quoted,
        message_id=message_id or made_id(whole),
        in_reply_to=first_id(root.header("in-reply-to")),
        references=ids(b" ".join(root.headers_of("references"))),
        date=date or received_date(root.headers_of("received")),
        attachments=tuple(found.attachments),
        automatic=automatic,
        mail_class=kind,
        bounce=bounce,
        problems=tuple(sorted(problems)),
    )


def _readable(raw: bytes, problems: set[str]) -> bytes:
    if len(raw) > LARGEST:
        problems.add("too_large")
        raw = raw[:LARGEST]
    if b"\n" not in raw and b"\r" in raw:
        problems.add("line_ends")
        raw = raw.replace(b"\r", b"\n")
    if not raw.strip():
        problems.add("empty")
    return raw


def _judge_headers(root: Part, problems: set[str]) -> None:
    seen: set[str] = set()
    for name, value in root.headers:
        if name in _ONCE and name in seen:
            problems.add("header_twice")
        seen.add(name)
        if b"\x00" in value:
            problems.add("null_bytes")
    if not root.headers:
        problems.add("no_headers")


def _texts(found: Bodies) -> tuple[str, str, str]:
    """The whole text, what was written, what was quoted."""
    if found.html is None or found.text_given:
        visible, quoted = separated(found.text[:_SEPARATED])
        return found.text, visible, quoted
    marked = text_of_html(found.html, mark=True)
    visible, quoted = separated(marked[:_SEPARATED])
    lines = (line for line in marked.split("\n") if line.strip() != MARK)
    return "\n".join(lines), visible, quoted


def _unreadable(raw: bytes) -> Mail:
    """At least the bytes as text."""
    text, _ = decode(raw[:_SEPARATED], "")
    return Mail(
        sender=None,
        text=storable(text),
        visible_reply=storable(text),
        message_id=made_id(raw),
        problems=("unreadable",),
    )
