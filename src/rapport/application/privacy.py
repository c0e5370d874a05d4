"""Card and health data never get as far as being stored (P1, P2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rapport.application.configuration.snapshot import Configuration
from rapport.domain.message import Announcement
from rapport.domain.sensitive import KINDS, SensitiveKind, find, masked
from rapport.domain.sensitive_html import masked_html

REMOVED = "sensitive_removed"
SENSITIVE_FILE = "sensitive_file"
FILE_REMOVED = "The file was removed: it contained card or health data."


@dataclass(frozen=True, slots=True)
class Cleared:
    """A text as it may be kept, and what was found in it."""

    text: str
    kinds: tuple[str, ...] = ()

    @property
    def line(self) -> Announcement:
        """What the thread says of it."""
        return Announcement(code=REMOVED, params=(("kinds", ",".join(self.kinds)),))


def kinds_in(text: str | None, configuration: Configuration) -> tuple[SensitiveKind, ...]:
    """What is found in a text that is not kept itself: that of a file."""
    watch = configuration.watch
    if watch is None or not text:
        return ()
    return tuple(sorted({item.kind for item in find(text, watch)}))


def with_removed(text: Cleared, kinds: Iterable[str]) -> Cleared:
    """The text, and besides its own findings those that were made elsewhere."""
    every = {*text.kinds, *kinds}
    return Cleared(text.text, tuple(kind for kind in KINDS if kind in every))


def cleared_html(html: str | None, configuration: Configuration) -> tuple[str | None, Cleared]:
    """HTML that may be kept, and what was found in it; none where the configuration says drop."""
    watch = configuration.watch
    if watch is None or html is None:
        return html, Cleared("")
    covered, kinds = masked_html(html, watch)
    if kinds and configuration.settings.privacy.action == "drop":
        return None, Cleared("", kinds)
    return covered, Cleared("", kinds)


def cleared(text: str, configuration: Configuration) -> Cleared:
    """The text masked, or emptied where the configuration says drop."""
    watch = configuration.watch
    if watch is None or not text:
        return Cleared(text)
    found = find(text, watch)
    if not found:
        return Cleared(text)
    kinds = tuple(sorted({item.kind for item in found}))
    if configuration.settings.privacy.action == "drop":
        return Cleared("", kinds)
    return Cleared(masked(text, found), kinds)
