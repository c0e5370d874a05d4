"""Templates: prepared texts with parameters that are filled and fields that agents fill in (C1).

In a body, `@@customer.name@@` or `@@customer.name|there@@` stands for a value of the
conversation, with what to say where there is none; `<order number>` is a field. `\\<` and `\\@@`
are these characters themselves. Only what a template says is a field: filled values and what an
agent types are ordinary text, whatever signs are in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rapport.domain.errors import Invalid, Refused
from rapport.domain.rich_text import RichText, Style, links_spelled_out

PARAMETERS: Mapping[str, str] = {
    "customer.name": "the customer's name",
    "customer.first_name": "the first word of the customer's name",
    "customer.email": "the customer's e-mail address",
    "customer.phone": "the customer's phone number",
    "customer.id": "the customer's number in Rapport",
    "agent.name": "the name of the agent who writes",
    "agent.first_name": "the first word of the agent's name",
    "agent.email": "the agent's e-mail address",
    "task.id": "the number of the task",
    "task.channel": "the channel: webchat, email, messenger, sms, whatsapp",
    "queue.name": "the queue's name",
    "account.name": "the name of the page, number, website or mailbox",
    "account.address": "its address or number",
    "company.name": "the company's name, from the settings",
}
"""Every system parameter, in words. docs/guides/templates.md lists the same."""
VARIABLE = "variable."
"""Begins the name of a task's variable: `@@variable.order_number@@`."""
LONGEST_LABEL = 60
_TOKEN = re.compile(
    r"\\(?P<plain><|@@)"
    r"|@@(?P<name>[a-z][a-z0-9_.]{0,99})(?:\|(?P<fallback>[^@\n]{0,200}))?@@"
    rf"|<(?P<label>[^\s<>](?:[^<>\n]{{0,{LONGEST_LABEL - 2}}}[^\s<>])?)>"
)


@dataclass(frozen=True, slots=True)
class Field:
    """A stretch of a filled text that the agent has to replace; it shows `<name>` until then."""

    name: str
    start: int
    end: int

    @property
    def placeholder(self) -> str:
        """What it shows."""
        return f"<{self.name}>"


