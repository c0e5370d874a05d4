"""The simulated Graph: two channels, one server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import httpx2
import msgspec
from starlette.responses import Response
from starlette.types import ASGIApp
from typing_extensions import override

from rapport_simulators.graph.app import graph_app
from rapport_simulators.graph.channel import signed_headers
from rapport_simulators.graph.errors import ErrorAnswer, GraphError
from rapport_simulators.graph.messenger import Messenger
from rapport_simulators.graph.settings import MESSENGER, WHATSAPP, GraphSettings
from rapport_simulators.graph.whatsapp import WhatsApp
from rapport_simulators.graph.whatsapp_events import envelope, message_value
from rapport_simulators.provider.burst import BurstResult, burst, raw_request
from rapport_simulators.provider.clock import Clock
from rapport_simulators.provider.customers import Customer
from rapport_simulators.provider.http import http_client
from rapport_simulators.provider.ledger import CUSTOMER, Entry
from rapport_simulators.provider.simulator import Impossible, Simulator
from rapport_simulators.provider.webhooks import Retries

_LONGEST_SUBSCRIPTION_WAIT_S = 30.0
_REFUSALS: Mapping[str, Mapping[str, int]] = {
    WHATSAPP: {"expired_token": 190, "http_429": 130429, "http_500": 131000},
    MESSENGER: {"expired_token": 190, "http_429": 613, "http_500": 2},
}


class GraphSimulator(Simulator):
    """WhatsApp Cloud API and Messenger Platform: `async with GraphSimulator(…) as graph: …`."""

    def __init__(
        self, settings: GraphSettings | None = None, *, clock: Clock | None = None
    ) -> None:
        self.settings = settings or GraphSettings()
        self.retries = Retries(
            first_s=self.settings.retry_first_s,
            longest_s=max(60.0, self.settings.retry_first_s),
            attempts=10_000,
            on_status=True,
            taken=lambda status: status == 200,
        )
        super().__init__(
            self.settings.port, (replace(one) for one in self.settings.customers), clock
        )
        self.whatsapp = WhatsApp(self)
        self.messenger = Messenger(self)
        self.subscribed: dict[str, bool] = {}
        self._http: httpx2.AsyncClient | None = None

    @property
    def http(self) -> httpx2.AsyncClient:
        """What files are fetched with that were given by address."""
        if self._http is None:
            self._http = http_client(10.0)
        return self._http

    @override
    async def start(self) -> None:
        await super().start()
        for channel in (WHATSAPP, MESSENGER):
            if self._channel(channel).post.address:
                _ = self.spawn(self._subscribe_patiently(channel))

    @override
    async def stop(self) -> None:
        await super().stop()
        if self._http is not None:
            await self._http.aclose()

    @override
    def app(self) -> ASGIApp:
        return graph_app(self)

    @override
    def refusal(self, kind: str, wait_s: float, labels: Iterable[str]) -> Response:
        channel = MESSENGER if MESSENGER in labels else WHATSAPP
        status = {"http_429": 429, "http_500": 500}.get(kind)
        response = self.error(
            GraphError(_REFUSALS[channel][kind], status=status), whatsapp=channel == WHATSAPP
        )
        if kind == "http_429":
            response.headers["retry-after"] = f"{wait_s:g}"
        return response

    def error(self, error: GraphError, *, whatsapp: bool) -> ErrorAnswer:
        """A refusal as an answer."""
        return ErrorAnswer(error, self.ids.token(23), whatsapp=whatsapp)

    def public_url(self, file_id: str) -> str:
        """Where anybody can fetch a file for a while, as Messenger's attachments."""
        stored = self.media.find(file_id)
        return "" if stored is None else f"{self.url}/_files/{self.media.address(stored)}"

    # ── webhooks ──

    async def subscribe(self, channel: str) -> bool:
        """Check a webhook's address as Meta does: it must echo the challenge."""
        challenge = self.ids.digits(10)
        query = {
            "hub.mode": "subscribe",
            "hub.verify_token": self.settings.verify_token,
            "hub.challenge": challenge,
        }
        try:
            answer = await self.http.get(self._channel(channel).post.address, params=query)
            passed = answer.status_code == 200 and answer.text == challenge
        except httpx2.HTTPError:
            passed = False
        self.subscribed[channel] = passed
        return passed

    async def _subscribe_patiently(self, channel: str) -> None:
        """Check until it passes; the business may start later than its provider."""
        wait = 0.5
        while not await self.subscribe(channel):
            await asyncio.sleep(wait)
            wait = min(_LONGEST_SUBSCRIPTION_WAIT_S, wait * 2)

    @override
    def connect(self, addresses: Mapping[str, str]) -> None:
        for channel, address in addresses.items():
            self._channel(channel).post.address = address

    # ── customers ──

    @override
    def meet(self, customer_id: str, channel: str, name: str) -> Customer:
        if channel not in (WHATSAPP, MESSENGER) or not customer_id.isdigit():
            raise Impossible("a customer has a channel, whatsapp or messenger, and digits as id")
        known = self.customers.find(customer_id)
        if known is not None:
            return known
        user_id = f"XX.{self.ids.token(20)}" if channel == WHATSAPP else None
        return self.customers.add(
            Customer(id=customer_id, channel=channel, name=name or customer_id, user_id=user_id)
        )

    def customer(self, customer_id: str, channel: str = WHATSAPP) -> CustomerHandle:
        """Somebody to act as; met if not known yet."""
        return CustomerHandle(self, self.meet(customer_id.lstrip("+"), channel, ""))

    @override
    async def says(self, customer: Customer, kind: str, content: Mapping[str, Any]) -> Entry:
        return await self._channel(customer.channel).says(customer, kind, content)

    @override
    def reads(self, customer: Customer, entries: Iterable[Entry]) -> None:
        self._channel(customer.channel).reads(customer, entries)

    @override
    async def reacts(self, customer: Customer, entry: Entry, emoji: str) -> None:
        await self._channel(customer.channel).reacts(customer, entry, emoji)

    @override
    def report(self, entry: Entry, status: str, error: Mapping[str, Any] | None = None) -> None:
        self._channel(entry.channel).report(entry, status, error)

    @override
    def reached(self, customer: Customer) -> None:
        self._channel(customer.channel).reached(customer)

    def _channel(self, channel: str) -> WhatsApp | Messenger:
        if channel == WHATSAPP:
            return self.whatsapp
        if channel == MESSENGER:
            return self.messenger
        raise Impossible(f"there is no channel {channel}")

    # ── load ──

    def prepare(self, messages: Sequence[tuple[str, str]]) -> tuple[list[Entry], list[bytes]]:
        """Signed WhatsApp webhooks for (customer id, text), ready to go over the wire.

        The messages are in the ledger from here on, not acknowledged yet.
        """
        entries, requests = [], []
        for customer_id, text in messages:
            customer = self.meet(customer_id, WHATSAPP, "")
            customer.last_wrote = self.clock.now()
            entry = Entry(
                id=self.ids.wamid(),
                channel=WHATSAPP,
                author=CUSTOMER,
                customer=customer.id,
                type="text",
                text=text,
                content={"type": "text", "text": {"body": text}},
                at=customer.last_wrote,
                monotonic=self.clock.monotonic(),
            )
            self.ledger.add(entry)
            entries.append(entry)
            body = msgspec.json.encode(envelope(self.settings, message_value(customer, entry)))
            headers = signed_headers(self.settings, body)
            requests.append(raw_request(self.whatsapp.post.address, body, headers))
        return entries, requests

    async def burst(
        self, messages: Sequence[tuple[str, str]], connections: int = 16
    ) -> BurstResult:
        """Let many customers write at once, as fast as the webhooks are taken; none is retried."""
        entries, requests = self.prepare(messages)
        result = await burst(self.whatsapp.post.address, requests, connections)
        for entry, status in zip(entries, result.statuses, strict=True):
            entry.attempts += 1
            entry.acknowledged = status == 200
        self.ledger.touch()
        return result


