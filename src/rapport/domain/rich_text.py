"""Text with styles: one neutral model that each channel renders in its own way.

Styles are ranges over the plain text, so they may overlap freely, and the plain text is there
for search, limits and channels without formatting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Literal

StyleKind = Literal[
    "bold",
    "italic",
    "underline",
    "strike",
    "code",
    "code_block",
    "quote",
    "bullet_list",
    "ordered_list",
    "link",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """A style over `text[start:end]`, counted in code points; lines for quotes and lists."""

    kind: StyleKind
    start: int
    end: int
    url: str | None = None


@dataclass(frozen=True, slots=True)
class RichText:
    """Plain text and the styles over it."""

    text: str
    styles: tuple[Style, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """How a channel writes styles inside plain text; what is not named here is dropped.

    `word_bounded`: the channel reads a mark only at the edge of a word, so a style that begins
    or ends inside one is dropped rather than shown as stray characters.
    """

    inline: Mapping[StyleKind, str] = field(default_factory=dict)
    """The mark on both sides of bold, italic, underline, strike and code."""
    code_block: str | None = None
    quote: str = "> "
    bullet: str = "- "
    ordered: str = "{}. "
    word_bounded: bool = False


PLAIN = Marks()
"""No styles but line prefixes and spelled-out links."""


def marked(text: str, styles: Iterable[Style], marks: Marks) -> str:
    """The text with a channel's marks around its styles.

    The text itself is never changed: characters that happen to be marks stay as typed, and a
    style whose own mark occurs inside it is dropped there. Marks nest (they are closed and
    opened again where styles overlap), end with the line, and touch no white space on their
    inside. Links become `text (url)`. Quotes, lists and code blocks apply to whole lines.
    """
    text, known = links_spelled_out(text, tuple(_within(text, styles)))
    lines = _lines(text)
    blocks = _Blocks.of(lines, known, marks)
    spans = _joined(s for s in known if s.kind in marks.inline)
    out: list[str] = []
    for in_block, group in groupby(enumerate(lines), key=lambda item: item[0] in blocks.code):
        if in_block:
            raw = "\n".join(text[start:end] for _, (start, end) in group)
            out.append(f"{marks.code_block}{raw}{marks.code_block}")
        else:
            out.extend(
                blocks.prefix.get(number, "") + _line(text, line, spans, marks)
                for number, line in group
            )
    return "\n".join(out)


_Line = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Blocks:
    """What applies to whole lines, by line number."""

    prefix: Mapping[int, str]
    code: frozenset[int]

    @classmethod
    def of(cls, lines: Sequence[_Line], styles: Sequence[Style], marks: Marks) -> _Blocks:
        quotes: dict[int, str] = {}
        items: dict[int, str] = {}
        code: set[int] = set()
        for style in styles:
            touched = [n for n, line in enumerate(lines) if _touches(style, line)]
            match style.kind:
                case "quote":
                    quotes.update(dict.fromkeys(touched, marks.quote))
                case "bullet_list":
                    items.update(dict.fromkeys(touched, marks.bullet))
                case "ordered_list":
                    items.update((n, marks.ordered.format(i)) for i, n in enumerate(touched, 1))
                case "code_block" if marks.code_block is not None:
                    code.update(touched)
                case _:
                    pass
        prefix = {n: quotes.get(n, "") + items.get(n, "") for n in quotes.keys() | items.keys()}
        return cls(prefix, frozenset(code))


def _within(text: str, styles: Iterable[Style]) -> Iterable[Style]:
    for style in styles:
        start, end = max(style.start, 0), min(style.end, len(text))
        if start < end:
            yield replace(style, start=start, end=end)


def _lines(text: str) -> list[_Line]:
    found, start = [], 0
    for part in text.split("\n"):
        found.append((start, start + len(part)))
        start += len(part) + 1
    return found


def _touches(style: Style, line: _Line) -> bool:
    start, end = line
    return start < end and style.start < end and start < style.end


def links_spelled_out(text: str, styles: tuple[Style, ...]) -> tuple[str, tuple[Style, ...]]:
    """The text with the address behind every link that does not show it; styles move along."""
    links = sorted((s for s in styles if s.kind == "link"), key=lambda s: s.end, reverse=True)
    for link in links:
        inner = text[link.start : link.end]
        url = link.url or ""
        if not url or url in inner or url.removeprefix("mailto:") == inner.strip():
            continue
        at = link.start + len(inner.rstrip())
        added = f" ({url})"
        text = text[:at] + added + text[at:]
        styles = tuple(_moved(s, at, len(added)) for s in styles)
    return text, styles


def _moved(style: Style, at: int, by: int) -> Style:
    return replace(
        style,
        start=style.start + by if style.start >= at else style.start,
        end=style.end + by if style.end > at else style.end,
    )


def _line(text: str, line: _Line, spans: Sequence[Style], marks: Marks) -> str:
    """One line with its inline marks; white space between words is decided by its neighbours."""
    trimmed = (_trimmed(text, line, s) for s in spans)
    here = [s for s in trimmed if s is not None and _can_be_marked(text, line, s, marks)]
    here = _without_code(here)
    if not here:
        return text[line[0] : line[1]]
    return _Pen(text, here, marks).line(line)


def _trimmed(text: str, line: _Line, style: Style) -> Style | None:
    start, end = max(style.start, line[0]), min(style.end, line[1])
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return replace(style, start=start, end=end) if start < end else None


def _can_be_marked(text: str, line: _Line, style: Style, marks: Marks) -> bool:
    if marks.inline[style.kind] in text[style.start : style.end]:
        return False
    if not marks.word_bounded:
        return True
    before = style.start > line[0] and text[style.start - 1].isalnum()
    after = style.end < line[1] and text[style.end].isalnum()
    return not (before and text[style.start].isalnum()) and not (
        after and text[style.end - 1].isalnum()
    )


def _joined(styles: Iterable[Style]) -> list[Style]:
    """Touching and overlapping ranges of one kind as one."""
    found: list[Style] = []
    for style in sorted(styles, key=lambda s: (s.kind, s.start)):
        if found and found[-1].kind == style.kind and style.start <= found[-1].end:
            found[-1] = replace(found[-1], end=max(found[-1].end, style.end))
        else:
            found.append(style)
    return found


def _without_code(styles: list[Style]) -> list[Style]:
    """Nothing is styled inside code: other styles are cut back to its edges."""
    code = [s for s in styles if s.kind == "code"]
    rest = [s for s in styles if s.kind != "code"]
    for block in code:
        pieces = []
        for s in rest:
            left = replace(s, end=min(s.end, block.start))
            right = replace(s, start=max(s.start, block.end))
            pieces += [p for p in (left, right) if p.start < p.end]
        rest = pieces
    return code + rest


class _Pen:
    """Writes one line, opening and closing marks as the styles over each character change."""

    def __init__(self, text: str, styles: Sequence[Style], marks: Marks) -> None:
        self._text = text
        self._styles = styles
        self._mark = marks.inline
        self._open: list[StyleKind] = []
        self._out: list[str] = []

    def line(self, line: _Line) -> str:
        gap_start = line[0]
        for at in range(*line):
            if self._text[at].isspace():
                continue
            self._turn(gap_start, at)
            self._out.append(self._text[at])
            gap_start = at + 1
        self._close(frozenset())
        self._out.append(self._text[gap_start : line[1]])
        return "".join(self._out)

    def _turn(self, gap_start: int, at: int) -> None:
        """Close what ends before the white space `gap_start:at`, open what begins at `at`."""
        want = self._over(at)
        keep = want
        for gap in range(gap_start, at):
            keep = keep & self._over(gap)
        self._close(frozenset(keep))
        self._out.append(self._text[gap_start:at])
        for kind in sorted(want.keys() - set(self._open), key=lambda k: (-want[k], k)):
            self._open.append(kind)
            self._out.append(self._mark[kind])

    def _over(self, at: int) -> _Ends:
        return _Ends({s.kind: s.end for s in self._styles if s.start <= at < s.end})

    def _close(self, keep: frozenset[StyleKind]) -> None:
        while any(kind not in keep for kind in self._open):
            self._out.append(self._mark[self._open.pop()])


class _Ends(dict[StyleKind, int]):
    """The styles over a character, and where each ends."""

    def __and__(self, other: _Ends) -> _Ends:
        return _Ends({kind: end for kind, end in self.items() if kind in other})
