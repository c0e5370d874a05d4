"""What requests are served with; built once by `bootstrap`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from rapport.api.mail_room import MailRoom
from rapport.api.widget.limits import Limiter
from rapport.application.access import Access
from rapport.application.configuration.administration import Administration
from rapport.application.floor import FloorReader
from rapport.application.ports import OfferBoard, Services
from rapport.application.reading import Reader
from rapport.application.received import Input, Received
from rapport.channels.courtesy import Courtesies
from rapport.channels.gateway import Channels
from rapport.channels.sdk.connector import Probe
from rapport.domain.message import DeliveryReceipt
from rapport.storage.files import LocalFiles
from rapport.storage.health import Health
from rapport.storage.queries.channels import PostgresChannelReader
from rapport.storage.spool import Spool
from rapport.stream.hub import Hub


class Inbox(Protocol):
    """Where customers' messages are handed in; answers after the commit."""

    async def submit(self, account_id: int, messages: Sequence[Input]) -> list[Received]:
        """Store the input of one delivery."""


class ReceiptBox(Protocol):
    """Where delivery receipts are handed in; answers after the commit."""

    async def submit(self, account_id: int, receipts: Sequence[DeliveryReceipt]) -> None:
        """Store the receipts of one delivery."""


class Visits(Protocol):
    """Coming and going of visitors' pages."""

    async def came(self, conversation_id: int) -> None:
        """A page is connected."""

    async def went(self, conversation_id: int, at: datetime) -> None:
        """The last page has gone."""

    async def seen(self, conversation_id: int, seq: int, at: datetime) -> None:
        """The visitor has seen the thread up to here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Everything that handlers need."""

    services: Services
    access: Access
    administration: Administration
    reader: Reader
    floor: FloorReader
    hub: Hub
    inbox: Inbox
    visits: Visits
    files: LocalFiles
    spool: Spool
    limiter: Limiter
    channels: Channels
    receipts: ReceiptBox
    health: Health
    board: OfferBoard
    mail_room: MailRoom
    ring_media: Callable[[], None]
    channel_reader: PostgresChannelReader
    courtesies: Courtesies
    probe: Callable[[int], Awaitable[Probe]]
    park: Callable[[int, str, bytes], Awaitable[None]]
    """Keeps raw input that was ignored: account, reason, bytes."""
    secret: bytes
    public_url: str | None
    static: Path
    secrets_of: Callable[[int], Mapping[str, str]]
    ready: Callable[[], Awaitable[dict[str, bool]]]
    secure_cookies: bool
