"""Address headers (RFC 5322 §3.4), as tolerant as mail programs are careless.

Groups are flattened. Addresses are split before names are decoded, so that a comma in an encoded
word separates nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapport.channels.email.charsets import storable
from rapport.channels.email.words import decoded_words, header_text

MOST_ADDRESSES = 5000
LONGEST_ADDRESS = 320
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_COMMENT = r"\((?:[^()\\]|\\.)*\)"
_REST = r"<[^<>]*>|[,;]|[^\"(<,;]+|."
_TOKENS = {
    (quotes, comments): re.compile(
        "|".join([_QUOTED] * quotes + [_COMMENT] * comments + [_REST]), re.DOTALL
    )
    for quotes in (True, False)
    for comments in (True, False)
}
_BARE = re.compile(r"[^\s<>,;:\"()\[\]@]+@[^\s<>,;:\"()@]+")
_QUOTED_BARE = re.compile(r"\"(?:[^\"\\]|\\.){1,64}\"@[^\s<>,;:\"()]+")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_UNSHOWN = re.compile("[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_LONGEST_NAME = 300


@dataclass(frozen=True, slots=True)
class Address:
    """Somebody's name (empty where none is given) and address, as written."""

    name: str
    address: str

    @property
    def key(self) -> str:
        """What tells people apart: the address in lower case."""
        return self.address.lower()


def addresses(values: Iterable[bytes]) -> tuple[Address, ...]:
    """Every address of these headers, each once, in their order."""
    found: dict[str, Address] = {}
    for value in values:
        for one in _of(header_text(value)):
            known = found.setdefault(one.key, one)
            if one.name and not known.name:
                found[one.key] = one
            if len(found) >= MOST_ADDRESSES:
                return tuple(found.values())
    return tuple(found.values())


def is_address(text: str) -> bool:
    """Whether a text is an address and nothing else."""
    return len(text) <= LONGEST_ADDRESS and bool(
        _BARE.fullmatch(text) or _QUOTED_BARE.fullmatch(text)
    )


def _of(text: str) -> Iterator[Address]:
    """Addresses of a header; a name with a comma that nobody quoted keeps it."""
    waiting = ""
    for tokens, separator in _split(text):
        one = _one(tokens)
        if one is None:
            words = _words(tokens)
            waiting = f"{waiting}, {words}" if waiting and words else waiting or words
            if separator == ";":
                waiting = ""
            continue
        if waiting and one.name and "@" not in waiting:
            one = Address(f"{waiting}, {one.name}"[:_LONGEST_NAME], one.address)
        waiting = ""
        yield one


def _split(text: str) -> Iterator[tuple[list[str], str]]:
    tokens: list[str] = []
    for piece in _tokens(text):
        if piece in {",", ";"}:
            yield tokens, piece
            tokens = []
        else:
            tokens.append(piece)
    yield tokens, ""


def _tokens(text: str) -> Iterator[str]:
    """Quoted strings, comments, addresses in brackets, separators, words.

    After a quote or parenthesis that never ends, none is looked for: that keeps it linear.
    """
    quotes = comments = True
    position = 0
    while (found := _TOKENS[quotes, comments].match(text, position)) is not None:
        piece = found[0]
        quotes = quotes and piece != '"'
        comments = comments and piece != "("
        position = found.end()
        yield piece


def _one(tokens: list[str]) -> Address | None:
    angle = next((t for t in reversed(tokens) if t.startswith("<") and t.endswith(">")), None)
    if angle is not None:
        address = _route_free(angle[1:-1])
        name = _words([t for t in tokens if t is not angle])
        if is_address(address):
            return Address(_name(name, address), address)
        if address or not is_address(name):
            return _bare(tokens) if not address else None
        return Address("", name)
    return _bare(tokens)


def _bare(tokens: list[str]) -> Address | None:
    """An address without angle brackets; the name is in a comment or before it."""
    joined = "".join(t for t in tokens if not t.startswith("("))
    joined = joined.rpartition(":")[2] if '"' not in joined else joined
    found = _QUOTED_BARE.search(joined) or _BARE.search(joined)
    if found is None or len(found[0]) > LONGEST_ADDRESS:
        return None
    comment = " ".join(t[1:-1] for t in tokens if t.startswith("(") and t.endswith(")"))
    before = (joined[: found.start()] + joined[found.end() :]).strip()
    return Address(_name(comment or before, found[0]), found[0].strip("'.,"))


def _route_free(text: str) -> str:
    """Without the obsolete source route, `mailto:` and white space."""
    text = "".join(text.split()) if '"' not in text else text.strip()
    if text.startswith("@") and ":" in text:
        text = text.partition(":")[2]
    if text.lower().startswith("mailto:"):
        text = text[len("mailto:") :]
    return storable(text).strip("'")


def _words(tokens: list[str]) -> str:
    words = []
    for token in tokens:
        if token.startswith("("):
            continue
        if token.startswith('"') and token.endswith('"') and len(token) > 1:
            words.append(_ESCAPED.sub(r"\1", token[1:-1]))
        else:
            words.append(token)
    text = " ".join(" ".join(words).split())
    # A group's own name comes before a colon and is nobody's.
    if ":" in text and "=?" not in text and not any('"' in t for t in tokens):
        text = text.rpartition(":")[2].strip()
    return text


def _name(text: str, address: str) -> str:
    name = _UNSHOWN.sub(" ", storable(decoded_words(text)))
    name = " ".join(name.split()).strip(" \"'<>")[:_LONGEST_NAME]
    return "" if name.lower() == address.lower() else name
