"""A subset of Markdown, read into text with styles.

Read: `**bold**`, `__bold__`, `*italic*`, `_italic_`, `~~strike~~`, `` `code` ``, fenced code,
`> quotes`, `- `/`* `/`1. ` lists, `[text](url)`, and `\\` before a mark. What isn't closed, or
is inside a word, is ordinary text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from rapport.domain.rich_text import RichText, Style, StyleKind

_PREFIXES: tuple[tuple[re.Pattern[str], StyleKind], ...] = (
    (re.compile(r"> ?"), "quote"),
    (re.compile(r"[-*+] +"), "bullet_list"),
    (re.compile(r"\d{1,9}[.)] +"), "ordered_list"),
)
_PAIRS: tuple[tuple[str, StyleKind], ...] = (
    ("**", "bold"),
    ("__", "bold"),
    ("~~", "strike"),
    ("*", "italic"),
    ("_", "italic"),
)
_LINK = re.compile(r"\[((?:[^\[\]\\]|\\.)+)\]\(([^\s()]+)\)")
_CODE = re.compile(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_ESCAPED = re.compile(r"\\([\\`*_~\[\]()>#+.!-])")
_FENCE = "```"
_DEEPEST = 8


def from_markdown(source: str) -> RichText:
    """The text and its styles; a list's lines form one style, as do a quote's."""
    page = _Page()
    fenced_from: int | None = None
    lines = source.replace("\r\n", "\n").split("\n")
    for number, line in enumerate(lines):
        if line.startswith(_FENCE) and (fenced_from is not None or _FENCE in lines[number + 1 :]):
            if fenced_from is not None:
                page.style("code_block", fenced_from, page.length)
                fenced_from = None
            else:
                fenced_from = page.next_line
            continue
        page.begin_line()
        if fenced_from is not None:
            page.add(line)
        else:
            _read_line(line, page)
    return RichText(page.text, tuple(_runs_joined(page)))


@dataclass(slots=True)
class _Page:
    parts: list[str] = field(default_factory=list)
    length: int = 0
    begun: bool = False
    styles: list[Style] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.parts)

    @property
    def next_line(self) -> int:
        return self.length + self.begun

    def begin_line(self) -> None:
        if self.begun:
            self.add("\n")
        self.begun = True

    def add(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def style(self, kind: StyleKind, start: int, end: int, url: str | None = None) -> None:
        if start < end:
            self.styles.append(Style(kind=kind, start=start, end=end, url=url))


def _read_line(line: str, page: _Page) -> None:
    start, kinds = page.length, []
    for pattern, kind in _PREFIXES:
        found = pattern.match(line)
        if found is not None and line[found.end() :].strip():
            line = line[found.end() :]
            kinds.append(kind)
    _read_inline(line, page, 0)
    for kind in kinds:
        page.style(kind, start, page.length)


def _read_inline(line: str, page: _Page, depth: int) -> None:
    at = 0
    while at < len(line):
        at += _read_one(line, at, page, depth)


def _read_one(line: str, at: int, page: _Page, depth: int) -> int:
    """Read what begins at `at`; how many characters it took."""
    escaped = _ESCAPED.match(line, at)
    if escaped is not None:
        page.add(escaped[1])
        return 2
    start = page.length
    code = _CODE.match(line, at)
    if code is not None:
        page.add(code[2])
        page.style("code", start, page.length)
        return len(code[0])
    link = _LINK.match(line, at)
    if link is not None and depth < _DEEPEST:
        _read_inline(link[1], page, depth + 1)
        page.style("link", start, page.length, link[2])
        return len(link[0])
    for mark, kind in _PAIRS:
        end = _closing(line, at, mark) if depth < _DEEPEST else None
        if end is not None:
            _read_inline(line[at + len(mark) : end], page, depth + 1)
            page.style(kind, start, page.length)
            return end + len(mark) - at
    page.add(line[at])
    return 1


def _closing(line: str, at: int, mark: str) -> int | None:
    """Where the pair that `mark` opens at `at` is closed; None where it opens none."""
    inside = at + len(mark)
    if not line.startswith(mark, at) or inside >= len(line) or line[inside].isspace():
        return None
    if at > 0 and line[at - 1].isalnum():
        return None
    end = line.find(mark, inside + 1)
    while end != -1:
        if len(mark) > 1 and line.startswith(mark[0], end + len(mark)):
            end += 1
        after = end + len(mark)
        longer = len(mark) == 1 and (line[end - 1] == mark or line[after : after + 1] == mark)
        word = line[after : after + 1].isalnum()
        if not (line[end - 1].isspace() or line[end - 1] == "\\" or word or longer):
            return end
        end = line.find(mark, end + 2 if longer else end + 1)
    return None


def _runs_joined(page: _Page) -> list[Style]:
    """Neighbouring lines of one list or quote as one style, so that lists count through."""
    found: list[Style] = []
    last: dict[StyleKind, int] = {}
    for style in page.styles:
        previous = last.get(style.kind)
        joins = style.kind in {"quote", "bullet_list", "ordered_list"}
        if joins and previous is not None and found[previous].end + 1 == style.start:
            found[previous] = replace(found[previous], end=style.end)
        else:
            last[style.kind] = len(found)
            found.append(style)
    return sorted(found, key=lambda s: (s.start, -s.end))
