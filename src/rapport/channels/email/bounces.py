"""Delivery failures read: RFC 3464 reports, and the texts of servers that don't write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rapport.channels.email.addresses import is_address
from rapport.channels.email.bodies import Bodies, encoded
from rapport.channels.email.charsets import decode, storable
from rapport.channels.email.ids import first_id
from rapport.channels.email.mail import Bounce
from rapport.channels.email.mime import Part
from rapport.channels.email.words import unstructured

_MOST_RECIPIENTS = 200
_LONGEST_STATUS = 256 * 1024
_LONGEST_REASON = 500
_LONGEST_TEXT = 64 * 1024
_FAILED = frozenset({"failed", "delayed", ""})
_ENHANCED = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_REPLY_CODE = re.compile(r"(?:^|[\s:<>(\[;])([45]\d\d)[ \-](?=\S)")
_IN_TEXT = re.compile(r"<?([^\s<>()\",;:]{1,64}@[^\s<>()\",;:]{1,255})>?")
_MESSAGE_ID = re.compile(r"^[>\s]*Message-ID:\s*(<[^<>\s]{3,500}>)", re.IGNORECASE | re.MULTILINE)
_COPY_BELOW = re.compile(
    r"^[\s>-]*(?:-{2,} ?(?:Below this line is a copy|This is a copy of|Original message|"
    r"The header of the original|Returned message|Unsent message|Undelivered message)"
    r"|(?:Original message headers|Message header follows)\s*:|Return-Path:|Received:)",
    re.IGNORECASE | re.MULTILINE,
)
_LINE_RECIPIENT = re.compile(
    r"^\s{0,8}<?([^\s<>()\",;:]{1,64}@[^\s<>()\",;:]{1,255}?)>?\s*"
    r"(?::|$|\(|\.\.\.|\bon\b|  )",
    re.MULTILINE,
)


def bounce_of(raw: bytes, root: Part, found: Bodies) -> Bounce | None:
    """A report's failed recipients; None where it reports none that failed."""
    for part in found.machine:
        if part.media_type.endswith("delivery-status"):
            return _from_report(raw, part, root, found)
    return _from_text(raw, root, found)


def reports_failure(raw: bytes, found: Bodies) -> bool | None:
    """Whether a delivery status says that something failed or is late; None without one."""
    for part in found.machine:
        if part.media_type.endswith("delivery-status"):
            recipients = list(_recipients(_fields(raw, part)))
            return not recipients or any(_action(r) in _FAILED for r in recipients)
    return None


def _from_report(raw: bytes, part: Part, root: Part, found: Bodies) -> Bounce | None:
    groups = list(_recipients(_fields(raw, part)))
    failed = [group for group in groups if _action(group) == "failed"]
    failed = failed or [group for group in groups if _action(group) in _FAILED]
    if groups and not failed:
        return None
    if not failed:
        return _from_text(raw, root, found)
    names = [name for group in failed if (name := _recipient(group))]
    status = next((s for group in failed if (s := _status(group))), None)
    actions = {_action(group) for group in failed}
    hard = status.startswith("5") if status else actions == {"failed"}
    return Bounce(
        recipients=tuple(dict.fromkeys(names))[:_MOST_RECIPIENTS],
        hard=hard and "delayed" not in actions,
        status=status,
        original_message_id=_original_id(raw, root, found),
        reason=next((r for group in failed if (r := _diagnostic(group))), ""),
        delayed=actions == {"delayed"},
    )


def _from_text(raw: bytes, root: Part, found: Bodies) -> Bounce:
    """Exim names them in a header; qmail and others in the text, before a copy of the mail."""
    text = found.text[:_LONGEST_TEXT]
    copy = _COPY_BELOW.search(text)
    said = text[: copy.start()] if copy else text
    named = unstructured(b", ".join(root.headers_of("x-failed-recipients")))
    recipients = [a for a in re.split(r"[,\s]+", named) if is_address(a)]
    if not recipients:
        recipients = [m[1].rstrip(".") for m in _LINE_RECIPIENT.finditer(said)]
    if not recipients:
        recipients = [m[1].rstrip(".") for m in _IN_TEXT.finditer(said)]
        recipients = [a for a in recipients if not _is_server(a)][:1]
    enhanced = _ENHANCED.search(said)
    code = _REPLY_CODE.search(said)
    status = enhanced[1] if enhanced else code[1] if code else None
    return Bounce(
        recipients=tuple(dict.fromkeys(a for a in recipients if is_address(a)))[:_MOST_RECIPIENTS],
        hard=status is None or status.startswith("5"),
        status=status,
        original_message_id=_original_id(raw, root, found),
        reason=_reason_line(said, enhanced or code),
    )


