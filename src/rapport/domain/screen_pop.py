"""The link into another system that belongs to a conversation, made from a configured pattern."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

FIELDS = frozenset(
    {
        "contact.id",
        "contact.name",
        "contact.email",
        "contact.phone",
        "task.id",
        "task.channel",
        "task.queue",
        "task.account",
        "agent.name",
        "agent.email",
    }
)
"""Placeholders; `contact.fields.…` and `task.variables.…` take any name besides."""
_OPEN = ("contact.fields.", "task.variables.")
_PLACE = re.compile(r"\{([^{}]*)\}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?")


def check_pattern(pattern: str) -> str:
    """The pattern, if links may be made from it.

    Raises:
        ValueError: not an https address, a host that is not fixed, or an unknown placeholder.
    """
    try:
        parts = urlsplit(pattern)
        port = parts.port
    except ValueError:
        raise ValueError("this is not an address") from None
    if parts.scheme != "https":
        raise ValueError("the address must begin with https://")
    host = parts.netloc if port is None else parts.netloc.rpartition(":")[0]
    if _HOST.fullmatch(host) is None:
        raise ValueError("the host must be fixed, without placeholders or a user's name")
    if re.search(r"[\s\x00-\x1f\\]", _PLACE.sub("", pattern)):
        raise ValueError("the address holds a space or a backslash")
    for name in _PLACE.findall(pattern):
        if name not in FIELDS and not any(name.startswith(p) and name != p for p in _OPEN):
            raise ValueError(f"there is no placeholder {{{name}}}")
    if set(_PLACE.sub("", pattern)) & set("{}"):
        raise ValueError("a brace stands alone")
    return pattern


def link_from(pattern: str, values: Mapping[str, str | None]) -> str:
    """The address for one conversation; what is not known is left empty.

    Every value is percent-encoded whole, so that it stays one part of the path or the query; one
    of dots alone would climb in the path however it is written, and is left out.
    """

    def encoded(match: re.Match[str]) -> str:
        value = values.get(match.group(1)) or ""
        return "" if value.strip(".") == "" else quote(value, safe="")

    return _PLACE.sub(encoded, pattern)
