"""What customers on WhatsApp do, as Meta's webhooks tell it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rapport_simulators.graph.settings import GraphSettings
from rapport_simulators.provider.customers import Customer
from rapport_simulators.provider.ledger import Entry, File
from rapport_simulators.provider.media import StoredFile
from rapport_simulators.provider.simulator import Impossible


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a customer says: the fields on the wire, and what it comes to."""

    fields: Mapping[str, Any]
    text: str = ""
    file: File | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


def envelope(settings: GraphSettings, value: Mapping[str, Any]) -> dict[str, Any]:
    """One change in one entry, as Meta sends it most of the time."""
    return {
        "object": "whatsapp_business_account",
        "entry": [
            {
                "id": settings.business_account_id,
                "changes": [
                    {
                        "field": "messages",
                        "value": {
                            "messaging_product": "whatsapp",
                            "metadata": {
                                "display_phone_number": settings.display_phone_number,
                                "phone_number_id": settings.phone_number_id,
                            },
                            **value,
                        },
                    }
                ],
            }
        ],
    }


def message_value(customer: Customer, entry: Entry) -> dict[str, Any]:
    """The value of a change that carries a customer's message."""
    contact: dict[str, Any] = {"profile": {"name": customer.name}}
    message: dict[str, Any] = {"id": entry.id, "timestamp": str(int(entry.at))}
    if customer.user_id:
        contact["user_id"] = customer.user_id
        message["from_user_id"] = customer.user_id
    if not (customer.hides_number and customer.user_id):
        contact["wa_id"] = customer.id
        message["from"] = customer.id
    return {"contacts": [contact], "messages": [{**message, **entry.content}]}


def status_value(
    customer: Customer, entry: Entry, status: str, at: float, errors: list[dict[str, Any]]
) -> dict[str, Any]:
    """The value of a change that carries a status."""
    told: dict[str, Any] = {"id": entry.id, "status": status, "timestamp": str(int(at))}
    if customer.user_id:
        told["recipient_user_id"] = customer.user_id
    if not (customer.hides_number and customer.user_id):
        told["recipient_id"] = customer.id
    if entry.callback_data is not None:
        told["biz_opaque_callback_data"] = entry.callback_data
    if status == "sent":
        told["pricing"] = {"billable": False, "pricing_model": "PMP", "category": "service"}
    if errors:
        told["errors"] = errors
    return {"statuses": [told]}


def said(
    kind: str, content: Mapping[str, Any], stored: StoredFile | None, settings: GraphSettings
) -> Said:
    """Put what a customer says (docs/simulators.md) into Meta's fields.

    Raises:
        Impossible: if there is no such kind, or something is missing.
    """
    build = _BUILDERS.get(kind)
    if build is None:
        raise Impossible(f"nobody can say {kind!r} on WhatsApp; {', '.join(sorted(_BUILDERS))}")
    try:
        what = build(kind, content, stored)
    except KeyError as error:
        raise Impossible(f"{kind} needs {error.args[0]}") from error
    reply_to = content.get("reply_to")
    if reply_to:
        context = {"from": settings.display_phone_number, "id": reply_to}
        fields = {**what.fields, "context": context}
        return Said(fields=fields, text=what.text, file=what.file, more=what.more)
    return what


def _text(kind: str, content: Mapping[str, Any], _stored: StoredFile | None) -> Said:
    return Said(fields={"type": kind, "text": {"body": content["text"]}}, text=content["text"])


def _media(kind: str, content: Mapping[str, Any], stored: StoredFile | None) -> Said:
    if stored is None:
        raise Impossible(f"{kind} needs media_id or content_base64")
    caption = str(content.get("caption") or content.get("text") or "")
    fields: dict[str, Any] = {
        "id": stored.id,
        "mime_type": stored.media_type,
        "sha256": stored.sha256,
    }
    if caption:
        fields["caption"] = caption
    if kind == "document":
        fields["filename"] = stored.filename or "file"
    if kind == "audio":
        fields["voice"] = bool(content.get("voice"))
    if kind == "sticker":
        fields["animated"] = False
    file = File(
        id=stored.id,
        kind=kind,
        media_type=stored.media_type,
        filename=stored.filename,
        size=len(stored.content),
        voice=bool(content.get("voice")),
    )
    return Said(fields={"type": kind, kind: fields}, text=caption, file=file)


