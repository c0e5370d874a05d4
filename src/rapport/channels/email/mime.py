"""A mail's bytes taken apart into its tree of parts, in one pass and with bounds.

The standard library's parser is not used for this: it nests a generator per level, so that a
mail of many levels costs depth times length and ends in a `RecursionError`; and it keeps every
body as text. Here a body is a place in the bytes (RFC 2046 §5.1; RFC 5322 §2.2).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rapport.channels.email.parameters import with_parameters

MOST_PARTS = 10_000
DEEPEST = 100
MOST_HEADERS = 2000
LONGEST_HEADER = 128 * 1024
_MOST_DASHES = 1_000_000
_LONGEST_DELIMITER = 400

_NAME = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_GUESSED_BOUNDARY = re.compile(rb"^--([^\r\n]{1,200}?)[ \t]*\r?$", re.MULTILINE)


@dataclass(slots=True)
class Part:
    """One part: its headers in order (names lower case, values as they came) and its place.

    `start` to `end` is the whole part, the body begins at `body`.
    """

    start: int
    body: int
    end: int
    headers: list[tuple[str, bytes]]
    media_type: str
    parameters: dict[str, str]
    children: list[Part] = field(default_factory=list)
    closed: bool = False

    def header(self, name: str) -> bytes:
        """The first one's value; empty where there is none."""
        return next((value for known, value in self.headers if known == name), b"")

    def headers_of(self, name: str) -> list[bytes]:
        """All of them."""
        return [value for known, value in self.headers if known == name]

    @property
    def container(self) -> bool:
        """Whether it is a multipart that could be taken apart."""
        return bool(self.children)


@dataclass(slots=True)
class _Open:
    part: Part
    delimiter: bytes


def scan(raw: bytes, problems: set[str]) -> Part:
    """The tree of a mail; what is wrong with it is added to `problems`."""
    return _Scan(raw, problems).run()


