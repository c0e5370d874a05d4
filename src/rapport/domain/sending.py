"""Outcomes of sending one message: a closed set, told apart by code and never by text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rapport.domain.message import ProviderTemplate
from rapport.domain.rich_text import Style


@dataclass(frozen=True, slots=True)
class RefusedRecipient:
    """One of several whom a server won't send it to. `later`: it may, another time."""

    address: str
    code: str
    message: str
    later: bool


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider has taken it; its id, where it gives one, and who does not get it."""

    external_id: str | None
    refused: tuple[RefusedRecipient, ...] = ()


@dataclass(frozen=True, slots=True)
class RetryAfter:
    """Not now: throttled, or the provider is away. `seconds` None leaves it to the back-off."""

    seconds: float | None
    code: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """Never: the reason is shown to the agent."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class AccountBroken:
    """Nothing can be sent on this account until somebody mends it."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Bytes went out and no answer came: it may or may not have arrived. Not sent again."""

    code: str


SendOutcome = Sent | RetryAfter | Rejected | AccountBroken | Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundFile:
    """A file to send; `key` finds its bytes in the file store."""

    id: int
    filename: str
    media_type: str
    size: int
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """What a connector sends. `id` is ours and the same on every attempt.

    `contact_key` is the customer's key on the account, `aliases` what else they are known by
    there (a phone number). `reply_to` is the external id of the message answered.
    `last_inbound_at` is when the customer last wrote, `now` when the attempt is made: between
    them a provider's window for free text may have closed. `buttons` are (payload, title); `choose`
    is what opens them where a provider has a list for many.
    """

    id: int
    contact_key: str
    text: str
    styles: tuple[Style, ...] = ()
    files: tuple[OutboundFile, ...] = ()
    template: ProviderTemplate | None = None
    reply_to: str | None = None
    aliases: tuple[str, ...] = ()
    last_inbound_at: datetime | None = None
    now: datetime | None = None
    buttons: tuple[tuple[str, str], ...] = ()
    choose: str | None = None
    details: Mapping[str, Any] | None = None
    """What else the channel needs to know: an e-mail's recipients, subject, HTML, ids."""
