"""Who gets an answer and what stands in it: modes M1 and what happens when they change (M2, M7)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from html import escape

from rapport.channels.email.addresses import Address
from rapport.channels.email.composing import writable_id
from rapport.channels.email.mail import Mail

_PREFIX = re.compile(
    r"^\s*(?:(?:re|aw|antw|antwort|sv|vs|rif|r|odp|ynt|ref|rv|res|回复|答复|回覆|fwd?|wg|tr|enc|"
    r"i|vb|vl|doorst|rv|inoltra|转发|轉寄)(?:\s*\[\d{1,3}\]|\s*\(\d{1,3}\))?\s*[:：]\s*)+",
    re.IGNORECASE,
)


class Mode(StrEnum):
    """How the latest mail is answered."""

    REPLY = "reply"
    REPLY_ALL = "reply_all"
    FORWARD = "forward"


class Filling(StrEnum):
    """What a field gets when the mode changes."""

    AUTO = "auto"
    EMPTY = "emptied"
    ORIGINAL = "original"


@dataclass(frozen=True, slots=True)
class Rights:
    """Which fields the agent may write in (M1)."""

    to: bool
    cc: bool
    subject: bool


RIGHTS = {
    Mode.REPLY: Rights(to=False, cc=True, subject=False),
    Mode.REPLY_ALL: Rights(to=False, cc=True, subject=False),
    Mode.FORWARD: Rights(to=True, cc=True, subject=False),
}


@dataclass(frozen=True, slots=True)
class Switch:
    """To and Cc after a change of the mode; the body is always saved as a draft (M2)."""

    to: Filling
    cc: Filling


SWITCHES: dict[tuple[Mode, Mode], Switch] = {
    (Mode.REPLY, Mode.REPLY_ALL): Switch(Filling.AUTO, Filling.ORIGINAL),
    (Mode.REPLY, Mode.FORWARD): Switch(Filling.EMPTY, Filling.EMPTY),
    (Mode.REPLY_ALL, Mode.FORWARD): Switch(Filling.EMPTY, Filling.EMPTY),
    (Mode.REPLY_ALL, Mode.REPLY): Switch(Filling.AUTO, Filling.EMPTY),
    (Mode.FORWARD, Mode.REPLY): Switch(Filling.AUTO, Filling.EMPTY),
    (Mode.FORWARD, Mode.REPLY_ALL): Switch(Filling.AUTO, Filling.AUTO),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyFields:
    """The composer's fields. `attachments` are the positions of the latest mail's files to add."""

    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    in_reply_to: str | None
    references: tuple[str, ...]
    quote_text: str
    quote_html: str
    attachments: tuple[int, ...] = ()


def reply_fields(
    mode: Mode, latest: Mail, own: Iterable[str], *, said: str = "{name}, {date}:"
) -> ReplyFields:
    """The fields of a mode, from the latest mail.

    Args:
        mode: How it is answered.
        latest: The newest mail of the thread. If it is our own, the answer goes where it went.
        own: Our addresses; they never get our mail (M7).
        said: The line above a quote, with `{name}` and `{date}`.
    """
    ours = frozenset(address.lower() for address in own)
    known = [one for one in (*latest.references, latest.message_id) if writable_id(one)]
    to, cc = _people(mode, latest, ours)
    quote_text, quote_html = _quote(mode, latest, said)
    forward = mode is Mode.FORWARD
    return ReplyFields(
        to=to,
        cc=cc,
        subject=f"{'Fwd' if forward else 'Re'}: {bare_subject(latest.subject)}".rstrip(),
        in_reply_to=latest.message_id if writable_id(latest.message_id) and not forward else None,
        references=tuple(dict.fromkeys(known)),
        quote_text=quote_text,
        quote_html=quote_html,
        attachments=tuple(range(len(latest.attachments))) if forward else (),
    )


def switched(
    before: Mode, after: Mode, latest: Mail, own: Iterable[str]
) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    """To and Cc after the mode was changed, as M2 has it."""
    fields = reply_fields(after, latest, own)
    if before is after:
        return fields.to, fields.cc
    switch = SWITCHES[before, after]
    to = () if switch.to is Filling.EMPTY else fields.to
    cc = () if switch.cc is Filling.EMPTY else fields.cc
    return to, cc


def bare_subject(subject: str) -> str:
    """Without Re, AW, Fwd and their like, however many."""
    return _PREFIX.sub("", subject).strip()


def _people(
    mode: Mode, latest: Mail, ours: AbstractSet[str]
) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    if mode is Mode.FORWARD:
        return (), ()
    outgoing = (
        latest.sender is not None and latest.sender.key in ours and latest.by_form(ours) is None
    )
    writers: tuple[Address, ...] = (latest.sender,) if latest.sender else ()
    answered = latest.to if outgoing else latest.reply_to or writers
    to = _without(answered, ours)
    if not to and not outgoing:
        to = _without(writers, ours)
    if mode is Mode.REPLY:
        return to, ()
    others = () if outgoing else latest.to
    to = _without((*to, *others), ours)
    cc = _without(latest.cc, ours | {one.key for one in to})
    return to, cc


def _without(people: Iterable[Address], taken: AbstractSet[str]) -> tuple[Address, ...]:
    """Each once, none of those that are taken."""
    return tuple({one.key: one for one in people if one.key not in taken}.values())


def _quote(mode: Mode, latest: Mail, said: str) -> tuple[str, str]:
    """The history below an answer; in a forward the mail itself with its head."""
    name = latest.sender.name or latest.sender.address if latest.sender else ""
    date = latest.date.strftime("%Y-%m-%d %H:%M UTC") if latest.date else ""
    body = latest.html if latest.html is not None else _as_html(latest.text)
    if mode is Mode.FORWARD:
        head = _forward_head(latest, date)
        lines = "\n".join(f"{field}: {value}" for field, value in head)
        rows = "<br>".join(f"<b>{escape(f)}:</b> {escape(v)}" for f, v in head)
        return (
            f"---------- Forwarded message ----------\n{lines}\n\n{latest.text}",
            f"<div>---------- Forwarded message ----------<br>{rows}<br><br></div>{body}",
        )
    line = said.format(name=name, date=date)
    marked = "\n".join(f">{'' if t.startswith('>') else ' '}{t}" for t in latest.text.split("\n"))
    return (
        f"{line}\n{marked}",
        f'<div>{escape(line)}</div><blockquote type="cite">{body}</blockquote>',
    )


def _forward_head(latest: Mail, date: str) -> list[tuple[str, str]]:
    fields = [
        ("From", _shown((latest.sender,) if latest.sender else ())),
        ("Date", date),
        ("Subject", latest.subject),
        ("To", _shown(latest.to)),
        ("Cc", _shown(latest.cc)),
    ]
    return [(name, value) for name, value in fields if value]


def _shown(people: Iterable[Address]) -> str:
    return ", ".join(f"{p.name} <{p.address}>" if p.name else p.address for p in people)


def _as_html(text: str) -> str:
    return f'<div style="white-space: pre-wrap">{escape(text)}</div>'
