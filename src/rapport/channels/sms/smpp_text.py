"""Characters of SMPP messages: GSM 7-bit (a septet per octet, or packed), data_coding, UDH.

Source: 3GPP TS 23.038 §6.1 (packing) and §4 (coding groups), TS 23.040 §9.2.3.24 (user data
header), SMPP 3.4 §5.2.19 (data_coding).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rapport.domain.segments import ESCAPE, GSM_ALPHABET, GSM_EXTENSION

DefaultAlphabet = Literal["gsm", "gsm_packed", "latin1"]
GSM, LATIN_1, UCS_2 = 0, 3, 8
_SEPTET = {char: bytes((place,)) for place, char in enumerate(GSM_ALPHABET) if place != ESCAPE}
_SEPTET |= {char: bytes((ESCAPE, place)) for char, place in GSM_EXTENSION.items()}
_EXTENDED = {place: char for char, place in GSM_EXTENSION.items()}
_CODECS = {
    1: "ascii",
    3: "latin-1",
    5: "shift_jis",
    6: "iso8859_5",
    7: "iso8859_8",
    8: "utf-16-be",
    10: "iso2022_jp",
    13: "euc_jp",
    14: "euc_kr",
}
_FILLING = b"\r"
_BINARY = frozenset({2, 4, 9})
_SHIFTED, _WIDE_SHIFTED, _PORTS_8, _PORTS_16 = 0x00, 0x08, 0x04, 0x05


def gsm_octets(text: str) -> bytes:
    """One septet per octet; the text must be in the alphabet (`encoding_of`)."""
    return b"".join(_SEPTET[char] for char in text)


def gsm_text(septets: bytes) -> str:
    """The characters; an unknown escaped one is read as the plain one, as phones do."""
    characters = []
    escaped = False
    for septet in septets:
        if septet == ESCAPE and not escaped:
            escaped = True
            continue
        plain = GSM_ALPHABET[septet & 0x7F]
        characters.append(_EXTENDED.get(septet, plain) if escaped else plain)
        escaped = False
    return "".join(characters).replace("\x1b", " ")


def pack(septets: bytes, fill: int = 0) -> bytes:
    """Eight septets in seven octets, after `fill` empty bits; seven bits left over hold a CR."""
    if (7 * len(septets) + fill) % 8 == 1:
        septets += _FILLING
    bits = 0
    for place, septet in enumerate(septets):
        bits |= septet << (7 * place + fill)
    return bits.to_bytes((7 * len(septets) + fill + 7) // 8, "little")


def unpack(octets: bytes, fill: int = 0) -> bytes:
    """The septets; a last one that fills the octets up as CR or nothing is filling."""
    bits = int.from_bytes(octets, "little") >> fill
    number = max(8 * len(octets) - fill, 0) // 7
    septets = bytes((bits >> (7 * place)) & 0x7F for place in range(number))
    whole = 7 * number + fill == 8 * len(octets)
    return septets[:-1] if whole and septets[-1:] in {_FILLING, b"\x00"} else septets


@dataclass(frozen=True, slots=True)
class UserData:
    """User data without its header: the part of a joined message it is, if it is one."""

    octets: bytes
    header_length: int = 0
    joined: tuple[str, int, int] | None = None
    """Reference, total, 1-based number."""
    to_port: bool = False


def user_data(payload: bytes, has_header: bool) -> UserData:
    """Take the header off; unknown elements (national tables too) are skipped.

    A header longer than the data is none: all of it is text then.
    """
    if not has_header or not payload or payload[0] + 1 > len(payload):
        return UserData(payload)
    length = payload[0] + 1
    joined, to_port = None, False
    at = 1
    while at + 2 <= length:
        kind, size = payload[at], payload[at + 1]
        data = payload[at + 2 : min(at + 2 + size, length)]
        if kind == _SHIFTED and len(data) == 3:
            joined = _part(f"u{data[0]}", data[1], data[2])
        elif kind == _WIDE_SHIFTED and len(data) == 4:
            joined = _part(f"w{data[0] << 8 | data[1]}", data[2], data[3])
        elif kind in {_PORTS_8, _PORTS_16}:
            to_port = True
        at += 2 + size
    return UserData(payload[length:], length, joined, to_port)


def _part(reference: str, total: int, number: int) -> tuple[str, int, int] | None:
    return (reference, total, number) if 1 <= number <= total and total > 1 else None


def text_of(data: UserData, data_coding: int, default: DefaultAlphabet) -> str | None:
    """The characters, or None where the octets are no text. Never fails: what can't be read is
    replaced.
    """
    coding = _alphabet(data_coding)
    if coding is None:
        return None
    if coding == GSM:
        return _default_text(data, default)
    codec = _CODECS[coding]
    octets = data.octets
    if coding == UCS_2:
        return octets.decode(codec, "surrogatepass" if len(octets) % 2 == 0 else "replace")
    return octets.decode(codec, "replace")


def _alphabet(data_coding: int) -> int | None:
    """A codec's number, `GSM`, or None for binary; by coding groups from 0x10 on."""
    if data_coding in _BINARY:
        return None
    if data_coding < 0x10:
        return data_coding if data_coding in _CODECS else GSM
    if data_coding >= 0xF0:
        return None if data_coding & 0x04 else GSM
    if data_coding >= 0xC0:
        return UCS_2 if data_coding & 0xF0 == 0xE0 else GSM
    if data_coding >= 0x40:
        return GSM
    return {0x00: GSM, 0x04: None, 0x08: UCS_2, 0x0C: GSM}[data_coding & 0x0C]


def _default_text(data: UserData, default: DefaultAlphabet) -> str:
    if default == "latin1":
        return data.octets.decode("latin-1")
    if default == "gsm_packed":
        return gsm_text(unpack(data.octets, -8 * data.header_length % 7))
    if max(data.octets, default=0) < 0x80:
        return gsm_text(data.octets)
    # An octet over 0x7F is no septet: the message centre means something else by its default.
    try:
        return data.octets.decode("utf-8")
    except UnicodeDecodeError:
        return data.octets.decode("latin-1")
