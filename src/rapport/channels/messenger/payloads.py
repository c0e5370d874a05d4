"""The parts of Messenger's webhooks that mean something to us; everything else is passed over.

Source: Messenger Platform, "Webhook Events Reference": messages, message_echoes,
messaging_postbacks, messaging_referrals, messaging_optins, message_deliveries, message_reads,
message_reactions, message_edits. Lists are decoded element by element.
"""

from __future__ import annotations

import msgspec

from rapport.channels.sdk.tolerant import Text

Raws = list[msgspec.Raw] | None


class Delivery(msgspec.Struct):
    """A whole webhook."""

    object: Text = None
    entry: Raws = None


class Entry(msgspec.Struct):
    """One page's part. `standby` holds what another app answers (handover protocol)."""

    id: Text = None
    messaging: Raws = None
    standby: Raws = None
    changes: Raws = None


class Party(msgspec.Struct):
    """A person by their page-scoped id, or the page."""

    id: Text = None


class Event(msgspec.Struct):
    """One event: its parties, its time, and one field that says what happened."""

    sender: msgspec.Raw = msgspec.Raw()
    recipient: msgspec.Raw = msgspec.Raw()
    timestamp: Text = None


class Payload(msgspec.Struct):
    """What a button or quick reply carries."""

    payload: Text = None


class ReplyTo(msgspec.Struct):
    """The message that is answered."""

    mid: Text = None


class Message(msgspec.Struct):
    """A message, the customer's or the page's own (`is_echo`)."""

    mid: str
    text: Text = None
    is_echo: bool | None = None
    is_deleted: bool | None = None
    is_unsupported: bool | None = None
    app_id: Text = None
    metadata: Text = None
    attachments: Raws = None
    quick_reply: msgspec.Raw = msgspec.Raw()
    reply_to: msgspec.Raw = msgspec.Raw()
    referral: msgspec.Raw = msgspec.Raw()


class Attachment(msgspec.Struct):
    """A file, a shared post, a place; `title` and `url` are a fallback's."""

    type: Text = None
    title: Text = None
    url: Text = None
    payload: msgspec.Raw = msgspec.Raw()


class AttachmentPayload(msgspec.Struct):
    """What an attachment points to."""

    url: Text = None
    title: Text = None
    sticker_id: Text = None
    coordinates: msgspec.Raw = msgspec.Raw()
    template_type: Text = None
    text: Text = None
    elements: msgspec.Raw = msgspec.Raw()
    product: msgspec.Raw = msgspec.Raw()


class Coordinates(msgspec.Struct):
    """A place."""

    lat: float
    long: float


class Element(msgspec.Struct):
    """A card of a template."""

    title: Text = None
    subtitle: Text = None
    id: Text = None


class Product(msgspec.Struct):
    """The product template's payload."""

    elements: Raws = None


class Postback(msgspec.Struct):
    """A pressed button, menu item or Get Started."""

    mid: Text = None
    title: Text = None
    payload: Text = None
    referral: msgspec.Raw = msgspec.Raw()


class Referral(msgspec.Struct):
    """The link, ad or code that brought the customer."""

    ref: Text = None
    source: Text = None
    type: Text = None
    ad_id: Text = None
    referer_uri: Text = None


class Optin(msgspec.Struct):
    """Consent to notifications, given or taken back."""

    type: Text = None
    ref: Text = None
    payload: Text = None
    title: Text = None
    notification_messages_status: Text = None


class DeliveryReport(msgspec.Struct):
    """Which messages arrived; all up to `watermark` did."""

    mids: list[str] | None = None
    watermark: Text = None


class ReadReport(msgspec.Struct):
    """All messages up to `watermark` were seen."""

    watermark: Text = None


class Reaction(msgspec.Struct):
    """An emoji put on a message or taken off it."""

    mid: str
    action: Text = None
    emoji: Text = None
    reaction: Text = None


class Edit(msgspec.Struct):
    """A message's new text."""

    mid: str
    text: Text = None
    num_edit: Text = None