class CustomerHandle:
    """A customer to act as, in the same process as the simulator."""

    def __init__(self, graph: GraphSimulator, customer: Customer) -> None:
        self._graph = graph
        self.person = customer

    @property
    def thread(self) -> Sequence[Entry]:
        """The conversation as the phone has it."""
        return self._graph.ledger.thread(self.person.id)

    @property
    def received(self) -> list[Entry]:
        """What the business has sent."""
        return [entry for entry in self.thread if entry.author != CUSTOMER]

    async def says(self, text: str, **content: Any) -> Entry:
        """Write a text."""
        return await self.sends("text", text=text, **content)

    async def sends(self, kind: str, **content: Any) -> Entry:
        """Send any kind of message (docs/simulators.md)."""
        return await self._graph.says(self.person, kind, content)

    def reads(self) -> None:
        """Read everything that has arrived."""
        self._graph.reads(self.person, self._graph.unread(self.person))

    async def reacts(self, message_id: str, emoji: str) -> None:
        """React to a message; an empty emoji takes it back."""
        entry = self._graph.ledger.find(message_id)
        if entry is None:
            raise Impossible(f"there is no message {message_id}")
        await self._graph.reacts(self.person, entry, emoji)

    async def received_after(self, count: int, timeout_s: float = 10.0) -> list[Entry]:
        """Wait until more than `count` messages have come from the business.

        Raises:
            TimeoutError: if they haven't in time.
        """
        async with asyncio.timeout(timeout_s):
            while len(self.received) <= count:
                await self._graph.ledger.changed(self._graph.ledger.revision, timeout_s)
        return self.received
