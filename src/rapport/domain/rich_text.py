"""Text with styles: one neutral model that each channel renders in its own way.

Styles are ranges over the plain text, so they may overlap freely, and the plain text is there
for search, limits and channels without formatting.
"""

from __future__ import annotations

from dataclasses import dataclass
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
