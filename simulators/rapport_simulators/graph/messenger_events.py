"""What people on Messenger do, as Meta's webhooks tell it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rapport_simulators.graph.settings import GraphSettings
from rapport_simulators.provider.customers import Customer
from rapport_simulators.provider.ledger import File
from rapport_simulators.provider.media import StoredFile
from rapport_simulators.provider.simulator import Impossible

_FILE_KINDS = {"image": "image", "video": "video", "audio": "audio"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody says: the event's field and its content, and what it comes to."""

    field: str
    content: Mapping[str, Any]
    text: str = ""
    file: File | None = None


def envelope(
    settings: GraphSettings, customer: Customer, at: float, event: Mapping[str, Any]
) -> dict[str, Any]:
    """One event of somebody in one entry."""
    return {
        "object": "page",
        "entry": [
            {
                "id": settings.page_id,
                "time": int(at * 1000),
                "messaging": [
                    {
                        "sender": {"id": customer.id},
                        "recipient": {"id": settings.page_id},
                        "timestamp": int(at * 1000),
                        **event,
                    }
                ],
            }
        ],
    }


def echo(
    settings: GraphSettings,
    customer: Customer,
    at: float,
    message: Mapping[str, Any],
    app_id: str | None,
) -> dict[str, Any]:
    """The page's own message coming back; without `app_id` it was written in the page's inbox."""
    told = {"is_echo": True, **message}
    if app_id is not None:
        told["app_id"] = int(app_id)
    event = {
        "sender": {"id": settings.page_id},
        "recipient": {"id": customer.id},
        "message": told,
    }
    return envelope(settings, customer, at, event)


def said(
    kind: str, content: Mapping[str, Any], stored: StoredFile | None, mid: str, url: str
) -> Said:
    """Put what somebody says (docs/simulators.md) into Meta's fields.

    Args:
        url: Where the file can be fetched, if there is one.

    Raises:
        Impossible: if there is no such kind, or something is missing.
    """
    if kind in _WITH_FILE:
        return _media(kind, content, stored, mid, url)
    build = _BUILDERS.get(kind)
    if build is None:
        kinds = ", ".join(sorted({*_BUILDERS, *_WITH_FILE}))
        raise Impossible(f"nobody can say {kind!r} on Messenger; {kinds}")
    try:
        return build(content, mid)
    except KeyError as error:
        raise Impossible(f"{kind} needs {error.args[0]}") from error


def _message(content: Mapping[str, Any], mid: str, **fields: Any) -> dict[str, Any]:
    message = {"mid": mid, **fields}
    if content.get("reply_to"):
        message["reply_to"] = {"mid": content["reply_to"]}
    return message


def _text(content: Mapping[str, Any], mid: str) -> Said:
    return Said(
        field="message",
        content=_message(content, mid, text=content["text"]),
        text=content["text"],
    )


def _media(
    kind: str, content: Mapping[str, Any], stored: StoredFile | None, mid: str, url: str
) -> Said:
    if stored is None:
        raise Impossible(f"{kind} needs media_id or content_base64")
    wire = _FILE_KINDS.get(kind, "file")
    attachment = {"type": wire, "payload": {"url": url}}
    text = str(content.get("text") or content.get("caption") or "")
    fields: dict[str, Any] = {"attachments": [attachment]}
    if text:
        fields["text"] = text
    file = File(
        id=stored.id,
        kind=kind,
        media_type=stored.media_type,
        filename=stored.filename,
        size=len(stored.content),
        voice=bool(content.get("voice")),
    )
    return Said(field="message", content=_message(content, mid, **fields), text=text, file=file)


def _sticker(content: Mapping[str, Any], mid: str) -> Said:
    payload = {"url": content["url"], "sticker_id": content.get("sticker_id", 369239263222822)}
    attachment = {"type": "image", "payload": payload}
    return Said(field="message", content=_message(content, mid, attachments=[attachment]))


def _location(content: Mapping[str, Any], mid: str) -> Said:
    coordinates = {"lat": content["latitude"], "long": content["longitude"]}
    title = str(content.get("name") or "Location")
    attachment = {"type": "location", "title": title, "payload": {"coordinates": coordinates}}
    return Said(
        field="message", content=_message(content, mid, attachments=[attachment]), text=title
    )


def _quick_reply(content: Mapping[str, Any], mid: str) -> Said:
    fields = {"text": content["title"], "quick_reply": {"payload": content["id"]}}
    return Said(field="message", content=_message(content, mid, **fields), text=content["title"])


def _postback(content: Mapping[str, Any], mid: str) -> Said:
    postback = {"mid": mid, "title": content["title"], "payload": content["payload"]}
    if content.get("referral"):
        postback["referral"] = content["referral"]
    return Said(field="postback", content=postback, text=content["title"])


def _reaction(content: Mapping[str, Any], _mid: str) -> Said:
    emoji = str(content.get("emoji") or "")
    reaction = {"mid": content["message_id"], "action": "react" if emoji else "unreact"}
    if emoji:
        reaction |= {"emoji": emoji, "reaction": content.get("reaction", "other")}
    return Said(field="reaction", content=reaction, text=emoji)


def _edit(content: Mapping[str, Any], _mid: str) -> Said:
    edit = {"mid": content["message_id"], "text": content["text"], "num_edit": 1}
    return Said(field="message_edit", content=edit, text=content["text"])


def _revoke(content: Mapping[str, Any], _mid: str) -> Said:
    return Said(field="message", content={"mid": content["message_id"], "is_deleted": True})


def _referral(content: Mapping[str, Any], _mid: str) -> Said:
    referral = {"source": "SHORTLINK", "type": "OPEN_THREAD", "ref": content["ref"]}
    return Said(field="referral", content=referral, text=str(content["ref"]))


def _optin(content: Mapping[str, Any], _mid: str) -> Said:
    return Said(field="optin", content={"type": "notification_messages", "payload": content["ref"]})


def _raw(content: Mapping[str, Any], _mid: str) -> Said:
    return Said(field=content["field"], content=content["fields"])


_WITH_FILE = frozenset({"image", "video", "audio", "file", "document"})
_BUILDERS: Mapping[str, Callable[[Mapping[str, Any], str], Said]] = {
    "text": _text,
    "sticker": _sticker,
    "location": _location,
    "quick_reply": _quick_reply,
    "button": _quick_reply,
    "postback": _postback,
    "reaction": _reaction,
    "edit": _edit,
    "revoke": _revoke,
    "referral": _referral,
    "optin": _optin,
    "raw": _raw,
}
