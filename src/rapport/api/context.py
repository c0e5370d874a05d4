"""What requests are served with; built once by `bootstrap`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from rapport.api.catalog import Catalog
from rapport.api.floor_board import FloorBoard
from rapport.api.mail_room import MailRoom
from rapport.api.widget.limits import Limiter
from rapport.application.access import Access
from rapport.application.audit import AuditLog
from rapport.application.configuration.administration import Administration
from rapport.application.configuration.history import ChangeLog
from rapport.application.floor import FloorReader
from rapport.application.identities import Identities
from rapport.application.invitation_letter import InvitationPost
from rapport.application.invitations import Invitations
from rapport.application.openid import OpenIdSignIn
from rapport.application.passkeys import Passkeys
from rapport.application.ports import OfferBoard, Services
from rapport.application.reading import Reader
from rapport.application.received import Input, Received
from rapport.application.reports import ReportReader
from rapport.application.saved_reports import SavedReports
from rapport.application.second_factor import SecondFactors
from rapport.application.set_up import SetUp
from rapport.application.tokens import Tokens
from rapport.application.transcripts import Transcripts
from rapport.channels.courtesy import Courtesies
from rapport.channels.gateway import Channels
from rapport.channels.sdk.connector import Probe
from rapport.domain.message import DeliveryReceipt
from rapport.jobs.webhooks import WebhookRunner
from rapport.storage.contacts import PostgresContacts
from rapport.storage.files import Files
from rapport.storage.first_files import FirstFiles
from rapport.storage.health import Health
from rapport.storage.people import People
from rapport.storage.queries.channels import PostgresChannelReader
from rapport.storage.queries.search import PostgresSearch
from rapport.storage.queries.surveys import PostgresSurveys
from rapport.storage.queries.webhooks import PostgresWebhooks
from rapport.storage.removals import Removals
from rapport.storage.spool import Spool
from rapport.storage.template_files import PostgresTemplateFiles
from rapport.storage.thumbnails import Thumbnails
from rapport.storage.webhooks import Webhooks
from rapport.storage.workflow_runs import PostgresRuns
from rapport.stream.asides import Asides
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
    tokens: Tokens
    audit: AuditLog
    administration: Administration
    change_log: ChangeLog
    set_up: SetUp
    invitations: Invitations
    invitation_post: InvitationPost
    second_factors: SecondFactors
    passkeys: Passkeys
    identities: Identities
    openid: OpenIdSignIn
    reader: Reader
    floor: FloorReader
    floor_board: FloorBoard
    reports: ReportReader
    saved_reports: SavedReports
    hub: Hub
    asides: Asides
    inbox: Inbox
    visits: Visits
    transcripts: Transcripts
    files: Files
    removals: Removals
    thumbnails: Thumbnails
    spool: Spool
    limiter: Limiter
    channels: Channels
    receipts: ReceiptBox
    health: Health
    board: OfferBoard
    mail_room: MailRoom
    ring_media: Callable[[], None]
    channel_reader: PostgresChannelReader
    template_files: PostgresTemplateFiles
    first_files: FirstFiles
    workflow_runs: PostgresRuns
    webhook_board: Webhooks
    webhook_reader: PostgresWebhooks
    webhook_runner: WebhookRunner
    people: People
    courtesies: Courtesies
    surveys: PostgresSurveys
    search: PostgresSearch
    contacts: PostgresContacts
    probe: Callable[[int], Awaitable[Probe]]
    park: Callable[[int, str, bytes], Awaitable[None]]
    """Keeps raw input that was ignored: account, reason, bytes."""
    secret: bytes
    public_url: str | None
    static: Path
    secrets_of: Callable[[int], Mapping[str, str]]
    ready: Callable[[], Awaitable[dict[str, bool]]]
    measure: Callable[[], Awaitable[None]]
    """Sets the gauges that are read when they are asked for."""
    secure_cookies: bool
    catalog: Catalog = field(default_factory=Catalog)
