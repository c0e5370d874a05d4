"""What was said: every message of the business that was accepted, every one of the customers."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rapport_simulators.provider.clock import Clock

BUSINESS = "business"
CUSTOMER = "customer"
PAGE = "page"
"""Somebody at the business who answers past the API, in the provider's own inbox."""
PROVIDER = "provider"
"""The provider itself, as when it confirms STOP."""
REQUESTS_KEPT = 20_000


@dataclass(slots=True, kw_only=True)
class Told:
    """Something the business was told of by webhook, and whether it took it."""

    attempts: int = 0
    acknowledged: bool = False


@dataclass(slots=True, kw_only=True)
class Status(Told):
    """A status of a message of the business, at `at` (epoch seconds)."""

    status: str
    at: float
    error: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file in a message; its content is under `/_control/media/{id}`."""

    id: str
    kind: str
    media_type: str
    filename: str | None = None
    size: int = 0
    voice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Something a customer can press: `kind` is reply, list, quick_reply, postback or url."""

    id: str
    title: str
    kind: str
    description: str | None = None
    url: str | None = None


@dataclass(slots=True, kw_only=True)
class Entry(Told):
    """One message, and what has become of it.

    Attributes:
        content: What the business sent or the webhook carried, as it was on the wire.
        callback_data: The business's own id, where the protocol has a field for one.
        at: Epoch seconds.
        monotonic: When it was accepted, for rates.
        seen: Whether the business has marked the customer's message as read.
    """

    id: str
    channel: str
    author: str
    customer: str
    type: str
    at: float
    monotonic: float
    text: str = ""
    content: dict[str, Any] = field(default_factory=dict)
    callback_data: str | None = None
    reply_to: str | None = None
    files: tuple[File, ...] = ()
    choices: tuple[Choice, ...] = ()
    reactions: dict[str, str] = field(default_factory=dict)
    statuses: list[Status] = field(default_factory=list)
    status: str | None = None
    seen: bool = False
    edited: bool = False
    deleted: bool = False
    revision: int = 0

    def has(self, status: str) -> bool:
        """Whether it has ever had this status."""
        return any(known.status == status for known in self.statuses)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A request of the business and how it was answered; status 0 is not at all."""

    at: float
    method: str
    path: str
    status: int
    code: int | None = None


class Ledger:
    """All messages in order; whoever waits for a change is told."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: dict[str, Entry] = {}
        self._threads: defaultdict[str, list[Entry]] = defaultdict(list)
        self._accepted: defaultdict[str, list[float]] = defaultdict(list)
        self._waiting: set[asyncio.Event] = set()
        self.revision = 0
        self.requests: deque[Answered] = deque(maxlen=REQUESTS_KEPT)

    def add(self, entry: Entry) -> Entry:
        """Record a message."""
        self._entries[entry.id] = entry
        self._threads[entry.customer].append(entry)
        if entry.author == BUSINESS:
            self._accepted[entry.channel].append(entry.monotonic)
        self.touch(entry)
        return entry

    def touch(self, entry: Entry | None = None) -> None:
        """Note that something has changed."""
        self.revision += 1
        if entry is not None:
            entry.revision = self.revision
        for event in self._waiting:
            event.set()

    def find(self, message_id: str) -> Entry | None:
        """The message of an id."""
        return self._entries.get(message_id)

    def thread(self, customer: str) -> Sequence[Entry]:
        """The conversation with a customer, in order."""
        return tuple(self._threads.get(customer, ()))

    def by(self, author: str, customer: str | None = None, after: int = 0) -> list[Entry]:
        """The messages of one side that have changed after a revision, in order."""
        entries: Iterable[Entry] = (
            self._entries.values() if customer is None else self.thread(customer)
        )
        return [entry for entry in entries if entry.author == author and entry.revision > after]

    @property
    def from_business(self) -> list[Entry]:
        """Every message accepted from the business."""
        return self.by(BUSINESS)

    @property
    def from_customers(self) -> list[Entry]:
        """Every message of a customer."""
        return self.by(CUSTOMER)

    def lately(self, channel: str, seconds: float) -> int:
        """How many messages of the business were accepted within the last seconds."""
        since = self._clock.monotonic() - seconds
        count = 0
        for moment in reversed(self._accepted[channel]):
            if moment <= since:
                break
            count += 1
        return count

    def peak(self, seconds: float = 1.0, channel: str | None = None) -> int:
        """The most messages of the business accepted within any `seconds` (half-open)."""
        chosen = self._accepted if channel is None else {channel: self._accepted[channel]}
        moments = sorted(moment for times in chosen.values() for moment in times)
        most = first = 0
        for last, moment in enumerate(moments):
            while moment - moments[first] >= seconds:
                first += 1
            most = max(most, last - first + 1)
        return most

    async def changed(self, after: int, timeout_s: float) -> bool:
        """Wait until the revision is beyond `after`; False if it doesn't get there in time."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            async with asyncio.timeout(timeout_s):
                while self.revision <= after:
                    await event.wait()
                    event.clear()
        except TimeoutError:
            return False
        finally:
            self._waiting.discard(event)
        return True

    def forget(self) -> None:
        """Empty the ledger; revisions go on."""
        self._entries.clear()
        self._threads.clear()
        self._accepted.clear()
        self.requests.clear()
        self.touch()
