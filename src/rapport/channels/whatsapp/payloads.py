"""The parts of WhatsApp's webhooks that mean something to us; everything else is passed over.

Source: WhatsApp Business Platform, "messages webhook reference" and its pages per type,
"Business-scoped user IDs" (`user_id`, `from_user_id`, absent `from` and `wa_id`). Lists are
decoded element by element, so that one that can't be read spoils no other.
"""

from __future__ import annotations

from typing import Any

import msgspec

from rapport.channels.sdk.tolerant import Text

Raws = list[msgspec.Raw] | None


class Delivery(msgspec.Struct):
    """A whole webhook."""

    object: Text = None
    entry: Raws = None


class Entry(msgspec.Struct):
    """One business account's part."""

    changes: Raws = None


class Change(msgspec.Struct):
    """What changed; `field` says which sort of value."""

    field: Text = None
    value: msgspec.Raw = msgspec.Raw()


class Metadata(msgspec.Struct):
    """Whose number it came to."""

    phone_number_id: Text = None


class Value(msgspec.Struct):
    """The contents of a change, for all the fields that we read."""

    metadata: msgspec.Raw = msgspec.Raw()
    contacts: Raws = None
    messages: Raws = None
    statuses: Raws = None
    errors: Raws = None
    message_echoes: Raws = None
    user_preferences: Raws = None


class Profile(msgspec.Struct):
    """What the customer calls themselves."""

    name: Text = None
    username: Text = None


class Contact(msgspec.Struct):
    """Who wrote: number and business-scoped id, either of which may be missing."""

    wa_id: Text = None
    user_id: Text = None
    parent_user_id: Text = None
    profile: msgspec.Raw = msgspec.Raw()


class Head(msgspec.Struct):
    """What every message has."""

    id: str
    type: str
    timestamp: Text = None
    sender: Text = msgspec.field(default=None, name="from")
    from_user_id: Text = None
    from_parent_user_id: Text = None
    to: Text = None
    to_user_id: Text = None
    group_id: Text = None
    context: msgspec.Raw = msgspec.Raw()
    referral: msgspec.Raw = msgspec.Raw()
    errors: Raws = None


class Context(msgspec.Struct):
    """What a message answers or where it was forwarded from."""

    id: Text = None
    forwarded: bool | None = None
    frequently_forwarded: bool | None = None
    referred_product: Any = None


class Referral(msgspec.Struct):
    """The ad or post that brought the customer."""

    source_type: Text = None
    source_id: Text = None
    source_url: Text = None
    headline: Text = None
    body: Text = None
    ctwa_clid: Text = None


class TextBody(msgspec.Struct):
    """A text message."""

    body: str


class Media(msgspec.Struct):
    """Image, video, audio, document or sticker."""

    id: Text = None
    url: Text = None
    mime_type: Text = None
    sha256: Text = None
    caption: Text = None
    filename: Text = None
    voice: bool | None = None
    animated: bool | None = None


class Location(msgspec.Struct):
    """A place."""

    latitude: float
    longitude: float
    name: Text = None
    address: Text = None
    url: Text = None


class Choice(msgspec.Struct):
    """A reply button or list row that was chosen."""

    id: Text = None
    title: Text = None
    description: Text = None


class FormReply(msgspec.Struct):
    """A form (flow) that was filled in; `response_json` is JSON in a string."""

    name: Text = None
    body: Text = None
    response_json: Text = None


class Interactive(msgspec.Struct):
    """An answer to buttons, a list or a form."""

    type: Text = None
    button_reply: msgspec.Raw = msgspec.Raw()
    list_reply: msgspec.Raw = msgspec.Raw()
    nfm_reply: msgspec.Raw = msgspec.Raw()


class TemplateButton(msgspec.Struct):
    """A quick-reply button of a template that was pressed."""

    text: Text = None
    payload: Text = None


class Reaction(msgspec.Struct):
    """An emoji put on a message; none or an empty one takes it back."""

    message_id: str
    emoji: Text = None


class Product(msgspec.Struct):
    """A line of an order."""

    product_retailer_id: Text = None
    quantity: Text = None
    item_price: Text = None
    currency: Text = None


class Order(msgspec.Struct):
    """Products put into the basket."""

    catalog_id: Text = None
    text: Text = None
    product_items: Raws = None


class PersonName(msgspec.Struct):
    """The name of a contact card."""

    formatted_name: Text = None


class Phone(msgspec.Struct):
    """A number of a contact card."""

    phone: Text = None
    wa_id: Text = None


class Email(msgspec.Struct):
    """An address of a contact card."""

    email: Text = None


class Card(msgspec.Struct):
    """A contact card that the customer shares."""

    name: msgspec.Raw = msgspec.Raw()
    phones: Raws = None
    emails: Raws = None


class Edit(msgspec.Struct):
    """The customer changed a message."""

    original_message_id: str
    message: msgspec.Raw = msgspec.Raw()


class Revoke(msgspec.Struct):
    """The customer deleted a message."""

    original_message_id: str


class System(msgspec.Struct):
    """The customer's number or settings changed."""

    type: Text = None
    body: Text = None
    wa_id: Text = None
    user_id: Text = None
    marketing: Text = None


class Unsupported(msgspec.Struct):
    """What the platform couldn't pass on."""

    type: Text = None


class ErrorData(msgspec.Struct):
    """The long form of an error."""

    details: Text = None


class Error(msgspec.Struct):
    """An error of a message or status."""

    code: int
    title: Text = None
    message: Text = None
    error_data: msgspec.Raw = msgspec.Raw()


class Status(msgspec.Struct):
    """How far one of our messages has come."""

    id: str
    status: str
    timestamp: Text = None
    biz_opaque_callback_data: Text = None
    errors: Raws = None


class Preference(msgspec.Struct):
    """The customer stopped or resumed marketing messages."""

    value: str
    wa_id: Text = None
    user_id: Text = None
    category: Text = None
    detail: Text = None
    timestamp: Text = None
