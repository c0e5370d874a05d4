"""Which words a customer's first message holds: how an entry point knows what it is about."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

LONGEST_LOOKED_AT = 10_000
"""So many characters of a message are looked at."""
KEYWORD = r"^[^\s*][^*]{0,58}\*?$"


def holds(texts: Iterable[str], keywords: Iterable[str]) -> bool:
    """Whether one of the keywords is in one of the texts, as a word of its own.

    Case doesn't matter. `return*` is any word that begins like that; a keyword may be several.
    """
    looked_at = [" ".join(text[:LONGEST_LOOKED_AT].casefold().split()) for text in texts]
    return any(_pattern(word).search(text) for word in keywords for text in looked_at)


@lru_cache(maxsize=4096)
def _pattern(keyword: str) -> re.Pattern[str]:
    folded = " ".join(keyword.casefold().split())
    begins = folded.endswith("*")
    return re.compile(
        rf"(?<!\w){re.escape(folded.removesuffix('*'))}" + ("" if begins else r"(?!\w)")
    )
