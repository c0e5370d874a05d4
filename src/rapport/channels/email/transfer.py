"""Content-Transfer-Encoding (RFC 2045 §6) undone, as far as it goes."""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_OTHER = bytes(set(range(256)) - set(_ALPHABET))
_FOOTER = re.compile(rb"\r?\n[ \t]*\r?\n(?=[^\r\n]*[^A-Za-z0-9+/=\s])")
_PADDING = re.compile(rb"=+")
_IDENTITY = frozenset({"", "7bit", "8bit", "binary"})
_UUENCODED = frozenset({"x-uuencode", "uuencode", "x-uue", "uue"})


@dataclass(frozen=True, slots=True)
class Encoded:
    """A body's place in the mail's bytes; it is decoded when it is asked for."""

    raw: bytes
    start: int
    end: int
    encoding: str

    def content(self) -> bytes:
        """The bytes that were sent."""
        return self.read()[0]

    def read(self) -> tuple[bytes, str | None]:
        """The bytes, and a problem's code where they may not be complete."""
        return decoded(self.raw[self.start : self.end], self.encoding)


def decoded(data: bytes, encoding: str) -> tuple[bytes, str | None]:
    """The bytes that were encoded; an unknown encoding leaves them as they are."""
    if encoding in _IDENTITY:
        return data, None
    if encoding == "base64":
        return from_base64(data)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(data), None
    if encoding in _UUENCODED:
        return _from_uu(data)
    return data, "encoding_unknown"


def from_base64(data: bytes) -> tuple[bytes, str | None]:
    """Decode with padding missing, in the middle, or a mailing list's footer below."""
    problem = None
    if (footer := _FOOTER.search(data)) is not None:
        data, problem = data[: footer.start()], "base64_broken"
    letters = data.translate(None, _OTHER)
    if letters.rstrip(b"=").find(b"=") >= 0:
        problem = "base64_broken"
        pieces = [piece for piece in _PADDING.split(letters) if piece]
    else:
        pieces = [letters.rstrip(b"=")]
    out = []
    for piece in pieces:
        if len(piece) % 4 == 1:
            piece, problem = piece[:-1], "base64_broken"  # noqa: PLW2901 - a single letter is no byte
        out.append(binascii.a2b_base64(piece + b"=" * (-len(piece) % 4)))
    return b"".join(out), problem


def _from_uu(data: bytes) -> tuple[bytes, str | None]:
    out: list[bytes] = []
    problem: str | None = None
    inside = False
    for line in data.splitlines():
        if line.startswith(b"begin "):
            inside = True
        elif line == b"end":
            return b"".join(out), problem
        elif inside and line:
            try:
                out.append(binascii.a2b_uu(line))
            except binascii.Error:
                problem = "uuencode_broken"
    return b"".join(out), problem or "uuencode_broken"
