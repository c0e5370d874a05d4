"""Card and health data never get as far as being stored (P1, P2)."""

from __future__ import annotations

from dataclasses import dataclass

from rapport.application.configuration.snapshot import Configuration
from rapport.domain.message import Announcement
from rapport.domain.sensitive import SensitiveKind, find, masked

REMOVED = "sensitive_removed"


@dataclass(frozen=True, slots=True)
class Cleared:
    """A text as it may be kept, and what was found in it."""

    text: str
    kinds: tuple[SensitiveKind, ...] = ()

    @property
    def line(self) -> Announcement:
        """What the thread says of it."""
        return Announcement(code=REMOVED, params=(("kinds", ",".join(self.kinds)),))


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
