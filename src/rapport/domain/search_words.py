"""Words as they are searched for: whatever the language, without case and accents.

The same function makes the words of a text and those of a question, and finds the places that are
shown as found, so that the three never differ.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LONGEST_WORD = 60
MOST_WORDS = 5000
MOST_ASKED = 8
SHORTEST_START = 2
"""Letters from which on the last word is taken for the start of one."""
SHORTEST_DIGITS = 4
_EXCERPT = 200
_BEFORE = 60
# Chinese and Japanese are written without spaces: every character is a word there.
_WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff]"
    r"|(?:(?![\u3040-\u30ff\u3400-\u9fff])[^\W_])"
    r"(?:(?![\u3040-\u30ff\u3400-\u9fff])[^\W_]|[\u0300-\u036f])*"
)
_NUMBER = re.compile(r"\+?\d[\d ()/.-]{4,}\d")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for: whole words, and one that may go on."""

    words: tuple[str, ...] = ()
    start: str | None = None

    def finds(self, word: str) -> bool:
        """Whether a folded word is one of those looked for."""
        return word in self.words or (self.start is not None and word.startswith(self.start))


def fold(word: str) -> str:
    """A word without case and accents."""
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))[:LONGEST_WORD]


def words_of(text: str) -> list[str]:
    """The different words of a text, at most `MOST_WORDS`."""
    found: dict[str, None] = {}
    for match in _WORD.finditer(text):
        found[fold(match.group())] = None
        if len(found) >= MOST_WORDS:
            break
    found.pop("", None)
    return list(found)


def number_ends(text: str) -> list[str]:
    """A phone number's digits and their ends, so that its last digits find it."""
    digits = "".join(c for c in text if c.isdecimal())
    longest = max(0, len(digits) - SHORTEST_DIGITS) + 1
    return [digits[n:][:LONGEST_WORD] for n in range(longest)] if digits else []


def asked_for(query: str) -> Asked:
    """The words of a question; the last goes on, unless a space closes it.

    A phone number may be written with spaces and strokes.
    """
    number = _NUMBER.fullmatch(query.strip())
    if number:
        return Asked(start="".join(c for c in query if c.isdecimal()))
    words = [fold(match.group()) for match in _WORD.finditer(query)]
    words = [word for word in words if word][:MOST_ASKED]
    if words and not query[-1:].isspace() and len(words[-1]) >= SHORTEST_START:
        return Asked(tuple(words[:-1]), words[-1])
    return Asked(tuple(words))


def excerpt(text: str, asked: Asked) -> list[tuple[str, bool]]:
    """A piece of the text around the first word found, in parts: (text, found)."""
    flat = " ".join(text.split())
    hits = list(_hits(flat, asked))
    begin = max(0, hits[0][0] - _BEFORE) if hits else 0
    if begin and (space := flat.find(" ", begin)) >= 0:
        begin = min(space + 1, hits[0][0])
    end = min(len(flat), begin + _EXCERPT)
    return list(_parts(flat, begin, end, hits))


def _hits(text: str, asked: Asked) -> Iterator[tuple[int, int]]:
    for match in _WORD.finditer(text):
        if asked.finds(fold(match.group())):
            yield match.span()


def _parts(
    text: str, begin: int, end: int, hits: Iterable[tuple[int, int]]
) -> Iterator[tuple[str, bool]]:
    at = begin
    if begin:
        yield "…", False
    for start, stop in hits:
        if stop > end:
            break
        if start > at:
            yield text[at:start], False
        yield text[start:stop], True
        at = stop
    if at < end:
        yield text[at:end], False
    if end < len(text):
        yield "…", False