def _location(kind: str, content: Mapping[str, Any], _stored: StoredFile | None) -> Said:
    fields = {"latitude": content["latitude"], "longitude": content["longitude"]}
    fields |= {name: content[name] for name in ("name", "address", "url") if content.get(name)}
    return Said(fields={"type": kind, kind: fields}, text=str(content.get("name") or ""))


def _contacts(kind: str, content: Mapping[str, Any], _stored: StoredFile | None) -> Said:
    names = ", ".join(str(one["name"]["formatted_name"]) for one in content["contacts"])
    return Said(fields={"type": kind, kind: content["contacts"]}, text=names)


def _button_reply(_kind: str, content: Mapping[str, Any], _stored: StoredFile | None) -> Said:
    reply = {"id": content["id"], "title": content["title"]}
    interactive = {"type": "button_reply", "button_reply": reply}
    return Said(fields={"type": "interactive", "interactive": interactive}, text=content["title"])


def _list_reply(_kind: str, content: Mapping[str, Any], _stored: StoredFile | None) -> Said:
    reply = {"id": content["id"], "title": content["title"]}
    if content.get("description"):
        reply["description"] = content["description"]
    interactive = {"type": "list_reply", "list_reply": reply}
    return Said(fields={"type": "interactive", "interactive": interactive}, text=content["title"])


def _template_button(_kind: str, content: Mapping[str, Any], _stored: StoredFile | None) -> Said:
    button = {"payload": content["payload"], "text": content["title"]}
    return Said(fields={"type": "button", "button": button}, text=content["title"])


def _reaction(kind: str, content: Mapping[str, Any], _stored: StoredFile | None) -> Said:
    emoji = str(content.get("emoji") or "")
    fields: dict[str, Any] = {"message_id": content["message_id"]}
    if emoji:
        fields["emoji"] = emoji
    return Said(fields={"type": kind, kind: fields}, text=emoji)


def _edit(kind: str, content: Mapping[str, Any], _stored: StoredFile | None) -> Said:
    message = {"type": "text", "text": {"body": content["text"]}}
    fields = {"original_message_id": content["message_id"], "message": message}
    return Said(fields={"type": kind, kind: fields}, text=content["text"])


def _revoke(kind: str, content: Mapping[str, Any], _stored: StoredFile | None) -> Said:
    return Said(fields={"type": kind, kind: {"original_message_id": content["message_id"]}})


def _order(kind: str, content: Mapping[str, Any], _stored: StoredFile | None) -> Said:
    fields = {"catalog_id": "1", "product_items": content["product_items"]}
    return Said(fields={"type": kind, kind: fields}, text=str(content.get("text") or ""))


def _system(kind: str, content: Mapping[str, Any], _stored: StoredFile | None) -> Said:
    fields = {"body": content["text"], "type": content.get("system_type", "user_changed_number")}
    return Said(fields={"type": kind, kind: fields}, text=content["text"])


def _unsupported(kind: str, _content: Mapping[str, Any], _stored: StoredFile | None) -> Said:
    error = {
        "code": 131051,
        "title": "Message type unknown",
        "message": "Message type unknown",
        "error_data": {"details": "Message type is currently not supported."},
    }
    return Said(fields={"type": kind, "errors": [error]})


def _welcome(kind: str, _content: Mapping[str, Any], _stored: StoredFile | None) -> Said:
    return Said(fields={"type": kind})


def _raw(_kind: str, content: Mapping[str, Any], _stored: StoredFile | None) -> Said:
    return Said(fields=content["fields"])


_BUILDERS: Mapping[str, Callable[[str, Mapping[str, Any], StoredFile | None], Said]] = {
    "text": _text,
    "image": _media,
    "video": _media,
    "audio": _media,
    "document": _media,
    "sticker": _media,
    "location": _location,
    "contacts": _contacts,
    "button": _button_reply,
    "list": _list_reply,
    "template_button": _template_button,
    "reaction": _reaction,
    "edit": _edit,
    "revoke": _revoke,
    "order": _order,
    "system": _system,
    "unsupported": _unsupported,
    "request_welcome": _welcome,
    "raw": _raw,
}
