"""The mailboxes behind the servers, in memory, and the bell that rings when something comes."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CUSTOMERS: Mapping[str, str] = {
    "dana@mail.example": "Dana Example",
    "robin@mail.example": "Robin Sample",
    "lee@mail.example": "Lee Placeholder",
}


@dataclass(slots=True)
class Letter:
    """One mail in a mailbox. `sent`: the owner wrote it; `at` in epoch seconds."""

    uid: int
    raw: bytes = field(repr=False)
    at: float
    flags: set[str] = field(default_factory=set)
    sent: bool = False


class Mailbox:
    """What one address has; `revision` grows with every change."""

    def __init__(self, address: str, name: str, uidvalidity: int) -> None:
        self.address = address
        self.name = name
        self.uidvalidity = uidvalidity
        self.letters: list[Letter] = []
        self.revision = 0
        self._next = 1
        self._bell = asyncio.Event()

    @property
    def inbox(self) -> list[Letter]:
        """What came, without what the owner wrote."""
        return [letter for letter in self.letters if not letter.sent]

    @property
    def next_uid(self) -> int:
        """The UID of the next mail."""
        return self._next

    def put(self, raw: bytes, at: float, *, sent: bool = False) -> Letter:
        """Keep a mail and wake up whoever waits."""
        letter = Letter(self._next, raw, at, sent=sent)
        self._next += 1
        self.letters.append(letter)
        self.touch()
        return letter

    def touch(self) -> None:
        """Something has changed."""
        self.revision += 1
        self._bell.set()
        self._bell = asyncio.Event()

    async def changed(self, after: int, seconds: float) -> bool:
        """Wait until the revision is newer than `after`; False when the time is over."""
        try:
            async with asyncio.timeout(seconds):
                while self.revision <= after:
                    await self._bell.wait()
        except TimeoutError:
            return False
        return True


class PostOffice:
    """Every mailbox of the place; all have the same password.

    Args:
        uidvalidity: Of every folder; another one than last time, as nothing is kept.
        token: An access token that logs in by XOAUTH2, empty for none.
    """

    def __init__(
        self, business: str, business_name: str, password: str, uidvalidity: int, token: str = ""
    ) -> None:
        self.business = business
        self.password = password
        self.token = token
        self.lines: weakref.WeakSet[Any] = weakref.WeakSet()
        """Whatever has a `transport` to a client."""
        names = {business: business_name, **CUSTOMERS}
        self.boxes = {who: Mailbox(who, name, uidvalidity) for who, name in names.items()}

    def hang_up(self) -> None:
        """Drop every connection."""
        for line in list(self.lines):
            if line.transport is not None:
                line.transport.abort()

    def box(self, address: str) -> Mailbox | None:
        """Whose mailbox an address is; what follows a plus sign is its owner's business."""
        local, _, domain = address.lower().rpartition("@")
        return self.boxes.get(f"{local.partition('+')[0]}@{domain}")

    def opens(self, user: str, secret: str, *, oauth: bool = False) -> Mailbox | None:
        """The mailbox that a login opens."""
        wanted = self.token if oauth else self.password
        return self.box(user) if wanted and secret == wanted else None
