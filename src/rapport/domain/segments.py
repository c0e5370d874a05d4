"""How a text becomes SMS segments: alphabet, cost per character, and where it is cut.

Source: 3GPP TS 23.038 §6.2.1 (GSM 7-bit default alphabet and its extension table) and TS 23.040
§9.2.3.24.1 (a segment of a joined message loses 6 octets to its header: 7 septets, 3 UCS-2 units).
`web/packages/sms-segments` is the same algorithm for the composer; both keep
`tests/unit/domain/segments.json`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

GSM_ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The 128 characters by their septet; 0x1B is the escape to the extension table."""
GSM_EXTENSION = {
    "\f": 0x0A,
    "^": 0x14,
    "{": 0x28,
    "}": 0x29,
    "\\": 0x2F,
    "[": 0x3C,
    "~": 0x3D,
    "]": 0x3E,
    "|": 0x40,
    "€": 0x65,
}
ESCAPE = 0x1B
_BASIC = frozenset(GSM_ALPHABET) - {"\x1b"}
_BASIC_PLANE = 0xFFFF


class Encoding(StrEnum):
    """What the characters of a message are carried in."""

    GSM = "gsm"
    UCS2 = "ucs2"


ALONE = {Encoding.GSM: 160, Encoding.UCS2: 70}
JOINED = {Encoding.GSM: 153, Encoding.UCS2: 67}


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs: `used` units of its encoding, and `left` in its last segment.

    A unit is a septet (GSM) or a UTF-16 code unit (UCS-2). No text is no segment.
    """

    encoding: Encoding
    count: int
    used: int
    left: int


def encoding_of(text: str) -> Encoding:
    """GSM if every character is in the alphabet or its extension, else UCS-2."""
    if all(char in _BASIC or char in GSM_EXTENSION for char in text):
        return Encoding.GSM
    return Encoding.UCS2


def segments(text: str) -> Segments:
    """Count the segments of a text as `split` cuts it."""
    encoding = encoding_of(text)
    cost = _COST[encoding]
    used = sum(map(cost, text))
    if used <= ALONE[encoding]:
        return Segments(encoding, 1 if text else 0, used, ALONE[encoding] - used)
    parts = split(text, encoding)
    return Segments(
        encoding, len(parts), used, JOINED[encoding] - sum(cost(char) for char in parts[-1])
    )


def split(text: str, encoding: Encoding | None = None) -> list[str]:
    """Cut a text into segments; neither a surrogate pair nor an escaped character is torn.

    `encoding` may ask for UCS-2 where GSM would do; GSM for other characters is an error.
    """
    encoding = encoding or encoding_of(text)
    cost = _COST[encoding]
    if not text:
        return []
    if sum(map(cost, text)) <= ALONE[encoding]:
        return [text]
    parts: list[str] = []
    start = room = 0
    for index, char in enumerate(text):
        if cost(char) > room:
            if index:
                parts.append(text[start:index])
            start, room = index, JOINED[encoding]
        room -= cost(char)
    parts.append(text[start:])
    return parts


def _septets(char: str) -> int:
    return 2 if char in GSM_EXTENSION else 1


def _units(char: str) -> int:
    return 2 if ord(char) > _BASIC_PLANE else 1


_COST: dict[Encoding, Callable[[str], int]] = {Encoding.GSM: _septets, Encoding.UCS2: _units}
