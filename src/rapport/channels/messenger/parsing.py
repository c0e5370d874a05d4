"""Messenger's webhooks taken apart: messages, postbacks, receipts, reactions, echoes, opt-ins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from rapport.channels.messenger import payloads as wire
from rapport.channels.messenger.attachments import attached_of
from rapport.channels.sdk.connector import AccountConfig, Ignored, Parsed, Rejected
from rapport.channels.sdk.graph import moment
from rapport.channels.sdk.tolerant import fields_of, read, said, storable, text_of
from rapport.domain.message import (
    MARKETING,
    AgentEcho,
    CustomerEvent,
    CustomerEventKind,
    DeliveryReceipt,
    DeliveryStatus,
    InboundMessage,
)

_OBJECT = "page"
CANT_SHOW = "[A message that Messenger can't pass on]"
OURS = "rapport:"
"""Begins the `metadata` of what we send; the echo brings it back."""
_LARGEST_ID = 2**63 - 1

_delivery = msgspec.json.Decoder(wire.Delivery)
_entry = msgspec.json.Decoder(wire.Entry)
_event = msgspec.json.Decoder(wire.Event)
_party = msgspec.json.Decoder(wire.Party)
_message = msgspec.json.Decoder(wire.Message)
_payload = msgspec.json.Decoder(wire.Payload)
_reply = msgspec.json.Decoder(wire.ReplyTo)
_referral = msgspec.json.Decoder(wire.Referral)
_postback = msgspec.json.Decoder(wire.Postback)
_optin = msgspec.json.Decoder(wire.Optin)
_delivered = msgspec.json.Decoder(wire.DeliveryReport)
_read_report = msgspec.json.Decoder(wire.ReadReport)
_reaction = msgspec.json.Decoder(wire.Reaction)
_edit = msgspec.json.Decoder(wire.Edit)


@dataclass(frozen=True, slots=True)
class _About:
    """Whom and when an event is about; `person` is the page-scoped id of the customer."""

    person: str
    by_page: bool
    stamp: str
    at: datetime | None
    account: AccountConfig


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
    if text_of(entry.id) != account.address:
        yield Ignored("wrong_account")
        return
    for event in entry.messaging or ():
        yield from _of_event(event, account)
    for _ in entry.standby or ():
        yield Ignored("standby")
    for _ in entry.changes or ():
        yield Ignored("other_field")


def _of_event(raw: msgspec.Raw, account: AccountConfig) -> Iterator[Parsed]:
    event = read(_event, raw)
    if event is None:
        yield Ignored("malformed_entry")
        return
    sender, recipient = read(_party, event.sender), read(_party, event.recipient)
    ids = [text_of(p.id) if p else "" for p in (sender, recipient)]
    if account.address not in ids:
        yield Ignored("wrong_account")
        return
    person = ids[1] if ids[0] == account.address else ids[0]
    if not person:
        yield Ignored("no_sender")
        return
    fields = fields_of(raw)
    for name, reader in _EVENTS.items():
        if name in fields:
            at = moment(event.timestamp, milliseconds=True)
            by_page = ids[0] == account.address
            about = _About(person, by_page, text_of(event.timestamp), at, account)
            if by_page and name != "message":
                yield Ignored("by_page")
            else:
                yield from reader(fields[name], about)
            return
    known = _MEANINGLESS.keys() & fields.keys()
    yield Ignored(_MEANINGLESS[min(known)] if known else "unknown_type")


def _messages(raw: msgspec.Raw, about: _About) -> Iterator[Parsed]:
    message = read(_message, raw)
    if message is None or not message.mid:
        yield Ignored("malformed_entry")
    elif message.is_echo or about.by_page:
        yield _echo(message, about)
    elif message.is_deleted:
        yield _customer_event("deleted", about, f"{message.mid}:deleted", target=message.mid)
    else:
        yield _inbound(message, about)


def _inbound(message: wire.Message, about: _About) -> InboundMessage:
    text = text_of(message.text)
    attached = attached_of(message.attachments, text)
    lines = [text, *attached.lines] if text else attached.lines
    empty = not lines and not attached.media
    quick_reply = read(_payload, message.quick_reply)
    reply_to = read(_reply, message.reply_to)
    return InboundMessage(
        external_id=message.mid,
        contact_key=about.person,
        kind="unsupported" if empty or message.is_unsupported else attached.kind,
        text=CANT_SHOW if empty else "\n".join(lines),
        media=tuple(attached.media),
        location=attached.location,
        quick_reply=text_of(quick_reply.payload) or None if quick_reply else None,
        reply_to=text_of(reply_to.mid) or None if reply_to else None,
        variables=_variables(message.referral),
        sent_at=about.at,
    )


def _echo(message: wire.Message, about: _About) -> Parsed:
    """What the page sent: by us, which settles what became of it, or from somewhere else."""
    if message.is_deleted:
        return Ignored("echo_deleted")
    if about.at is None:
        return Ignored("no_time")
    ours = _our_id(text_of(message.metadata))
    if ours is not None:
        return DeliveryReceipt(
            status=DeliveryStatus.SENT, at=about.at, external_id=message.mid, message_id=ours
        )
    app_id = text_of(about.account.settings.get("app_id"))
    if app_id and text_of(message.app_id) == app_id:
        return Ignored("own_echo")
    text = text_of(message.text)
    attached = attached_of(message.attachments, text)
    return AgentEcho(
        external_id=message.mid,
        contact_key=about.person,
        text="\n".join([text, *attached.lines] if text else attached.lines),
        at=about.at,
        media=tuple(attached.media),
    )


def _our_id(metadata: str) -> int | None:
    digits = metadata.removeprefix(OURS) if metadata.startswith(OURS) else ""
    if not digits.isascii() or not digits.isdecimal() or len(digits) > len(str(_LARGEST_ID)):
        return None
    return int(digits) if int(digits) <= _LARGEST_ID else None


def _variables(raw: msgspec.Raw) -> tuple[tuple[str, str], ...]:
    """What is known of the link or ad that brought the customer, as `referral.…`."""
    referral = read(_referral, raw)
    if referral is None:
        return ()
    known = said(**msgspec.structs.asdict(referral))
    return tuple((f"referral.{name}", str(value)) for name, value in known.items())


def _postbacks(raw: msgspec.Raw, about: _About) -> Iterator[Parsed]:
    postback = read(_postback, raw)
    if postback is None:
        yield Ignored("malformed_entry")
        return
    payload = text_of(postback.payload)
    yield InboundMessage(
        external_id=text_of(postback.mid) or f"postback:{about.person}:{about.stamp}",
        contact_key=about.person,
        kind="postback",
        text=text_of(postback.title) or payload,
        quick_reply=payload or None,
        variables=_variables(postback.referral),
        sent_at=about.at,
    )


def _referrals(raw: msgspec.Raw, about: _About) -> Iterator[Parsed]:
    referral = read(_referral, raw)
    if referral is None:
        yield Ignored("malformed_entry")
        return
    yield _customer_event(
        "referral",
        about,
        f"referral:{about.person}:{about.stamp}",
        value=text_of(referral.ref) or None,
        details=said(**msgspec.structs.asdict(referral)) or None,
    )


def _optins(raw: msgspec.Raw, about: _About) -> Iterator[Parsed]:
    optin = read(_optin, raw)
    if optin is None:
        yield Ignored("malformed_entry")
        return
    status = text_of(optin.notification_messages_status)
    stopped = status == "STOP_NOTIFICATIONS"
    # Notifications are marketing messages: who stops them may still ask and be answered.
    category = MARKETING if status else None
    yield _customer_event(
        "opted_out" if stopped else "opted_in",
        about,
        f"optin:{about.person}:{about.stamp}",
        value=text_of(optin.ref) or text_of(optin.payload) or None,
        details=said(**msgspec.structs.asdict(optin), category=category) or None,
    )


def _deliveries(raw: msgspec.Raw, about: _About) -> Iterator[Parsed]:
    report = read(_delivered, raw)
    if report is None:
        yield Ignored("malformed_entry")
        return
    at = moment(report.watermark, milliseconds=True) or about.at
    if at is None:
        yield Ignored("no_time")
        return
    for mid in report.mids or ():
        yield DeliveryReceipt(status=DeliveryStatus.DELIVERED, at=at, external_id=mid)
    if not report.mids:
        yield DeliveryReceipt(status=DeliveryStatus.DELIVERED, at=at, contact_key=about.person)


def _reads(raw: msgspec.Raw, about: _About) -> Iterator[Parsed]:
    report = read(_read_report, raw)
    at = moment(report.watermark, milliseconds=True) if report else None
    if at is None:
        yield Ignored("no_time" if report else "malformed_entry")
        return
    yield DeliveryReceipt(status=DeliveryStatus.READ, at=at, contact_key=about.person)


def _reactions(raw: msgspec.Raw, about: _About) -> Iterator[Parsed]:
    reaction = read(_reaction, raw)
    if reaction is None:
        yield Ignored("malformed_entry")
        return
    taken_back = reaction.action == "unreact"
    emoji = text_of(reaction.emoji) or text_of(reaction.reaction) or None
    yield _customer_event(
        "reaction",
        about,
        f"{reaction.mid}:reaction:{about.stamp}",
        target=reaction.mid,
        value=None if taken_back else emoji,
    )


def _edits(raw: msgspec.Raw, about: _About) -> Iterator[Parsed]:
    edit = read(_edit, raw)
    if edit is None:
        yield Ignored("malformed_entry")
        return
    yield _customer_event(
        "edited",
        about,
        f"{edit.mid}:edit:{text_of(edit.num_edit) or about.stamp}",
        target=edit.mid,
        value=text_of(edit.text),
    )


def _customer_event(
    kind: CustomerEventKind,
    about: _About,
    external_id: str,
    *,
    target: str | None = None,
    value: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> Parsed:
    if about.at is None:
        return Ignored("no_time")
    return CustomerEvent(
        kind=kind,
        external_id=external_id,
        contact_key=about.person,
        at=about.at,
        target=target,
        value=value,
        details=details,
    )


_EVENTS: Mapping[str, Callable[[msgspec.Raw, _About], Iterator[Parsed]]] = {
    "message": _messages,
    "postback": _postbacks,
    "delivery": _deliveries,
    "read": _reads,
    "reaction": _reactions,
    "message_edit": _edits,
    "referral": _referrals,
    "optin": _optins,
}
_MEANINGLESS = {
    "account_linking": "account_linking",
    "app_roles": "handover",
    "pass_thread_control": "handover",
    "take_thread_control": "handover",
    "request_thread_control": "handover",
    "game_play": "game_play",
    "policy_enforcement": "policy_enforcement",
    "policy-enforcement": "policy_enforcement",
}
