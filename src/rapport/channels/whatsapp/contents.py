"""What the customer's messages contain, one reader per type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from rapport.channels.sdk.tolerant import each, read, said, storable, text_of
from rapport.channels.whatsapp import payloads as wire
from rapport.domain.message import InboundMedia

CANT_SHOW = "[A message that WhatsApp can't pass on]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What one message says, whoever wrote it."""

    kind: str
    text: str = ""
    media: tuple[InboundMedia, ...] = ()
    quick_reply: str | None = None
    location: Mapping[str, Any] | None = None
    details: Mapping[str, Any] | None = None


_text = msgspec.json.Decoder(wire.TextBody)
_media = msgspec.json.Decoder(wire.Media)
_location = msgspec.json.Decoder(wire.Location)
_interactive = msgspec.json.Decoder(wire.Interactive)
_choice = msgspec.json.Decoder(wire.Choice)
_form = msgspec.json.Decoder(wire.FormReply)
_button = msgspec.json.Decoder(wire.TemplateButton)
_order = msgspec.json.Decoder(wire.Order)
_product = msgspec.json.Decoder(wire.Product)
_cards = msgspec.json.Decoder(list[msgspec.Raw])
_card = msgspec.json.Decoder(wire.Card)
_name = msgspec.json.Decoder(wire.PersonName)
_phone = msgspec.json.Decoder(wire.Phone)
_email = msgspec.json.Decoder(wire.Email)
_unsupported = msgspec.json.Decoder(wire.Unsupported)
_object = msgspec.json.Decoder(dict[str, Any])

_EVENTS_OF_OTHERS = frozenset({"edit", "keep_in_chat", "pin", "poll_update", "reaction", "revoke"})
"""Types that the platform reports as unsupported and that are no messages."""


def content_of(
    kind: str, body: msgspec.Raw | None, error: wire.Error | None = None
) -> Content | None:
    """The content of a message of a type we know; None where its body can't be read.

    Args:
        error: What the platform says of a file that it couldn't take.
    """
    if kind in _FILES:
        return _file(kind, body, error)
    reader = _READERS.get(kind)
    return reader(body) if reader is not None else None


def is_known(kind: str) -> bool:
    """Whether a customer's message of this type is understood."""
    return kind in _FILES or kind in _READERS


def means_nothing(body: msgspec.Raw | None) -> bool:
    """Whether an unsupported message is an act on another message (a pin, a vote)."""
    found = read(_unsupported, body)
    return found is not None and found.type in _EVENTS_OF_OTHERS


def _read_text(body: msgspec.Raw | None) -> Content | None:
    found = read(_text, body)
    return Content(kind="text", text=found.body) if found else None


def _file(kind: str, body: msgspec.Raw | None, error: wire.Error | None) -> Content | None:
    found = read(_media, body)
    if found is None:
        return None
    voice = kind == "audio" and found.voice
    media_id = text_of(found.id) or None
    gone = str(error.code) if error else None
    if media_id is None and not found.url:
        gone = gone or "no_file"
    media = InboundMedia(
        kind="voice" if voice else kind,
        media_type=text_of(found.mime_type).partition(";")[0].strip() or None,
        filename=text_of(found.filename) or None,
        url=None if media_id else text_of(found.url) or None,
        media_id=media_id,
        sha256=text_of(found.sha256) or None,
        gone=gone,
    )
    details = {"animated": True} if found.animated else None
    return Content(kind=kind, text=text_of(found.caption), media=(media,), details=details)


def _read_location(body: msgspec.Raw | None) -> Content | None:
    found = read(_location, body)
    if found is None:
        return None
    place = said(name=found.name, address=found.address, url=found.url)
    text = "\n".join(text_of(t) for t in (found.name, found.address) if t)
    where = {"latitude": found.latitude, "longitude": found.longitude, **place}
    return Content(
        kind="location", text=text or f"{found.latitude}, {found.longitude}", location=where
    )


def _read_contacts(body: msgspec.Raw | None) -> Content | None:
    raws = read(_cards, body)
    if raws is None:
        return None
    cards = [_card_of(card) for card in each(_card, raws) if card is not None]
    lines = [", ".join(v for v in (c["name"], *c["phones"], *c["emails"]) if v) for c in cards]
    return Content(kind="contacts", text="\n".join(lines), details={"contacts": cards})


def _card_of(card: wire.Card) -> dict[str, Any]:
    name = read(_name, card.name)
    return {
        "name": text_of(name.formatted_name) if name else "",
        "phones": [text_of(p.phone or p.wa_id) for p in each(_phone, card.phones) if p],
        "emails": [text_of(e.email) for e in each(_email, card.emails) if e],
    }


def _read_interactive(body: msgspec.Raw | None) -> Content | None:
    found = read(_interactive, body)
    if found is None:
        return None
    if found.nfm_reply:
        return _read_form(found.nfm_reply)
    choice = read(_choice, found.button_reply or found.list_reply)
    if choice is None:
        return None
    return Content(
        kind="interactive",
        text=text_of(choice.title) or text_of(choice.id),
        quick_reply=text_of(choice.id) or None,
        details=said(type=found.type, description=choice.description) or None,
    )


def _read_form(raw: msgspec.Raw) -> Content | None:
    form = read(_form, raw)
    if form is None:
        return None
    answers = read(_object, storable(text_of(form.response_json).encode())) or {}
    shown = {key: value for key, value in answers.items() if key != "flow_token"}
    lines = [f"{key}: {value}" for key, value in shown.items()]
    return Content(
        kind="interactive",
        text="\n".join(lines) or text_of(form.body),
        details=said(type="nfm_reply", name=form.name, answers=answers),
    )


def _read_button(body: msgspec.Raw | None) -> Content | None:
    found = read(_button, body)
    if found is None:
        return None
    payload = text_of(found.payload) or None
    return Content(kind="button", text=text_of(found.text) or payload or "", quick_reply=payload)


def _read_order(body: msgspec.Raw | None) -> Content | None:
    found = read(_order, body)
    if found is None:
        return None
    items = [
        said(
            product=p.product_retailer_id,
            quantity=p.quantity,
            price=p.item_price,
            currency=p.currency,
        )
        for p in each(_product, found.product_items)
        if p is not None
    ]
    lines = [
        f"{i.get('quantity', 1)} × {i.get('product', '?')} "
        f"({i.get('price', '?')} {i.get('currency', '')})".replace(" )", ")")
        for i in items
    ]
    text = "\n".join([text_of(found.text), *lines] if found.text else lines)
    return Content(
        kind="order", text=text, details=said(catalog=found.catalog_id, items=items) or None
    )


def _read_unsupported(body: msgspec.Raw | None) -> Content | None:
    found = read(_unsupported, body)
    what = text_of(found.type) if found else ""
    return Content(kind="unsupported", text=CANT_SHOW, details=said(type=what) or None)


_FILES = frozenset({"image", "video", "audio", "document", "sticker"})
_READERS: Mapping[str, Callable[[msgspec.Raw | None], Content | None]] = {
    "text": _read_text,
    "location": _read_location,
    "contacts": _read_contacts,
    "interactive": _read_interactive,
    "button": _read_button,
    "order": _read_order,
    "unsupported": _read_unsupported,
}
