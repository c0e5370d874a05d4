"""Card and health data in HTML: also where tags and entities stand between the digits (P2)."""

from __future__ import annotations

import re
from html import unescape

from rapport.domain.sensitive import SensitiveKind, Watch, find, masked

_PIECE = re.compile(
    r"(?P<unseen><!--.*?(?:-->|\Z)|<(?P<raw>style|script|title)\b.*?(?:</(?P=raw)[^>]*>|\Z))"
    r"|(?P<tag><[a-zA-Z/!?][^<>]*>?)"
    r"|(?P<entity>&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?)",
    re.DOTALL | re.IGNORECASE,
)
_APART = re.compile(
    r"</?(?:p|div|br|tr|td|th|li|ul|ol|table|h[1-6]|hr|blockquote|section|article|pre|dd|dt)\b",
    re.IGNORECASE,
)
_INVISIBLE = {"\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad"}
"""Characters that nobody sees: between two digits they part nothing."""


def masked_html(html: str, watch: Watch) -> tuple[str, tuple[SensitiveKind, ...]]:
    """The HTML with every finding covered in place, and what was found.

    Looked for in what is seen, and in the tags and comments themselves.
    """
    text, places, html, kinds = _seen(html, watch)
    found = find(text, watch)
    if not found:
        return html, tuple(sorted(kinds))
    covered = masked(text, found)
    pieces = list(html)
    for at, (before, after) in enumerate(zip(text, covered, strict=True)):
        if before != after:
            start, end = places[at]
            pieces[start:end] = [after, *[""] * (end - start - 1)]
    kinds |= {item.kind for item in found}
    return "".join(pieces), tuple(sorted(kinds))


def _seen(html: str, watch: Watch) -> tuple[str, list[tuple[int, int]], str, set[SensitiveKind]]:
    """What is seen, where each of its characters stands, the HTML with its tags masked."""
    text: list[str] = []
    places: list[tuple[int, int]] = []
    pieces: list[str] = []
    kinds: set[SensitiveKind] = set()
    length = 0

    def plain(piece: str) -> None:
        nonlocal length
        for offset, char in enumerate(piece):
            if char not in _INVISIBLE:
                text.append(char)
                places.append((length + offset, length + offset + 1))
        pieces.append(piece)
        length += len(piece)

    position = 0
    for match in _PIECE.finditer(html):
        plain(html[position : match.start()])
        position, piece = match.end(), match[0]
        if match["entity"]:
            for char in unescape(piece):
                if char not in _INVISIBLE:
                    text.append(char)
                    places.append((length, length + len(piece)))
        else:
            found = find(piece, watch)
            if found:
                kinds |= {item.kind for item in found}
                piece = masked(piece, found)
            if match["unseen"] or _APART.match(piece):
                text.append("\n")
                places.append((length, length))
        pieces.append(piece)
        length += len(piece)
    plain(html[position:])
    return "".join(text), places, "".join(pieces), kinds
