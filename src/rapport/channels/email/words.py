"""Text in headers: unfolding, raw 8-bit bytes, encoded words (RFC 2047), broken ones too."""

from __future__ import annotations

import binascii
import re

from rapport.channels.email.charsets import codec_of, decode, storable
from rapport.channels.email.transfer import from_base64

_WORD = re.compile(r"=\?([^?\s*]{1,60})(?:\*[^?]*)?\?([bBqQ])\?")
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]+")
_BETWEEN = re.compile(r"[ \t]*")
_SPACES = re.compile(r"[ \t\r\n]+")


def header_text(value: bytes) -> str:
    """An unfolded value as text, encoded words as they are."""
    text, _ = decode(value, "")
    return text


def unstructured(value: bytes) -> str:
    """Subjects and the like: decoded, without control characters, white space run together."""
    text = decoded_words(header_text(value))
    return _SPACES.sub(" ", _CONTROLS.sub(" ", storable(text))).strip()


def decoded_words(text: str) -> str:
    """Replace encoded words.

    Neighbours in the same charset are joined before decoding, because many programs cut a
    character in two; white space between encoded words is not shown (RFC 2047 §6.2). Words are
    taken inside quotes, without white space around them and with question marks in them.
    """
    if "=?" not in text:
        return text
    out: list[str] = []
    pending: tuple[str, bytes] | None = None
    position = 0
    while (start := text.find("=?", position)) >= 0:
        word = _word_at(text, start)
        if word is None:
            _flush(pending, out)
            pending = None
            out.append(text[position : start + 2])
            position = start + 2
            continue
        charset, data, end = word
        between = text[position:start]
        if pending is None or _BETWEEN.fullmatch(between) is None:
            _flush(pending, out)
            pending = None
            out.append(between)
        if pending is not None and pending[0] == charset:
            pending = (charset, pending[1] + data)
        else:
            _flush(pending, out)
            pending = (charset, data)
        position = end
    _flush(pending, out)
    out.append(text[position:])
    return "".join(out)


def _flush(pending: tuple[str, bytes] | None, out: list[str]) -> None:
    if pending is not None:
        out.append(decode(pending[1], pending[0])[0])


def _word_at(text: str, start: int) -> tuple[str, bytes, int] | None:
    head = _WORD.match(text, start)
    if head is None:
        return None
    end = text.find("?=", head.end())
    if head[2] in "qQ":
        # `?==?` and `?=3F=` are ambiguous: the word ends where no hexadecimal pair follows.
        while end >= 0 and re.match(r"=[0-9A-F]{2}", text[end + 1 : end + 4]):
            end = text.find("?=", end + 2)
    if end < 0 or "=?" in text[head.end() : end]:
        return None
    payload = text[head.end() : end].encode("utf-8", "replace")
    charset = head[1].lower()
    if codec_of(charset) is None:
        charset = ""
    if head[2] in "bB":
        return charset, from_base64(payload)[0], end + 2
    return charset, binascii.a2b_qp(payload.replace(b" ", b"_"), header=True), end + 2
