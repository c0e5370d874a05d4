"""Text from HTML: laid out by inscriptis, or by leaving the tags out where that fails."""

from __future__ import annotations

import re
from html import unescape

import lxml.html
from inscriptis.html_engine import Inscriptis
from inscriptis.model.config import ParserConfig

LONGEST = 1_000_000
DEEPEST = 200
MOST_TAGS = 60_000
MARK = "\ue0a1"
"""Stands in the text where a mail program has marked the beginning of the history."""

_UNSEEN = re.compile(r"<!--|<(?:style|script|title)\b", re.IGNORECASE)
_BREAK = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6]|p|div|hr|blockquote)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"<[a-zA-Z/!?][^<>]*>?")
_OPEN = re.compile(r"<[a-zA-Z]")
_NESTING = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]{0,15})")
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "col", "area", "base", "wbr"})
_IMPLIED = frozenset({"p", "li", "td", "tr", "th", "dt", "dd", "option", "tbody", "thead"})
_BLANKS = re.compile(r"\n{3,}")
_TRAILING = re.compile(r"[ \t\u00a0]+$", re.MULTILINE)
_HISTORY = re.compile(
    r"<(?:div|blockquote|table|section|span|hr|a|p)\b[^<>]{0,300}?"
    r"(?:class=[\"']?[^\"'<>]{0,80}?\b(?:gmail_quote|gmail_attr|yahoo_quoted|moz-cite-prefix|"
    r"protonmail_quote|tutanota_quote|zmail_extra|OutlookMessageHeader|"
    r"x_gmail_quote|front-blockquote|freshdesk_quote|mail-quote|mcntgmail_quote)\b"
    r"|id=[\"']?(?:x_)?(?:divRplyFwdMsg|appendonsend|reply-intro|mailQuote|"
    r"yiv\d+appendonsend|stopSpelling|isForwardContent|isReplyContent|ms-outlook-mobile-body-separator-line)"
    r"|type=[\"']?cite)",
    re.IGNORECASE,
)


def text_of_html(html: str, *, mark: bool = False) -> str:
    """A text to read. With `mark`, `MARK` stands where the history begins."""
    html = html[:LONGEST]
    if mark and (history := _HISTORY.search(html)) is not None:
        html = f"{html[: history.start()]}<p>{MARK}</p>{html[history.start() :]}"
    text = _laid_out(html) if _moderate(html) else None
    if text is None:
        text = unescape(_TAG.sub("", _BREAK.sub("\n", _seen(html))))
    text = text.replace("\u00a0", " ").replace("\x00", "")
    return _BLANKS.sub("\n\n", _TRAILING.sub("", text)).strip()


def _seen(html: str) -> str:
    """Without comments and what is no text; each end is looked for from its beginning once."""
    low = html.lower()
    kept = []
    position = 0
    endless: set[str] = set()
    for match in _UNSEEN.finditer(html):
        if match.start() < position:
            continue
        end = "-->" if match[0] == "<!--" else "</" + match[0][1:].lower()
        at = -1 if end in endless else low.find(end, match.end())
        if at < 0:
            endless.add(end)
            continue
        kept.append(html[position : match.start()])
        position = at + len(end)
    kept.append(html[position:])
    return "".join(kept)


def nested(html: str) -> int:
    """How deep the tags nest at most, without a parser; never less than a browser makes of it.

    Only an end tag of an element that is open takes one level back.
    """
    open_tags: dict[str, int] = {}
    depth = deepest = 0
    for match in _NESTING.finditer(html):
        name = match[2].lower()
        if name in _VOID or name in _IMPLIED:
            continue
        if not match[1]:
            open_tags[name] = open_tags.get(name, 0) + 1
            depth += 1
            deepest = max(deepest, depth)
        elif open_tags.get(name):
            open_tags[name] -= 1
            depth -= 1
    return deepest


def _moderate(html: str) -> bool:
    return sum(1 for _ in _OPEN.finditer(html)) <= MOST_TAGS and nested(html) <= DEEPEST


def _laid_out(html: str) -> str | None:
    try:
        tree = lxml.html.fromstring(_without_declaration(html))
        engine = Inscriptis(tree, ParserConfig(display_links=False, display_images=False))
        return str(engine.get_text())
    except Exception:  # noqa: BLE001 - whatever it can't lay out is shown without layout
        return None


def _without_declaration(html: str) -> str:
    """`fromstring` refuses text that declares an encoding."""
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", html, count=1) or "<p></p>"
