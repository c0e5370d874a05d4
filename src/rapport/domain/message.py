"""Messages, their delivery and attachments, and the conversation that orders them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from rapport.domain.channel import ChannelType
from rapport.domain.frozen import dataclass
from rapport.domain.rich_text import Style
from rapport.domain.survey import OpenSurvey


class Direction(StrEnum):
    """Who a message is from and to."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    NOTE = "note"
    ANNOUNCEMENT = "announcement"


class AuthorKind(StrEnum):
    """Who wrote it."""

    CUSTOMER = "customer"
    AGENT = "agent"
    SYSTEM = "system"


class Purpose(StrEnum):
    """What a message is for, where the client shows more than its text."""

    ASK_TO_END = "ask_to_end"
    WHISPER = "whisper"
    SURVEY = "survey"


class DeliveryStatus(StrEnum):
    """How far an outbound message has come."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"


_RANK = {
    DeliveryStatus.QUEUED: 0,
    DeliveryStatus.UNKNOWN: 1,
    DeliveryStatus.SENT: 2,
    DeliveryStatus.FAILED: 3,
    DeliveryStatus.DELIVERED: 4,
    DeliveryStatus.READ: 5,
}


def later_status(current: DeliveryStatus | None, reported: DeliveryStatus) -> DeliveryStatus:
    """The status after a receipt: a lattice that never goes backwards.

    A provider may report `delivered` after `failed`, and anything in any order.
    """
    if current is None or _RANK[reported] > _RANK[current]:
        return reported
    return current


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderTemplate:
    """A message form that the provider has approved, with values for its fields in order."""

    name: str
    language: str
    header: tuple[str, ...] = ()
    body: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of a message, or the trace of one that was refused."""

    id: int
    filename: str
    media_type: str
    size: int
    refusal_code: str | None = None
    refusal_message: str | None = None
    fetching: bool = False
    """Still at the provider; a job brings it."""
    held: bool = False
    """Here, and opened by nobody until the virus scanner has passed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaction:
    """An emoji that the customer put on a message."""

    emoji: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a message is besides plain text; most have none of it.

    `kind` is the channel's word for it. `reply_to_seq` is the place in the thread of the message
    that this one answers. `template`, `buttons` and `details` are as sent or received; `choose`
    is what opens the buttons where they are a list.
    """

    kind: str = "text"
    styles: tuple[Style, ...] = ()
    reply_to_seq: int | None = None
    quick_reply: str | None = None
    location: Mapping[str, Any] | None = None
    details: Mapping[str, Any] | None = None
    template: ProviderTemplate | None = None
    buttons: tuple[tuple[str, str], ...] = ()
    choose: str | None = None
    reaction: Reaction | None = None
    edited_at: datetime | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A system line of a thread; the client words it from the code."""

    code: str
    params: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One entry of a thread. `seq` orders the conversation without gaps."""

    id: int
    version: int = 1
    conversation_id: int
    account_id: int
    task_id: int | None
    seq: int
    inbound_seq: int
    direction: Direction
    author_kind: AuthorKind
    author_id: int | None
    text: str
    attachments: tuple[Attachment, ...] = ()
    announcement: Announcement | None = None
    content: Content | None = None
    purpose: Purpose | None = None
    customer_sees: bool = True
    client_id: str | None = None
    external_id: str | None = None
    status: DeliveryStatus | None = None
    error_code: str | None = None
    error_message: str | None = None
    created_at: datetime
    sent_at: datetime | None = None
    delivered_at: datetime | None = None
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """The thread with one contact on one channel account."""

    id: int
    account_id: int
    contact_key: str
    contact_id: int
    last_seq: int = 0
    inbound_seq: int = 0
    task_id: int | None = None
    last_agent_id: int | None = None
    customer_seen_seq: int = 0
    customer_away_since: datetime | None = None
    created_at: datetime
    last_message_at: datetime | None = None
    last_inbound_at: datetime | None = None
    opted_out_at: datetime | None = None
    survey: OpenSurvey | None = None
    """The question after its last task, until it is answered; it may be over by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """The customer. Name, e-mail and phone are what they said, not proof of who they are."""

    id: int
    version: int = 1
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    by_hand: tuple[str, ...] = ()
    """Fields that somebody here has written: what messages tell does not change them."""

    def learned(
        self, *, name: str | None = None, email: str | None = None, phone: str | None = None
    ) -> Contact:
        """What a message tells of the customer, if it tells anything; itself if nothing is new."""
        told = {"name": name, "email": email, "phone": phone}
        news: dict[str, Any] = {
            field: value
            for field, value in told.items()
            if value and value != getattr(self, field) and field not in self.by_hand
        }
        return replace(self, version=self.version + 1, **news) if news else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """Whom an agent writes to first.

    `identity` is the customer's address on the account; `contact_key` names the conversation:
    the same as the identity, or for mail a new thread. `contact_id` is the contact that an
    address not known yet belongs to; None makes a new one.
    """

    channel: ChannelType
    account_id: int
    identity: str
    contact_key: str
    contact_id: int | None = None
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMedia:
    """A file that a customer sent, still at the provider.

    `kind` is image, video, audio, voice, document, sticker or file. Either `url` or `media_id`
    says where it is; `gone` carries a code where it can't be had.
    """

    kind: str
    media_type: str | None = None
    filename: str | None = None
    url: str | None = None
    media_id: str | None = None
    size: int | None = None
    sha256: str | None = None
    gone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One part of a long message that the network cut up; 1-based `number` of `total`."""

    reference: str
    number: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """What a connector's `parse` makes of one message of a customer.

    `text` is None where the customer only opened the conversation. `external_id` is unique on
    the account: the same one again is a duplicate delivery. `kind` is the channel's own word
    for what it is (text, image, location, contacts, order, interactive, …); what a person has
    to know of it is in `text`, the structure of it in `details`.
    """

    external_id: str
    contact_key: str
    text: str | None
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    attachments: tuple[Attachment, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()
    sent_at: datetime | None = None
    client_id: str | None = None
    """The sender's own id, where the channel gives it back to them (WebChat)."""
    kind: str = "text"
    aliases: tuple[str, ...] = ()
    """Other keys under which the same customer is known on the account, e.g. a phone number."""
    media: tuple[InboundMedia, ...] = ()
    reply_to: str | None = None
    """External id of the message that this one answers."""
    quick_reply: str | None = None
    """The payload of a button, list row or postback that the customer chose."""
    location: Mapping[str, Any] | None = None
    """`latitude`, `longitude`, and `name` and `address` where given."""
    details: Mapping[str, Any] | None = None
    segment: Segment | None = None
    ends: bool = False
    """Whether the customer ends the conversation with it (a button or a word)."""
    identity: str | None = None
    """Who the customer is, where `contact_key` names a thread of theirs rather than them (mail)."""
    automatic: bool = False
    """Sent by a machine (an absence note): kept in its thread, opens no task."""
    removed: tuple[str, ...] = ()
    """Kinds of card and health data that were taken out before it came here (P2)."""


CustomerEventKind = Literal[
    "reaction",
    "edited",
    "deleted",
    "opted_out",
    "opted_in",
    "referral",
    "identity_changed",
    "named",
    "rated",
]


MARKETING = "marketing_messages"
"""In `details` of an opt-out, under `category`, where it is about these alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerEvent:
    """Something a customer did that is no message: it never opens a conversation.

    `external_id` is the event's own, `target` the message's it is about. `value` is the emoji
    of a reaction (None: taken back), the new text of an edit, the word of an opt-out, the key
    that the customer has from now on, the name that the provider tells when asked, a rating (of the
    task and with the comment in `details`).
    """

    kind: CustomerEventKind
    external_id: str
    contact_key: str
    at: datetime
    target: str | None = None
    value: str | None = None
    details: Mapping[str, Any] | None = None

    @property
    def consents(self) -> bool:
        """Whether it opts out of our messages, or into them again.

        Who stops marketing alone is still answered: that is between them and the platform.
        """
        return self.kind in {"opted_out", "opted_in"} and (
            self.details is None or self.details.get("category") != MARKETING
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentEcho:
    """A message that the business sent from elsewhere, e.g. the page's own inbox.

    It is kept in the thread as an agent's message and opens no conversation.
    """

    external_id: str
    contact_key: str
    text: str
    at: datetime
    media: tuple[InboundMedia, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReceipt:
    """A provider's word on our messages.

    Names one of them by `external_id` or by our own `message_id`, where the provider carries it
    back; or, as a watermark, all sent to `contact_key` up to `at`.
    """

    status: DeliveryStatus
    at: datetime
    external_id: str | None = None
    message_id: int | None = None
    contact_key: str | None = None
    error_code: str | None = None
    error_message: str | None = None
