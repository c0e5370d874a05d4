"""What every simulated provider is: a server with a ledger, customers, faults and webhooks."""

from __future__ import annotations

import abc
import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from types import TracebackType
from typing import Any, ClassVar, Self

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from rapport_simulators.provider.clock import Clock
from rapport_simulators.provider.customers import Customer, Customers
from rapport_simulators.provider.faults import Fault, Faults, UnknownFault
from rapport_simulators.provider.ids import Ids
from rapport_simulators.provider.ledger import BUSINESS, Answered, Entry, Ledger
from rapport_simulators.provider.media import MediaStore
from rapport_simulators.provider.server import HangUp, LoopbackServer, Silence
from rapport_simulators.provider.webhooks import Deliverer, Retries

WEBHOOK_TIMEOUT_S = 20.0
HTTP_429_WAIT_S = 2.0
DEFAULT_DELAY_S = 1.0
FILE_LIFETIME_S = 7 * 86_400.0
REFUSING = ("expired_token", "http_429", "http_500")


class Impossible(ValueError):  # noqa: N818 - what was asked for cannot be
    """The control API was asked for something that cannot be; the words say why."""


class Simulator(abc.ABC):
    """A provider: `async with TheSimulator() as provider: …`, or `start` and `stop`."""

    retries: Retries
    unsupported: ClassVar[frozenset[str]] = frozenset()
    """The faults that make no sense at this provider."""
    url_lifetime_s: ClassVar[float] = 300.0

    def __init__(self, port: int, known: Iterable[Customer], clock: Clock | None = None) -> None:
        self.clock = clock or Clock()
        self.ids = Ids()
        self.faults = Faults()
        self.ledger = Ledger(self.clock)
        self.customers = Customers(known)
        self.media = MediaStore(self.clock, self.ids, url_lifetime_s=self.url_lifetime_s)
        self._port = port
        self._server: LoopbackServer | None = None
        self._deliverer: Deliverer | None = None
        self._tasks: set[asyncio.Task[Any]] = set()

    # ── life ──

    async def start(self) -> None:
        """Listen, and deliver from now on."""
        self._deliverer = Deliverer(self.clock, self.faults, self.retries, WEBHOOK_TIMEOUT_S)
        self._server = LoopbackServer(self.app(), self._port)
        await self._server.start()

    async def stop(self) -> None:
        """Stop at once."""
        if self._server is not None:
            await self._server.stop()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._deliverer is not None:
            await self._deliverer.close()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """Where the API is."""
        if self._server is None:
            raise RuntimeError("the simulator is not running")
        return self._server.url

    @property
    def deliverer(self) -> Deliverer:
        """What carries the webhooks."""
        if self._deliverer is None:
            raise RuntimeError("the simulator is not running")
        return self._deliverer

    async def settle(self) -> None:
        """Wait until every status that follows is sent and every webhook delivered."""
        while self._tasks or self.deliverer.busy:
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self.deliverer.settle()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Do something beside; it ends with the simulator."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    # ── what a provider defines ──

    @abc.abstractmethod
    def app(self) -> ASGIApp:
        """The application that answers."""

    @abc.abstractmethod
    def refusal(self, kind: str, wait_s: float, labels: Iterable[str]) -> Response:
        """How the provider words one of `REFUSING`."""

    @abc.abstractmethod
    async def says(self, customer: Customer, kind: str, content: Mapping[str, Any]) -> Entry:
        """Let a customer say something; it is on its way when this returns.

        Raises:
            Impossible: if there is no such kind of message on the channel.
        """

    @abc.abstractmethod
    def reads(self, customer: Customer, entries: Iterable[Entry]) -> None:
        """Let a customer read messages of the business; those read before are left alone."""

    @abc.abstractmethod
    async def reacts(self, customer: Customer, entry: Entry, emoji: str) -> None:
        """Let a customer react to a message; an empty emoji takes it back."""

    @abc.abstractmethod
    def report(self, entry: Entry, status: str, error: Mapping[str, Any] | None = None) -> None:
        """Tell the business a status of its message, whatever it was before."""

    @abc.abstractmethod
    def reached(self, customer: Customer) -> None:
        """A phone is on again: what waited for it is delivered."""

    @abc.abstractmethod
    def connect(self, addresses: Mapping[str, str]) -> None:
        """Change where webhooks go, by name."""

    @abc.abstractmethod
    def meet(self, customer_id: str, channel: str, name: str) -> Customer:
        """Get to know a new customer.

        Raises:
            Impossible: if the provider has no such channel or the id is not one of its.
        """

    # ── what they have in common ──

    def known(self, customer_id: str) -> Customer:
        """The customer of an id.

        Raises:
            Impossible: if there is none.
        """
        found = self.customers.find(customer_id)
        if found is None:
            raise Impossible(f"there is no customer {customer_id}")
        return found

    def unread(self, customer: Customer) -> list[Entry]:
        """What has arrived at a customer and has not been read."""
        return [
            entry
            for entry in self.ledger.thread(customer.id)
            if entry.author == BUSINESS and entry.has("delivered") and not entry.has("read")
        ]

    def set_reachable(self, customer: Customer, on: bool) -> None:
        """Switch a phone on or off."""
        customer.reachable = on
        if on:
            self.reached(customer)
        self.ledger.touch()

    def cause(self, kind: str, count: int | None = 1, **more: Any) -> None:
        """Ask for a fault (see `Fault`)."""
        if kind in self.unsupported:
            raise UnknownFault(f"{kind} cannot happen at this provider")
        fault = Fault(kind=kind, count=count, **more)
        if kind == "webhooks_off":
            self.deliverer.hold(fault.seconds)
        else:
            self.faults.add(fault)

    def clear_faults(self, kind: str | None = None) -> None:
        """Let nothing more go wrong; held webhooks go out."""
        self.faults.clear(kind)
        if kind in (None, "webhooks_off"):
            self.deliverer.release()

    async def answer(
        self, request: Request, labels: set[str], work: Callable[[], Awaitable[Response]]
    ) -> Response:
        """Answer a request of the business, unless something is to go wrong; it is noted."""
        response = await self._answer(labels, work)
        status = 0 if isinstance(response, HangUp | Silence) else response.status_code
        self.ledger.requests.append(
            Answered(
                at=self.clock.now(),
                method=request.method,
                path=request.url.path,
                status=status,
                code=getattr(response, "error_code", None),
            )
        )
        return response

    async def _answer(self, labels: set[str], work: Callable[[], Awaitable[Response]]) -> Response:
        if self.faults.take("drop_connection_before_accept", labels):
            return HangUp()
        delay = self.faults.take("delay", labels)
        if delay is not None:
            await asyncio.sleep(DEFAULT_DELAY_S if delay.seconds is None else delay.seconds)
        for kind in REFUSING:
            fault = self.faults.take(kind, labels)
            if fault is not None:
                return self.refusal(kind, fault.seconds or HTTP_429_WAIT_S, labels)
        response = await work()
        if "messages" in labels and response.status_code < 300:
            silent = self.faults.take("timeout_after_accept", labels)
            if silent is not None:
                return Silence(silent.seconds)
        return response

    def keep(self, content: bytes, media_type: str, filename: str | None = None) -> str:
        """Keep a file of a customer; answers its id."""
        stored = self.media.add(content, media_type, filename, lifetime_s=FILE_LIFETIME_S)
        return stored.id