class _Scan:
    def __init__(self, raw: bytes, problems: set[str]) -> None:
        self._raw = raw
        self._problems = problems
        self._open: list[_Open] = []
        self._delimiters: dict[bytes, int] = {}
        self._leaf: Part | None = None
        self._parts = 0

    def run(self) -> Part:
        raw = self._raw
        root = self._read(_first_header(raw), "text/plain")
        position = root.body
        dashes = 0
        while self._open:
            at = (
                position if raw.startswith(b"--", position) else raw.find(b"\n--", position - 1) + 1
            )
            dashes += 1
            if at == 0 or dashes > _MOST_DASHES:
                break
            position = self._line(at)
        self._close_down(0, len(raw))
        return root

    def _line(self, at: int) -> int:
        """Take a line that begins with dashes; where to go on."""
        raw = self._raw
        eol = raw.find(b"\n", at)
        eol = len(raw) if eol < 0 else eol
        line = raw[at : min(eol, at + _LONGEST_DELIMITER)].rstrip(b" \t\r")
        level, closing = self._level(line)
        if level is None:
            return eol + 1
        end = _before_line_break(raw, at)
        self._close_down(level + 1, end)
        if closing:
            self._open[level].part.closed = True
            self._close_down(level, end)
            return eol + 1
        if self._parts >= MOST_PARTS:
            self._problems.add("too_many_parts")
            self._leaf = None
            return eol + 1
        return self._begin(level, min(eol + 1, len(raw)))

    def _level(self, line: bytes) -> tuple[int | None, bool]:
        found = self._delimiters.get(line)
        if found is not None:
            return found, False
        if line.endswith(b"--"):
            found = self._delimiters.get(line[:-2])
            if found is not None:
                return found, True
        return None, False

    def _begin(self, level: int, at: int) -> int:
        parent = self._open[level].part
        kind = "message/rfc822" if parent.media_type == "multipart/digest" else "text/plain"
        part = self._read(at, kind)
        parent.children.append(part)
        return part.body

    def _read(self, at: int, default: str) -> Part:
        """Read a part's headers; a multipart is opened."""
        headers, body = self._headers(at)
        value = next((v for n, v in headers if n == "content-type"), b"")
        media_type, parameters = with_parameters(value)
        if not re.fullmatch(r"[\w.+-]+/[\w.+-]+", media_type, re.ASCII):
            if value.strip():
                self._problems.add("content_type_invalid")
            media_type = "text/plain" if media_type.startswith("text") else default
        part = Part(at, body, len(self._raw), headers, media_type, parameters)
        self._parts += 1
        self._leaf = part
        if media_type.startswith("multipart/"):
            self._enter(part)
        return part

    def _enter(self, part: Part) -> None:
        if len(self._open) >= DEEPEST:
            self._problems.add("too_deep")
            return
        boundary = part.parameters.get("boundary", "").rstrip().encode("utf-8", "replace")
        if not boundary:
            self._problems.add("no_boundary")
            guessed = _GUESSED_BOUNDARY.search(self._raw, part.body, part.body + 64 * 1024)
            if guessed is None:
                return
            boundary = guessed[1]
        delimiter = b"--" + boundary
        # The same boundary inside itself belongs to the outer one, as the delimiter lines do.
        if len(delimiter) < _LONGEST_DELIMITER and delimiter not in self._delimiters:
            self._delimiters[delimiter] = len(self._open)
            self._open.append(_Open(part, delimiter))
            self._leaf = None

    def _close_down(self, level: int, end: int) -> None:
        """End the part that is being read, and every multipart from this level on."""
        if self._leaf is not None:
            self._leaf.end = max(self._leaf.body, end)
            self._leaf = None
        while len(self._open) > level:
            closed = self._open.pop()
            del self._delimiters[closed.delimiter]
            closed.part.end = max(closed.part.body, end)
            if not closed.part.closed:
                self._problems.add("multipart_unfinished")

    def _headers(self, at: int) -> tuple[list[tuple[str, bytes]], int]:
        raw, size = self._raw, len(self._raw)
        lines: list[tuple[str, list[bytes]]] = []
        position = at
        while position < size:
            eol = raw.find(b"\n", position)
            eol = size if eol < 0 else eol
            line = raw[position:eol]
            if line in {b"", b"\r"}:
                return self._joined(lines), min(eol + 1, size)
            if not self._take(line, lines, eol):
                break
            position = eol + 1
        return self._joined(lines), min(position, size)

    def _take(self, line: bytes, lines: list[tuple[str, list[bytes]]], eol: int) -> bool:
        """Add a header line; False where the headers are over without an empty line."""
        if line[:1] in {b" ", b"\t"} and lines:
            lines[-1][1].append(line)
            return True
        if line.startswith(b"--") and self._level(line.rstrip(b" \t\r"))[0] is not None:
            return False
        named = _NAME.match(line)
        if named is not None:
            lines.append((named[1].decode("ascii").lower(), [line[named.end() :]]))
            return True
        self._problems.add("header_broken")
        return bool(lines) and _NAME.match(self._raw, eol + 1) is not None

    def _joined(self, lines: list[tuple[str, list[bytes]]]) -> list[tuple[str, bytes]]:
        if len(lines) > MOST_HEADERS:
            self._problems.add("too_many_headers")
        headers = []
        for name, pieces in lines[:MOST_HEADERS]:
            value = b" ".join(piece.strip(b" \t\r") for piece in pieces)
            if len(value) > LONGEST_HEADER:
                self._problems.add("header_too_long")
                value = value[:LONGEST_HEADER]
            headers.append((name, value))
        return headers


def _first_header(raw: bytes) -> int:
    """After a byte order mark, empty lines and the separator line of an mbox file."""
    at = 3 if raw.startswith(b"\xef\xbb\xbf") else 0
    while raw[at : at + 1] in {b"\r", b"\n"}:
        at += 1
    if raw.startswith((b"From ", b">From "), at):
        at = raw.find(b"\n", at) + 1 or len(raw)
    return at


def _before_line_break(raw: bytes, at: int) -> int:
    """The line break before a delimiter belongs to it (RFC 2046 §5.1.1)."""
    if at >= 1 and raw[at - 1] == 0x0A:
        at -= 1
        if at >= 1 and raw[at - 1] == 0x0D:
            at -= 1
    return at
