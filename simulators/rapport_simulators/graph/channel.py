"""What WhatsApp and Messenger have in common: signed webhooks and what follows a message."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from rapport_simulators.graph.settings import GraphSettings
from rapport_simulators.provider.control import content_of
from rapport_simulators.provider.customers import Customer
from rapport_simulators.provider.ledger import Entry, Status, Told
from rapport_simulators.provider.media import StoredFile
from rapport_simulators.provider.simulator import FILE_LIFETIME_S, Impossible, Simulator
from rapport_simulators.provider.webhooks import Delivery

Follow = Callable[[Entry, Customer], Awaitable[None]]


def signature(secret: str, body: bytes) -> str:
    """What `X-Hub-Signature-256` carries."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def signed_headers(settings: GraphSettings, body: bytes) -> dict[str, str]:
    """The headers of a webhook."""
    return {
        "content-type": "application/json",
        "user-agent": "facebookexternalua",
        "x-hub-signature-256": signature(settings.app_secret, body),
    }


class Post:
    """Sends one channel's webhooks to `address`; empty is nowhere."""

    def __init__(self, sim: Simulator, settings: GraphSettings, address: str) -> None:
        self._sim = sim
        self._settings = settings
        self.address = address

    def send(
        self,
        payload: Mapping[str, Any],
        customer: Customer,
        labels: set[str],
        about: tuple[Told, ...] = (),
        entry: Entry | None = None,
    ) -> asyncio.Event | None:
        """Send one webhook; the event is set after the first attempt. None if there is no address.

        Args:
            labels: What faults can be limited to, beside the channel and the customer.
        """
        if not self.address:
            return None
        body = msgspec.json.encode(payload)
        delivery = Delivery(
            url=self.address,
            body=body,
            headers=signed_headers(self._settings, body),
            lane=customer.id,
            labels=frozenset(labels | {customer.channel, customer.id}),
            about=about,
            on_attempt=lambda: self._sim.ledger.touch(entry),
        )
        self._sim.deliverer.submit(delivery)
        return delivery.first


def note(entry: Entry, status: str, at: float, error: Mapping[str, Any] | None = None) -> Status:
    """Add a status to a message."""
    told = Status(status=status, at=at, error=dict(error) if error else None)
    entry.statuses.append(told)
    entry.status = status
    return told


async def follow(sim: Simulator, settings: GraphSettings, entry: Entry, customer: Customer) -> None:
    """Let a message be sent and delivered, and read by whoever reads at once."""
    if settings.sent_after_s:
        await asyncio.sleep(settings.sent_after_s)
    sim.report(entry, "sent")
    if settings.delivered_after_s:
        await asyncio.sleep(settings.delivered_after_s)
    if customer.reachable and not customer.blocked:
        arrive(sim, entry, customer)


def arrive(sim: Simulator, entry: Entry, customer: Customer) -> None:
    """Let a message reach the phone."""
    sim.report(entry, "delivered")
    customer.typing_until = 0.0
    if customer.reads:
        sim.reads(customer, [entry])


def stored_for(sim: Simulator, content: Mapping[str, Any]) -> StoredFile | None:
    """The file that comes with what a customer says: by `media_id` or in `content_base64`.

    Raises:
        Impossible: if there is no such file.
    """
    if content.get("media_id"):
        stored = sim.media.find(str(content["media_id"]))
        if stored is None:
            raise Impossible(f"there is no file {content['media_id']}")
        return stored
    if content.get("content_base64"):
        return sim.media.add(
            content_of(content),
            str(content.get("mime_type") or "application/octet-stream"),
            content.get("filename"),
            lifetime_s=FILE_LIFETIME_S,
        )
    return None
