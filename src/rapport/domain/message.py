"""Messages, their delivery and attachments, and the conversation that orders them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


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
class Attachment:
    """A file of a message, or the trace of one that was refused."""

    id: int
    filename: str
    media_type: str
    size: int
    refusal_code: str | None = None
    refusal_message: str | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """The customer. Name, e-mail and phone are what they said, not proof of who they are."""

    id: int
    version: int = 1
    name: str | None = None
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """What a connector's `parse` makes of one message of a customer.

    `text` is None where the customer only opened the conversation. `external_id` is unique on
    the account: the same one again is a duplicate delivery.
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
