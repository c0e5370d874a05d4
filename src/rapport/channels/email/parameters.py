"""Structured header values: a value and its parameters (RFC 2045 §5.1, RFC 2231), broken ones too.

`filename*0*=utf-8''a; filename*1=b` is joined; a value with an encoded word, which RFC 2047 forbids
in a parameter and most mail programs write, is decoded.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from rapport.channels.email.charsets import decode, storable
from rapport.channels.email.words import decoded_words, header_text

_PARAMETER = re.compile(
    r""";\s*([^\s=;"]{1,100})\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^;]*))""", re.DOTALL
)
_NUMBERED = re.compile(r"(.+?)\*(\d{1,3})(\*?)")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_COMMENT = re.compile(r"\([^()]*\)\s*$")
_LONGEST = 8 * 1024
_LONGEST_VALUE = 4 * 1024


def with_parameters(value: bytes) -> tuple[str, dict[str, str]]:
    """The value in lower case and its parameters by name; the first of a name counts."""
    text = header_text(value[:_LONGEST])
    head, _, _ = text.partition(";")
    found: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for match in _PARAMETER.finditer(text, len(head)):
        name = match[1].lower()
        quoted = match[2] is not None
        given = _ESCAPED.sub(r"\1", match[2]) if quoted else _COMMENT.sub("", match[3]).strip()
        if numbered := _NUMBERED.fullmatch(name):
            extended = bool(numbered[3])
            pieces.setdefault(numbered[1], {}).setdefault(int(numbered[2]), (given, extended))
        elif name.endswith("*"):
            pieces.setdefault(name[:-1], {}).setdefault(0, (given, True))
        else:
            found.setdefault(name, decoded_words(given))
    for name, parts in pieces.items():
        found[name] = _continued(parts)
    clean = {name: storable(given)[:_LONGEST_VALUE] for name, given in found.items()}
    return storable(head.strip().lower()), clean


def _continued(parts: dict[int, tuple[str, bool]]) -> str:
    """Join the pieces in their order; the first of them names the charset."""
    charset = ""
    data = b""
    for number in sorted(parts):
        given, extended = parts[number]
        if extended and number == min(parts) and given.count("'") >= 2:
            charset, _, given = given.split("'", 2)
        data += unquote_to_bytes(given) if extended else given.encode("utf-8", "replace")
    text, _ = decode(data, charset)
    return decoded_words(text)