@dataclass(frozen=True, slots=True)
class Filled:
    """A body with its parameters filled in; ranges count code points."""

    text: str
    styles: tuple[Style, ...] = ()
    fields: tuple[Field, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a body: `text` as it stands there, or a parameter, or a field."""

    start: int
    end: int
    text: str = ""
    parameter: str | None = None
    fallback: str | None = None
    field: str | None = None

    @property
    def plain(self) -> bool:
        """Whether it is shown sign by sign as it is written."""
        return len(self.text) == self.end - self.start


def parts(body: str) -> Iterator[Part]:
    """A body cut into what is said as it stands, parameters and fields."""
    at = 0
    for found in _TOKEN.finditer(body):
        start, end = found.span()
        if start > at:
            yield Part(at, start, body[at:start])
        yield Part(
            start,
            end,
            found["plain"] or "",
            found["name"],
            found["fallback"],
            found["label"],
        )
        at = end
    if at < len(body):
        yield Part(at, len(body), body[at:])


def unknown_parameters(body: str) -> list[str]:
    """Names in a body that stand for nothing."""
    names = (part.parameter for part in parts(body) if part.parameter is not None)
    return [n for n in names if n not in PARAMETERS and not n.startswith(VARIABLE)]


def fill(body: RichText, values: Mapping[str, str | None]) -> Filled:
    """A body with its parameters filled in.

    A value that is missing, with no fallback, leaves a field with the parameter's name.
    """
    pieces: list[str] = []
    fields: list[Field] = []
    spans: list[_Span] = []
    at = 0
    for part in parts(body.text):
        shown, field = _shown(part, values)
        end = at + len(shown)
        spans.append(_Span(part.start, part.end, at, end, plain=part.plain))
        if field is not None:
            fields.append(Field(field, at, end))
        pieces.append(shown)
        at = end
    return Filled("".join(pieces), _carried(body.styles, spans), tuple(fields))


def on_channel(body: RichText, *, links: bool) -> RichText:
    """A body for a channel: where links cannot be styled, their address is written out."""
    if links:
        return body
    text, styles = links_spelled_out(body.text, body.styles)
    return RichText(text, tuple(s for s in styles if s.kind not in {"link", "underline"}))


def fitted(filled: Filled, text: str, *, more_may_follow: bool = False) -> Filled:
    """A text as the locked template that it was made from, with what the agent put into fields.

    `more_may_follow`, on lines of its own: the mail that is forwarded.

    Raises:
        Refused: `template_locked` where anything but a field was changed; `template_unresolved`
            where a field still shows its name.
    """
    put = _contents(filled, text, more_may_follow=more_may_follow)
    if put is None:
        raise Refused(
            "template_locked",
            "This template is locked: only its fields can be changed. Load it again.",
        )
    check_resolved(text, put)
    spans: list[_Span] = []
    old_at = new_at = 0
    for old, new in zip(filled.fields, put, strict=True):
        spans.append(_Span(old_at, old.start, new_at, new.start, plain=True))
        spans.append(_Span(old.start, old.end, new.start, new.end, plain=False))
        old_at, new_at = old.end, new.end
    rest = len(filled.text) - old_at
    spans.append(_Span(old_at, old_at + rest, new_at, new_at + rest, plain=True))
    return Filled(text, _carried(filled.styles, spans), tuple(put))


def check_resolved(text: str, fields: Sequence[Field]) -> None:
    """Refuse a text in which a field of a template still shows its name, or nothing.

    Raises:
        Refused: `template_unresolved`, with the first such field in `details.field`.
        Invalid: a field beyond the text.
    """
    for field in fields:
        if not 0 <= field.start <= field.end <= len(text):
            raise Invalid.field("from_template", "A field lies beyond the text.")
        if _is_open(text, field):
            raise Refused(
                "template_unresolved",
                f"Fill in “{field.name}” first.",
                {"field": {"name": field.name, "start": field.start, "end": field.end}},
            )


def _is_open(text: str, field: Field) -> bool:
    return text[field.start : field.end].strip() in {field.placeholder, ""}


def _shown(part: Part, values: Mapping[str, str | None]) -> tuple[str, str | None]:
    """What stands for a part, and the name of the field that it is."""
    if part.field is not None:
        return f"<{part.field}>", part.field
    if part.parameter is None:
        return part.text, None
    value = values.get(part.parameter) or part.fallback
    # An empty fallback says that nothing is a fine answer.
    if value or part.fallback is not None:
        return value or "", None
    return f"<{part.parameter}>", part.parameter


def _contents(filled: Filled, text: str, *, more_may_follow: bool) -> list[Field] | None:
    """What stands in each field: up to the first place where the fixed text after it is found and
    the field is filled in; where there is none, up to the first at all.

    That finds a way wherever there is one.
    """
    if not filled.fields:
        more = more_may_follow and text.startswith(filled.text + "\n")
        return [] if text == filled.text or more else None
    first = filled.fields[0]
    if not text.startswith(filled.text[: first.start]):
        return None
    put: list[Field] = []
    at = first.start
    for field, following in pairwise(filled.fields):
        fixed = filled.text[field.end : following.start]
        found = first_found = text.find(fixed, at + 1)
        while found >= 0 and _is_open(text, Field(field.name, at, found)):
            found = text.find(fixed, found + 1)
        found = first_found if found < 0 else found
        if found < 0:
            return None
        put.append(Field(field.name, at, found))
        at = found + len(fixed)
    last = filled.fields[-1]
    end = _end_of_last(filled.text[last.end :], text, at, more_may_follow=more_may_follow)
    return None if end is None else [*put, Field(last.name, at, end)]


def _end_of_last(fixed: str, text: str, at: int, *, more_may_follow: bool) -> int | None:
    if more_may_follow and fixed and (found := text.find(f"{fixed}\n", at + 1)) > 0:
        return found
    end = len(text) - len(fixed)
    return end if text.endswith(fixed) and end > at else None


@dataclass(frozen=True, slots=True)
class _Span:
    """A stretch of one text and where it lies in another; if `plain`, sign by sign."""

    start: int
    end: int
    new_start: int
    new_end: int
    plain: bool


def _carried(styles: Iterable[Style], spans: Sequence[_Span]) -> tuple[Style, ...]:
    """Styles of one text over the other; one that cuts into a span that is not plain covers it."""
    moved = (
        replace(style, start=_place(style.start, spans), end=_place(style.end, spans, end=True))
        for style in styles
    )
    return tuple(style for style in moved if style.start < style.end)


def _place(place: int, spans: Sequence[_Span], *, end: bool = False) -> int:
    for span in spans:
        inside = span.start < place <= span.end if end else span.start <= place < span.end
        if inside and span.plain:
            return span.new_start + place - span.start
        if inside:
            return span.new_end if end else span.new_start
    return spans[-1].new_end if spans else 0
