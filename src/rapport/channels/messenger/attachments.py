"""What a Messenger message has attached: files, stickers, places, shares, cards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from rapport.channels.messenger import payloads as wire
from rapport.channels.sdk.tolerant import each, read, text_of
from rapport.domain.message import InboundMedia

_attachment = msgspec.json.Decoder(wire.Attachment)
_payload = msgspec.json.Decoder(wire.AttachmentPayload)
_coordinates = msgspec.json.Decoder(wire.Coordinates)
_product = msgspec.json.Decoder(wire.Product)
_element = msgspec.json.Decoder(wire.Element)
_raws = msgspec.json.Decoder(list[msgspec.Raw])

LIKE = "👍"
LIKE_STICKERS = frozenset({"369239263222822", "369239343222814", "369239383222810"})
"""The like button's three sizes."""

_FILES = frozenset({"image", "video", "audio", "file"})
_SHARES = frozenset({"fallback", "reel", "ig_reel", "post", "ig_post", "share", "ig_story"})


@dataclass(slots=True)
class Attached:
    """What the attachments of one message come to."""

    lines: list[str] = field(default_factory=list)
    media: list[InboundMedia] = field(default_factory=list)
    location: Mapping[str, Any] | None = None
    kinds: list[str] = field(default_factory=list)
    stickers: set[str] = field(default_factory=set)
    unreadable: int = 0

    @property
    def kind(self) -> str:
        """The first one's type; `text` where there is none."""
        return self.kinds[0] if self.kinds else "text"


def attached_of(raws: Iterable[msgspec.Raw] | None, text: str) -> Attached:
    """Read all attachments; a link that the text already has is not said twice."""
    found = Attached()
    for attachment in each(_attachment, raws):
        if attachment is None:
            found.unreadable += 1
        else:
            _add(attachment, read(_payload, attachment.payload), found, text)
    return found


def _add(
    attachment: wire.Attachment,
    payload: wire.AttachmentPayload | None,
    found: Attached,
    text: str,
) -> None:
    kind = text_of(attachment.type)
    payload = payload or wire.AttachmentPayload()
    sticker = text_of(payload.sticker_id)
    if sticker or kind == "sticker":
        _add_sticker(sticker, payload, found)
    elif kind in _FILES:
        url = text_of(payload.url) or None
        found.media.append(InboundMedia(kind=kind, url=url, gone=None if url else "no_file"))
        found.kinds.append(kind)
    elif kind == "location":
        _add_location(attachment, payload, found)
    elif kind == "template":
        found.lines.extend(_cards(payload))
        found.kinds.append(kind)
    elif kind in _SHARES:
        _add_share(attachment, payload, found, text)
        found.kinds.append(kind)
    else:
        found.lines.append(f"[{kind or 'attachment'}]")
        found.kinds.append("unsupported")


def _add_sticker(sticker: str, payload: wire.AttachmentPayload, found: Attached) -> None:
    """Once, although the platform may name a sticker as an image too."""
    if sticker and sticker in found.stickers:
        return
    found.stickers.add(sticker)
    if sticker in LIKE_STICKERS:
        found.lines.append(LIKE)
        found.kinds.append("like")
        return
    url = text_of(payload.url) or None
    found.media.append(InboundMedia(kind="sticker", url=url, gone=None if url else "no_file"))
    found.kinds.append("sticker")


def _add_location(
    attachment: wire.Attachment, payload: wire.AttachmentPayload, found: Attached
) -> None:
    place = read(_coordinates, payload.coordinates)
    title = text_of(attachment.title)
    if place is not None:
        found.location = {"latitude": place.lat, "longitude": place.long}
        if title:
            found.location = {**found.location, "name": title}
        title = title or f"{place.lat}, {place.long}"
    found.lines.append(title or "[location]")
    found.kinds.append("location")


def _add_share(
    attachment: wire.Attachment, payload: wire.AttachmentPayload, found: Attached, text: str
) -> None:
    title = text_of(attachment.title) or text_of(payload.title)
    url = text_of(payload.url) or text_of(attachment.url)
    shown = [title] if title and title not in text else []
    if url and url not in text:
        shown.append(f"({url})" if shown else url)
    if shown:
        found.lines.append(" ".join(shown))


def _cards(payload: wire.AttachmentPayload) -> list[str]:
    product = read(_product, payload.product)
    raws = read(_raws, payload.elements) or (product.elements if product else None)
    lines = [text_of(payload.text)]
    lines.extend(
        " – ".join(text_of(t) for t in (card.title, card.subtitle) if t)
        for card in each(_element, raws)
        if card is not None
    )
    return [line for line in lines if line] or [f"[{text_of(payload.template_type) or 'card'}]"]