def _fields(raw: bytes, part: Part) -> list[dict[str, str]]:
    """The groups of fields, separated by empty lines (RFC 3464 §2.1)."""
    data, _ = encoded(raw, part).read()
    text = storable(decode(data[:_LONGEST_STATUS], "")[0]).replace("\r", "")
    groups = []
    for block in re.split(r"\n[ \t]*\n", text):
        fields: dict[str, str] = {}
        for line in re.sub(r"\n[ \t]+", " ", block).split("\n"):
            name, colon, value = line.partition(":")
            if colon:
                fields.setdefault(name.strip().lower(), value.strip())
        if fields:
            groups.append(fields)
    return groups


def _recipients(groups: Iterable[dict[str, str]]) -> Iterator[dict[str, str]]:
    for group in groups:
        if group.keys() & {"final-recipient", "original-recipient", "action", "status"}:
            yield group


def _action(group: dict[str, str]) -> str:
    return re.split(r"[\s(]", group.get("action", "").lower(), maxsplit=1)[0]


def _recipient(group: dict[str, str]) -> str:
    """The one we wrote to, if the server says so; else the one that failed in the end."""
    for name in ("original-recipient", "final-recipient"):
        value = group.get(name, "")
        address = value.partition(";")[2] if ";" in value else value
        address = address.strip().strip("<>").removeprefix("mailto:")
        if is_address(address):
            return address
    return ""


def _status(group: dict[str, str]) -> str | None:
    enhanced = _ENHANCED.search(group.get("status", ""))
    said = group.get("diagnostic-code", "")
    better = _ENHANCED.search(said)
    if enhanced and not (enhanced[1].endswith(".0.0") and better):
        return enhanced[1]
    if better:
        return better[1]
    if enhanced:
        return enhanced[1]
    code = _REPLY_CODE.search(" " + said)
    return code[1] if code else None


def _diagnostic(group: dict[str, str]) -> str:
    said = group.get("diagnostic-code", "")
    kind, semicolon, words = said.partition(";")
    said = words if semicolon and len(kind) < 40 else said
    return unstructured(said.encode())[:_LONGEST_REASON]


def _reason_line(text: str, code: re.Match[str] | None) -> str:
    if code is None:
        return ""
    start = text.rfind("\n", 0, code.start(1)) + 1
    end = text.find("\n\n", code.start(1))
    block = text[start : end if end >= 0 else len(text)]
    return " ".join(block.split())[:_LONGEST_REASON]


def _original_id(raw: bytes, root: Part, found: Bodies) -> str | None:
    """The Message-ID of the mail that came back."""
    parts = [*found.originals, *(p for p in found.machine if p.media_type.endswith("headers"))]
    for part in parts:
        data, _ = encoded(raw, part).read()
        head = re.split(rb"\r?\n\r?\n", data[:_LONGEST_STATUS].lstrip(b"\r\n"), maxsplit=1)[0]
        unfolded = re.sub(r"\r?\n[ \t]+", " ", decode(head, "")[0])
        if (found_id := _MESSAGE_ID.search(unfolded)) is not None:
            return storable(found_id[1])
    if (in_text := _MESSAGE_ID.search(found.text[:_LONGEST_TEXT])) is not None:
        return in_text[1]
    return first_id(root.header("in-reply-to")) or first_id(root.header("references"))


def _is_server(address: str) -> bool:
    return address.lower().partition("@")[0] in {"mailer-daemon", "postmaster", "mail-daemon"}
