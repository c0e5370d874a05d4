"""WhatsApp's webhooks taken apart: messages, statuses, reactions, edits, echoes, preferences."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from rapport.channels.sdk.connector import AccountConfig, Ignored, Parsed, Rejected
from rapport.channels.sdk.graph import moment
from rapport.channels.sdk.tolerant import each, fields_of, read, said, storable, text_of
from rapport.channels.whatsapp import payloads as wire
from rapport.channels.whatsapp.contents import CANT_SHOW, content_of, is_known, means_nothing
from rapport.channels.whatsapp.errors import words_of
from rapport.domain.message import (
    MARKETING,
    AgentEcho,
    CustomerEvent,
    CustomerEventKind,
    DeliveryReceipt,
    DeliveryStatus,
    InboundMessage,
)

_OBJECT = "whatsapp_business_account"
_LARGEST_ID = 2**63 - 1

_delivery = msgspec.json.Decoder(wire.Delivery)
_entry = msgspec.json.Decoder(wire.Entry)
_change = msgspec.json.Decoder(wire.Change)
_value = msgspec.json.Decoder(wire.Value)
_metadata = msgspec.json.Decoder(wire.Metadata)
_contact = msgspec.json.Decoder(wire.Contact)
_profile = msgspec.json.Decoder(wire.Profile)
_head = msgspec.json.Decoder(wire.Head)
_context = msgspec.json.Decoder(wire.Context)
_referral = msgspec.json.Decoder(wire.Referral)
_reaction = msgspec.json.Decoder(wire.Reaction)
_edit = msgspec.json.Decoder(wire.Edit)
_revoke = msgspec.json.Decoder(wire.Revoke)
_system = msgspec.json.Decoder(wire.System)
_error = msgspec.json.Decoder(wire.Error)
_error_data = msgspec.json.Decoder(wire.ErrorData)
_status = msgspec.json.Decoder(wire.Status)
_preference = msgspec.json.Decoder(wire.Preference)

STATUSES: Mapping[str, DeliveryStatus] = {
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "played": DeliveryStatus.READ,
    "failed": DeliveryStatus.FAILED,
}


def parse(body: bytes, account: AccountConfig) -> list[Parsed]:
    """Take a webhook apart, in its order.

    Raises:
        Rejected: it isn't a JSON object of the platform's form.
    """
    delivery = read(_delivery, storable(body))
    if delivery is None:
        raise Rejected(400, "malformed")
    if delivery.object != _OBJECT:
        return [Ignored("other_object")]
    return [item for raw in delivery.entry or () for item in _of_entry(raw, account)]


def _of_entry(raw: msgspec.Raw, account: AccountConfig) -> Iterator[Parsed]:
    entry = read(_entry, raw)
    if entry is None:
        yield Ignored("malformed_entry")
        return
    for change in each(_change, entry.changes):
        if change is None:
            yield Ignored("malformed_entry")
        else:
            yield from _of_change(change, account)


def _of_change(change: wire.Change, account: AccountConfig) -> Iterator[Parsed]:
    reader = _FIELDS.get(text_of(change.field))
    if reader is None:
        yield Ignored("other_field")
        return
    value = read(_value, change.value)
    if value is None:
        yield Ignored("malformed_entry")
        return
    metadata = read(_metadata, value.metadata)
    if metadata is None or text_of(metadata.phone_number_id) != account.address:
        yield Ignored("wrong_account")
        return
    yield from reader(value)


def _messages(value: wire.Value) -> Iterator[Parsed]:
    contacts = [c for c in each(_contact, value.contacts) if c is not None]
    for raw in value.messages or ():
        yield _message(raw, contacts)
    for status in each(_status, value.statuses):
        yield _receipt(status) if status is not None else Ignored("malformed_entry")
    for _ in value.errors or ():
        yield Ignored("provider_error")


def _echoes(value: wire.Value) -> Iterator[Parsed]:
    for raw in value.message_echoes or ():
        yield _echo(raw)


def _preferences(value: wire.Value) -> Iterator[Parsed]:
    for preference in each(_preference, value.user_preferences):
        yield _preferred(preference) if preference is not None else Ignored("malformed_entry")


_FIELDS: Mapping[str, Callable[[wire.Value], Iterator[Parsed]]] = {
    "messages": _messages,
    "smb_message_echoes": _echoes,
    "user_preferences": _preferences,
}


@dataclass(frozen=True, slots=True)
class _Sender:
    """Who wrote, by every key that came with the message; `key` is the one that lasts."""

    key: str
    aliases: tuple[str, ...] = ()
    name: str | None = None
    phone: str | None = None


def _sender(head: wire.Head, contacts: list[wire.Contact]) -> _Sender:
    contact = _contact_of(head, contacts)
    profile = read(_profile, contact.profile)
    number = text_of(head.sender) or text_of(contact.wa_id)
    keys = [
        text_of(head.from_user_id) or text_of(contact.user_id),
        number,
        text_of(contact.wa_id),
        text_of(head.from_parent_user_id) or text_of(contact.parent_user_id),
    ]
    known = list(dict.fromkeys(key for key in keys if key))
    name = (text_of(profile.name) or text_of(profile.username)) if profile else ""
    return _Sender(
        key=known[0] if known else "",
        aliases=tuple(known[1:]),
        name=name or None,
        phone=f"+{number}" if number.isascii() and number.isdecimal() else None,
    )


def _contact_of(head: wire.Head, contacts: list[wire.Contact]) -> wire.Contact:
    for contact in contacts:
        same_number = head.sender is not None and contact.wa_id == head.sender
        if same_number or (head.from_user_id and contact.user_id == head.from_user_id):
            return contact
    return contacts[0] if len(contacts) == 1 else wire.Contact()


def _message(raw: msgspec.Raw, contacts: list[wire.Contact]) -> Parsed:
    head = read(_head, raw)
    if head is None or not head.id:
        return Ignored("malformed_entry")
    if head.group_id:
        return Ignored("group_message")
    sender = _sender(head, contacts)
    if not sender.key:
        return Ignored("no_sender")
    body = fields_of(raw).get(head.type)
    event = _EVENTS.get(head.type)
    if event is not None:
        return event(head, body, sender)
    if not is_known(head.type):
        return Ignored("unknown_type")
    if head.type == "unsupported" and means_nothing(body):
        return Ignored("unsupported_event")
    return _inbound(head, body, sender)


def _inbound(head: wire.Head, body: msgspec.Raw | None, sender: _Sender) -> Parsed:
    error = next((e for e in each(_error, head.errors) if e is not None), None)
    content = content_of(head.type, body, error)
    if content is None:
        return Ignored("malformed_entry")
    context = read(_context, head.context) or wire.Context()
    details = {
        **(content.details or {}),
        **said(
            forwarded=context.forwarded or context.frequently_forwarded or None,
            frequently_forwarded=context.frequently_forwarded or None,
            product=context.referred_product,
            error=str(error.code) if error else None,
        ),
    }
    return InboundMessage(
        external_id=head.id,
        contact_key=sender.key,
        aliases=sender.aliases,
        name=sender.name,
        phone=sender.phone,
        kind=content.kind,
        text=content.text,
        media=content.media,
        location=content.location,
        quick_reply=content.quick_reply,
        reply_to=text_of(context.id) or None,
        variables=_variables(head.referral),
        sent_at=moment(head.timestamp),
        details=details or None,
    )


def _variables(raw: msgspec.Raw) -> tuple[tuple[str, str], ...]:
    """What is known of the ad or post that brought the customer, as `referral.…`."""
    referral = read(_referral, raw)
    if referral is None:
        return ()
    known = said(**msgspec.structs.asdict(referral))
    return tuple((f"referral.{name}", str(value)) for name, value in known.items())


def _event(
    kind: CustomerEventKind,
    head: wire.Head,
    sender: _Sender,
    *,
    target: str | None = None,
    value: str | None = None,
    details: Mapping[str, str] | None = None,
) -> Parsed:
    at = moment(head.timestamp)
    if at is None:
        return Ignored("no_time")
    return CustomerEvent(
        kind=kind,
        external_id=head.id,
        contact_key=sender.key,
        at=at,
        target=target,
        value=value,
        details=details,
    )


def _reacted(head: wire.Head, body: msgspec.Raw | None, sender: _Sender) -> Parsed:
    found = read(_reaction, body)
    if found is None:
        return Ignored("malformed_entry")
    emoji = text_of(found.emoji) or None
    return _event("reaction", head, sender, target=found.message_id, value=emoji)


def _edited(head: wire.Head, body: msgspec.Raw | None, sender: _Sender) -> Parsed:
    found = read(_edit, body)
    inner = fields_of(found.message) if found else {}
    kind = read(_string, inner.get("type")) or ""
    content = content_of(kind, inner.get(kind)) if kind else None
    if found is None or content is None:
        return Ignored("malformed_entry")
    return _event("edited", head, sender, target=found.original_message_id, value=content.text)


def _revoked(head: wire.Head, body: msgspec.Raw | None, sender: _Sender) -> Parsed:
    found = read(_revoke, body)
    if found is None:
        return Ignored("malformed_entry")
    return _event("deleted", head, sender, target=found.original_message_id)


def _changed(head: wire.Head, body: msgspec.Raw | None, sender: _Sender) -> Parsed:
    """A new number or id, or a word on marketing; both are nothing to answer."""
    found = read(_system, body)
    if found is None:
        return Ignored("malformed_entry")
    if found.marketing is not None:
        return _preference_event(head, sender, text_of(found.marketing))
    new = text_of(found.user_id) or text_of(found.wa_id)
    if not new or new == sender.key:
        return Ignored("system_message")
    details = {str(key): str(v) for key, v in said(type=found.type, wa_id=found.wa_id).items()}
    return _event("identity_changed", head, sender, value=new, details=details)


def _welcome(head: wire.Head, body: msgspec.Raw | None, sender: _Sender) -> Parsed:
    """The customer opened an empty chat: nobody is to be rung for it."""
    del head, body, sender
    return Ignored("request_welcome")


_string = msgspec.json.Decoder(str)
_EVENTS: Mapping[str, Callable[[wire.Head, msgspec.Raw | None, _Sender], Parsed]] = {
    "reaction": _reacted,
    "edit": _edited,
    "revoke": _revoked,
    "system": _changed,
    "request_welcome": _welcome,
}


def _preference_event(head: wire.Head, sender: _Sender, word: str) -> Parsed:
    if word not in {"stop", "resume"}:
        return Ignored("unknown_type")
    return _event(
        "opted_out" if word == "stop" else "opted_in",
        head,
        sender,
        value=word,
        details={"category": MARKETING},
    )


def _preferred(preference: wire.Preference) -> Parsed:
    key = text_of(preference.user_id) or text_of(preference.wa_id)
    if not key:
        return Ignored("no_sender")
    stamp = text_of(preference.timestamp)
    head = wire.Head(
        id=f"preference:{key}:{stamp}:{preference.value}", type="system", timestamp=stamp
    )
    return _preference_event(head, _Sender(key), preference.value)


def _receipt(status: wire.Status) -> Parsed:
    reached, at = STATUSES.get(status.status), moment(status.timestamp)
    if reached is None:
        known = status.status in {"deleted", "warning"}
        return Ignored(f"status_{status.status}" if known else "unknown_status")
    if at is None or not status.id:
        return Ignored("no_time" if status.id else "malformed_entry")
    error = next((e for e in each(_error, status.errors) if e is not None), None)
    return DeliveryReceipt(
        status=reached,
        at=at,
        external_id=status.id,
        message_id=_our_id(text_of(status.biz_opaque_callback_data)),
        error_code=str(error.code) if error else None,
        error_message=_words(error) if error else None,
    )


def _words(error: wire.Error) -> str:
    data = read(_error_data, error.error_data)
    details = text_of(data.details) if data else ""
    return words_of(error.code, details or text_of(error.message) or text_of(error.title))


def _our_id(data: str) -> int | None:
    if not data.isascii() or not data.isdecimal() or len(data) > len(str(_LARGEST_ID)):
        return None
    return int(data) if int(data) <= _LARGEST_ID else None


def _echo(raw: msgspec.Raw) -> Parsed:
    """A message that was written in the WhatsApp Business app (coexistence)."""
    head = read(_head, raw)
    key = (text_of(head.to_user_id) or text_of(head.to)) if head else ""
    if head is None or not head.id or not key:
        return Ignored("malformed_entry")
    if head.type in _EVENTS:
        return Ignored(f"echo_{head.type}")
    at: datetime | None = moment(head.timestamp)
    content = content_of(head.type, fields_of(raw).get(head.type))
    if at is None:
        return Ignored("no_time")
    return AgentEcho(
        external_id=head.id,
        contact_key=key,
        text=content.text if content else CANT_SHOW,
        at=at,
        media=content.media if content else (),
    )
