"""What came of one webhook request, gathered while it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass

from rapport.application.received import Received


@dataclass(slots=True)
class Tally:
    """Counts of one request."""

    messages: int = 0
    duplicates: int = 0
    receipts: int = 0
    spooled: bool = False

    def count(self, received: Sequence[Received]) -> None:
        """Messages that are stored now."""
        self.messages += len(received)
        self.duplicates += sum(each.duplicate for each in received)

    @property
    def outcome(self) -> str:
        """One word for what was answered with 200."""
        if self.spooled:
            return "spooled"
        if self.receipts or self.messages > self.duplicates:
            return "stored"
        return "duplicate" if self.duplicates else "ignored"


TALLY: ContextVar[Tally | None] = ContextVar("rapport_webhook_tally", default=None)
"""That of the request being answered, where it is a webhook's."""
