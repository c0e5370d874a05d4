"""A message's text with styles as the HTML of a mail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise

from rapport.domain.rich_text import Style, StyleKind

_INLINE: dict[StyleKind, str] = {
    "bold": "b",
    "italic": "i",
    "underline": "u",
    "strike": "s",
    "code": "code",
}
_BLOCKS: dict[StyleKind, tuple[str, str]] = {
    "quote": ("blockquote", "div"),
    "bullet_list": ("ul", "li"),
    "ordered_list": ("ol", "li"),
    "code_block": ("pre", "div"),
}
_LINKS = ("http://", "https://", "mailto:", "tel:")


def html_of(text: str, styles: Sequence[Style]) -> str:
    """Paragraphs, lists and quotes by line; inside a line each run has its own tags."""
    out: list[str] = []
    open_block: str | None = None
    position = 0
    for line in text.split("\n"):
        end = position + len(line)
        block, item = _block(styles, position, end)
        if block != open_block:
            out.extend([f"</{open_block}>"] * bool(open_block) + [f"<{block}>"] * bool(block))
            open_block = block
        out.append(f"<{item}>{_line(text, position, end, styles) or '<br>'}</{item}>")
        position = end + 1
    out.extend([f"</{open_block}>"] * bool(open_block))
    return "".join(out)


def _block(styles: Iterable[Style], start: int, end: int) -> tuple[str | None, str]:
    for style in styles:
        if style.kind in _BLOCKS and style.start <= start and end <= style.end and start < end:
            return _BLOCKS[style.kind]
    return None, "div"


def _line(text: str, start: int, end: int, styles: Sequence[Style]) -> str:
    over = [s for s in styles if s.start < end and s.end > start]
    edges = {start, end, *(max(start, s.start) for s in over), *(min(end, s.end) for s in over)}
    cuts = sorted(edges)
    return "".join(
        _run(text[a:b], [s for s in over if s.start <= a and b <= s.end]) for a, b in pairwise(cuts)
    )


def _run(text: str, styles: Iterable[Style]) -> str:
    html = escape(text)
    for style in styles:
        if (tag := _INLINE.get(style.kind)) is not None:
            html = f"<{tag}>{html}</{tag}>"
        elif style.kind == "link" and (style.url or "").lower().startswith(_LINKS):
            html = f'<a href="{escape(style.url or "")}">{html}</a>'
    return html
