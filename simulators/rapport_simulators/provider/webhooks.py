"""Delivery of webhooks: in order per customer, retried with back-off until they are taken."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from rapport_simulators.provider.clock import Clock
from rapport_simulators.provider.faults import Fault, Faults
from rapport_simulators.provider.http import http_client
from rapport_simulators.provider.ledger import Told

ATTEMPTS_KEPT = 5_000
REORDER_WAIT_S = 1.0
"""How long deliveries to be reordered wait for each other before they leave anyway."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How a provider tries again.

    Attributes:
        attempts: In all, the first included.
        on_status: Whether an answer other than `taken` is tried again, or only no answer.
        taken: Whether a status means that the webhook was taken.
    """

    first_s: float
    longest_s: float
    attempts: int
    on_status: bool
    taken: Callable[[int], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One webhook.

    Attributes:
        lane: Deliveries of a lane have their first attempts one after another.
        labels: What faults can be limited to.
        about: What counts the attempts and is acknowledged.
    """

    url: str
    body: bytes
    headers: Mapping[str, str]
    lane: str
    labels: frozenset[str]
    about: tuple[Told, ...] = ()
    on_attempt: Callable[[], None] = lambda: None
    first: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try; status 0 is no answer."""

    at: float
    url: str
    labels: tuple[str, ...]
    number: int
    status: int


class Deliverer:
    """Carries webhooks to the business.

    Faults: `duplicate_webhook` delivers one again although it was taken, `reorder_webhooks` turns
    the order of the next ones round, `webhooks_off` (see `hold`) keeps all back.
    """

    def __init__(self, clock: Clock, faults: Faults, retries: Retries, timeout_s: float) -> None:
        self._clock = clock
        self._faults = faults
        self._retries = retries
        self._http = http_client(timeout_s, 200)
        self._lanes: defaultdict[str, deque[Delivery]] = defaultdict(deque)
        self._busy: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._held: list[Delivery] | None = None
        self._shuffled: list[Delivery] = []
        self.attempts: deque[Attempt] = deque(maxlen=ATTEMPTS_KEPT)

    async def close(self) -> None:
        """Stop at once; what wasn't delivered never is."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._http.aclose()

    async def settle(self) -> None:
        """Wait until everything is delivered that isn't held, retries included."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def busy(self) -> bool:
        """Whether anything is on its way."""
        return bool(self._tasks)

    @property
    def held(self) -> int:
        """How many deliveries are kept back."""
        return len(self._held or ())

    def hold(self, seconds: float | None = None) -> None:
        """Keep deliveries back until `release`, or for some seconds."""
        self._held = self._held if self._held is not None else []
        if seconds is not None:
            self._spawn(self._release_later(seconds))

    def release(self) -> None:
        """Let go what was held."""
        held, self._held = self._held or [], None
        for delivery in held:
            self.submit(delivery)

    def submit(self, delivery: Delivery) -> None:
        """Deliver as soon as it is its turn; `delivery.first` is set after the first attempt."""
        if self._held is not None:
            self._held.append(delivery)
            return
        reorder = self._faults.take("reorder_webhooks", delivery.labels)
        if reorder is not None:
            self._shuffle(delivery, reorder)
            return
        self._enqueue([delivery])

    def _shuffle(self, delivery: Delivery, fault: Fault) -> None:
        self._shuffled.append(delivery)
        if not fault.count:
            self._deal()
        elif len(self._shuffled) == 1:
            self._spawn(self._deal_later(fault.seconds or REORDER_WAIT_S))

    async def _deal_later(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._deal()

    def _deal(self) -> None:
        shuffled, self._shuffled = self._shuffled, []
        self._enqueue(shuffled[::-1], lane="reordered")

    async def _release_later(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self.release()

    def _enqueue(self, deliveries: Sequence[Delivery], lane: str | None = None) -> None:
        for delivery in deliveries:
            key = lane or delivery.lane
            times = 2 if self._faults.take("duplicate_webhook", delivery.labels) else 1
            self._lanes[key].extend([delivery] * times)
            if key not in self._busy:
                self._busy.add(key)
                self._spawn(self._work(key))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, key: str) -> None:
        lane = self._lanes[key]
        while lane:
            delivery = lane.popleft()
            again = await self._attempt(delivery, 1)
            delivery.first.set()
            if again:
                self._spawn(self._retry(delivery))
        self._busy.discard(key)
        del self._lanes[key]

    async def _retry(self, delivery: Delivery) -> None:
        wait = self._retries.first_s
        for number in range(2, self._retries.attempts + 1):
            await asyncio.sleep(wait)
            wait = min(self._retries.longest_s, wait * 2)
            if not await self._attempt(delivery, number):
                return

    async def _attempt(self, delivery: Delivery, number: int) -> bool:
        """Try once; whether it is to be tried again."""
        try:
            response = await self._http.post(
                delivery.url, content=delivery.body, headers=dict(delivery.headers)
            )
            status = response.status_code
        except httpx2.HTTPError:
            status = 0
        taken = self._retries.taken(status)
        for told in delivery.about:
            told.attempts += 1
            told.acknowledged = told.acknowledged or taken
        self.attempts.append(
            Attempt(
                at=self._clock.now(),
                url=delivery.url,
                labels=tuple(sorted(delivery.labels)),
                number=number,
                status=status,
            )
        )
        delivery.on_attempt()
        return not taken and (self._retries.on_status or status == 0)
