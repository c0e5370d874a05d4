"""Phone numbers and e-mail addresses, covered for who has no right to see them (P3).

A cover keeps what tells two customers apart at a glance, `d•••@example.com` and `+49 ••• ••12`, and
is always the same for the same address, so that a covered one that comes back can be recognised.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

DOTS = "•••"
NOTHING: frozenset[str] = frozenset()
# Also as links write them: %40 is @, %2B is +.
_MAIL = re.compile(
    r"(?P<first>[^\W_]|[!#$&'*+/=?^`{|}~_-])(?P<local>[\w.!#$&'*+/=?^`{|}~-]*)(?P<at>@|%40)"
    r"(?P<host>[\w-]+(?:\.[\w-]+)*)"
)
_ABROAD = re.compile(
    r"(?<![\w+•.,])(?:(?P<plus>\+|%2[Bb]|00)(?=[1-9]))\d(?:[\s()./-]{0,3}\d){6,14}(?![\w•])"
)
_AT_HOME = re.compile(r"(?<![\w+•.,/:-])\(?0[1-9]\d{1,4}\)?(?:[\s/-]{0,2}\d){5,9}(?![\w•:-])")
_DIGITS = re.compile(r"\+?[\d\s()./-]{5,30}")
_WHOLE = frozenset(
    {
        "address",
        "contact_key",
        "email",
        "external_id",
        "from",
        "identity",
        "phone",
        "recipient",
        "sender",
        "to",
        "wa_id",
    }
)
"""Under these names a value is an address as a whole, however it is written."""
_NAMES = frozenset({"name", "title", "label"})
_LONGEST_NUMBER = 15
_PLAIN = frozenset(
    {"client_id", "code", "cursor", "kind", "media_type", "next", "position", "type"}
)
_CUSTOMERS = ("contact.", "customer.", "task.variables.", "variable.")
_OURS = frozenset({"catalog", "user"})
"""Parts of answers that are about the installation and its people."""


def cover_mail(address: str) -> str:
    """`d•••@example.com`."""
    local, _, host = address.rpartition("@")
    return f"{local[:1]}{DOTS}@{host}"


def cover_phone(number: str) -> str:
    """`+49 ••• ••12`, whatever stands between the digits."""
    digits = re.sub(r"\D", "", number)
    plus = "+" if number.lstrip().startswith("+") else ""
    return f"{plus}{digits[:2]} {DOTS} ••{digits[-2:]}"


def cover_text(text: str, ours: frozenset[str] = NOTHING) -> str:
    """A text with every phone number and e-mail address covered but our own, lower case."""
    if "@" in text or "%40" in text:
        text = _MAIL.sub(lambda m: _mail(m, ours), text)
    if any(c.isdigit() for c in text):
        text = _ABROAD.sub(lambda m: _phone(m, ours), text)
        text = _AT_HOME.sub(lambda m: _phone(m, ours), text)
    return text


def cover_value(key: str, value: str, ours: frozenset[str] = NOTHING) -> str:
    """A value by the name of its field."""
    if value.casefold() in ours:
        return value
    digits = sum(c.isdigit() for c in value)
    if key in _WHOLE:
        if "@" in value:
            return cover_text(value, ours)
        if _DIGITS.fullmatch(value) and digits > 4:
            return cover_phone(value)
    elif key in _NAMES and _DIGITS.fullmatch(value) and 7 <= digits <= _LONGEST_NUMBER:
        return cover_phone(value)
    return cover_text(value, ours)


def covered(value: Any, ours: frozenset[str] = NOTHING, key: str = "") -> Any:
    """The JSON of an answer or an event, with all that customers can be reached by covered."""
    if isinstance(value, str):
        if key in _PLAIN or key.endswith(("_at", "_id")) or value.startswith("/api/"):
            return value
        return cover_value(key, value, ours)
    if isinstance(value, Mapping):
        return {
            name: one if name in _OURS else covered(one, ours, _key(str(name), key))
            for name, one in value.items()
        }
    if isinstance(value, list):
        if _is_excerpt(value):
            return _excerpt(value, ours)
        return [covered(one, ours, key) for one in value]
    return value


def without_addresses(values: Mapping[str, str | None]) -> dict[str, str | None]:
    """What texts and links are filled in with: nothing where a customer's address would stand."""
    return {
        key: None if key.startswith(_CUSTOMERS) and value and _covers(key, value) else value
        for key, value in values.items()
    }


def _covers(key: str, value: str) -> bool:
    return cover_value(key.rpartition(".")[2], value) != value


def as_known(given: str, known: Iterable[str], key: str, ours: frozenset[str] = NOTHING) -> str:
    """The one known value that was shown as what is given; what is given if there is none.

    So that somebody who was shown a cover can hand it back without destroying what it covers.
    """
    shown = {value for value in known if value and cover_value(key, value, ours) == given}
    return shown.pop() if len(shown) == 1 else given


def _key(name: str, outer: str) -> str:
    # Of `{"to": {"address": …, "name": …}}` the inner names count; numbered things have the outer.
    return outer if name.isdecimal() else name


def _mail(match: re.Match[str], ours: frozenset[str]) -> str:
    whole = match[0].replace("%40", "@").casefold()
    if whole in ours:
        return match[0]
    return f"{match['first']}{DOTS}{match['at']}{match['host']}"


def _phone(match: re.Match[str], ours: frozenset[str]) -> str:
    number = re.sub(r"^%2[Bb]", "+", match[0])
    if re.sub(r"[^\d+]", "", number) in ours:
        return match[0]
    return cover_phone(number)


def _is_excerpt(parts: list[Any]) -> bool:
    return bool(parts) and all(
        isinstance(one, Mapping) and one.keys() == {"text", "found"} for one in parts
    )


def _excerpt(parts: list[Any], ours: frozenset[str]) -> list[Any]:
    """What was found may be part of an address: then nothing of the excerpt is marked."""
    whole = "".join(str(one["text"]) for one in parts)
    shown = cover_text(whole, ours)
    return parts if shown == whole else [{"text": shown, "found": False}]
