"""Bytes to text when the declared charset is right, wrong, unknown or missing.

Labels are read as the WHATWG Encoding standard reads them (`iso-8859-1` is windows-1252), because
that is what mail programs write.
"""

from __future__ import annotations

import codecs
import re

from charset_normalizer import from_bytes

_LABELS = {
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "ansi": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso8859-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-11": "cp874",
    "tis-620": "cp874",
    "windows-874": "cp874",
    "iso-8859-8-i": "iso8859_8",
    "iso-8859-8-e": "iso8859_8",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "big5": "big5hkscs",
    "utf8": "utf-8",
    "utf-8mb4": "utf-8",
    "unicode-1-1-utf-8": "utf-8",
    "x-mac-roman": "mac_roman",
    "macintosh": "mac_roman",
}
_NOT_CHARSETS = frozenset(
    {"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
)
_NO_SAY = frozenset({"", "us-ascii", "ascii", "unknown-8bit", "x-unknown", "default", "binary"})
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_HIGH = bytes(range(0x80, 0x100))
_SAMPLE = 4096
_FOREIGN_SHARE = 0.5
_CANDIDATES = ["cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "cp932", "euc_jp", "gb18030"]
_MORE_CANDIDATES = ["big5", "cp949", "cp874"]
_LONGEST_LABEL = 40


def codec_of(label: str) -> str | None:
    """Python's codec of a charset label; None where there is none that makes text."""
    name = label.strip().strip("\"'").lower()[:_LONGEST_LABEL]
    name = _LABELS.get(name, name)
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    good = found._is_text_encoding and found.name.replace("-", "_") not in _NOT_CHARSETS
    return found.name if good else None


def storable(text: str) -> str:
    """The text without NUL and half surrogate pairs: neither is text to a database."""
    return _UNSTORABLE.sub("", text) if _UNSTORABLE.search(text) else text


def decode(data: bytes, declared: str) -> tuple[str, str | None]:
    """The text, and `charset_unknown` or `charset_wrong` where the label did not hold.

    An absent label, or `us-ascii` over 8-bit bytes, is a guess without complaint only where the
    bytes are UTF-8, which is what RFC 6532 makes them.
    """
    if data.isascii() and b"\x1b" not in data and not _wide_or_shifted(declared):
        return data.decode("ascii"), None
    label = declared.strip().strip("\"'").lower()
    codec = codec_of(label)
    if label in _NO_SAY:
        text, sure = _guessed(data)
        return text, None if sure else "charset_unknown"
    if codec is None:
        return _guessed(data)[0], "charset_unknown"
    if codec == "cp1252" and (text_ := _as_utf8(data)) is not None:
        return text_, "charset_wrong"
    try:
        return _strict(data, codec), None
    except (UnicodeError, ValueError):
        return _mended(data, codec), "charset_wrong"


def _wide_or_shifted(declared: str) -> bool:
    """Charsets in which ASCII bytes may be something else."""
    return bool(
        re.match(
            r"\s*[\"']?(utf-?(7|16|32)|hz|ucs|unicode|iso-2022|cp037)", declared, re.IGNORECASE
        )
    )


def _strict(data: bytes, codec: str) -> str:
    if codec == "cp1252":
        try:
            return data.decode("cp1252")
        except UnicodeDecodeError:
            return data.decode("latin-1")
    if codec == "utf-8":
        codec = "utf-8-sig"
    return data.decode(codec)


def _as_utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _mended(data: bytes, codec: str) -> str:
    """Mostly what was declared: keep it with replacements; mostly not: guess."""
    text = data.decode(codec, "replace")
    bad = text.count("\ufffd")
    good = sum(1 for c in text[:_SAMPLE] if ord(c) >= 0x80) - min(bad, _SAMPLE)
    if good > bad:
        return text
    return _guessed(data)[0]


def _guessed(data: bytes) -> tuple[str, bool]:
    """A reading, and whether the bytes themselves tell that it is right."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace"), True
    text = _as_utf8(data)
    if text is not None and b"\x1b$" not in data:
        return text, True
    if b"\x1b$" in data or b"\x1b(" in data:
        return data.decode("iso2022_jp_ext", "replace"), False
    sample = data[:_SAMPLE]
    high = len(sample) - len(sample.translate(None, _HIGH))
    letters = high + sum(1 for b in sample if 65 <= b <= 90 or 97 <= b <= 122)
    if high > _FOREIGN_SHARE * letters:
        best = from_bytes(sample, cp_isolation=[*_CANDIDATES, *_MORE_CANDIDATES]).best()
        if best is not None and best.encoding != "ascii":
            return data.decode(best.encoding, "replace"), False
    return _strict(data, "cp1252"), False
