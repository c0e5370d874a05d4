"""What a request to send on WhatsApp must look like, and what it means."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapport_simulators.graph.errors import GraphError
from rapport_simulators.provider.ledger import Choice

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
BODY_LIMIT = 1024
LIST_BODY_LIMIT = 4096
SHORT_LIMIT = 60
CALLBACK_LIMIT = 512
BUTTONS = 3
BUTTON_LIMIT = 20
SECTIONS = 10
SECTION_TITLE_LIMIT = 24
ROWS = 10
ROW_ID_LIMIT = 200
ROW_TITLE_LIMIT = 24
ROW_DESCRIPTION_LIMIT = 72
MEDIA = frozenset({"image", "video", "audio", "document", "sticker"})
CAPTIONED = frozenset({"image", "video", "document"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A request to send, understood.

    Attributes:
        to: A number's digits or a business-scoped user id.
        media_id: Or `link`: what a media message carries.
    """

    to: str
    type: str
    content: Mapping[str, Any]
    text: str = ""
    reply_to: str | None = None
    callback_data: str | None = None
    media_id: str | None = None
    link: str | None = None
    filename: str | None = None
    choices: tuple[Choice, ...] = ()


def read_outgoing(payload: Mapping[str, Any]) -> Outgoing:
    """Understand a request to send.

    Raises:
        GraphError: where Meta would refuse it.
    """
    if payload.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required.")
    if payload.get("recipient_type", "individual") != "individual":
        raise GraphError(131009, "recipient_type must be individual")
    to = str(payload.get("to") or payload.get("recipient") or "").lstrip("+")
    if not to:
        raise GraphError(100, "The parameter to is required.")
    callback = payload.get("biz_opaque_callback_data")
    if callback is not None:
        _at_most(str(callback), CALLBACK_LIMIT, "biz_opaque_callback_data")
    kind = str(payload.get("type", "text"))
    reader = _READERS.get(kind)
    if reader is None:
        raise GraphError(131051, f"Message type {kind} is not supported")
    content = payload.get(kind)
    if not isinstance(content, dict) and kind != "contacts":
        raise GraphError(131008, f"Parameter '{kind}' is mandatory for type '{kind}'")
    context = payload.get("context") or {}
    return Outgoing(
        to=to,
        type=kind,
        content={kind: content},
        reply_to=context.get("message_id"),
        callback_data=None if callback is None else str(callback),
        **reader(kind, content),
    )


def _at_most(value: str, limit: int, name: str) -> str:
    if len(value) > limit:
        raise GraphError(100, f"Param {name} must be at most {limit} characters long.")
    return value


def _needed(content: Mapping[str, Any], name: str, limit: int, path: str) -> str:
    value = content.get(name)
    if not isinstance(value, str) or not value.strip():
        raise GraphError(131008, f"{path}['{name}'] is required")
    return _at_most(value, limit, f"{path}['{name}']")


def _text(kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    return {"text": _needed(content, "body", TEXT_LIMIT, kind)}


def _media(kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    media_id, link = content.get("id"), content.get("link")
    if bool(media_id) == bool(link):
        raise GraphError(131008, f"{kind} needs exactly one of id and link")
    caption = str(content.get("caption") or "")
    if caption and kind not in CAPTIONED:
        raise GraphError(131009, f"{kind} takes no caption")
    return {
        "text": _at_most(caption, CAPTION_LIMIT, f"{kind}['caption']"),
        "media_id": str(media_id) if media_id else None,
        "link": str(link) if link else None,
        "filename": content.get("filename"),
    }


def _location(_kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    for name, limit in (("latitude", 90), ("longitude", 180)):
        try:
            degrees = float(content[name])
        except (KeyError, TypeError, ValueError):
            raise GraphError(131008, f"location['{name}'] is required") from None
        if abs(degrees) > limit:
            raise GraphError(131009, f"location['{name}'] is out of range")
    return {"text": str(content.get("name") or content.get("address") or "")}


def _contacts(_kind: str, content: Any) -> dict[str, Any]:
    if not isinstance(content, list) or not content:
        raise GraphError(131008, "contacts must be a list that isn't empty")
    names = [str((contact.get("name") or {}).get("formatted_name") or "") for contact in content]
    if not all(names):
        raise GraphError(131008, "contacts['name']['formatted_name'] is required")
    return {"text": ", ".join(names)}


def _reaction(_kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    if not content.get("message_id"):
        raise GraphError(131008, "reaction['message_id'] is required")
    if not isinstance(content.get("emoji"), str):
        raise GraphError(131008, "reaction['emoji'] is required")
    return {"text": content["emoji"]}


def _template(_kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    _needed(content, "name", 512, "template")
    if not (content.get("language") or {}).get("code"):
        raise GraphError(131008, "template['language']['code'] is required")
    return {}


def _interactive(_kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    limit = LIST_BODY_LIMIT if content.get("type") == "list" else BODY_LIMIT
    body = _needed(content.get("body") or {}, "text", limit, "interactive['body']")
    header = content.get("header") or {}
    _at_most(str(header.get("text") or ""), SHORT_LIMIT, "interactive['header']['text']")
    footer = content.get("footer") or {}
    _at_most(str(footer.get("text") or ""), SHORT_LIMIT, "interactive['footer']['text']")
    reader = _ACTIONS.get(str(content.get("type")))
    if reader is None:
        raise GraphError(131009, f"interactive['type'] {content.get('type')} is not known")
    return {"text": body, "choices": reader(content.get("action") or {})}


def _buttons(action: Mapping[str, Any]) -> tuple[Choice, ...]:
    buttons = action.get("buttons") or []
    if not 1 <= len(buttons) <= BUTTONS:
        raise GraphError(131009, f"Invalid buttons count. Min allowed buttons: 1, max: {BUTTONS}")
    choices = []
    for button in buttons:
        reply = button.get("reply") or {}
        title = _needed(reply, "title", BUTTON_LIMIT, "button['reply']")
        choices.append(Choice(id=_needed(reply, "id", 256, "reply"), title=title, kind="reply"))
    return _distinct(choices)


def _list(action: Mapping[str, Any]) -> tuple[Choice, ...]:
    _needed(action, "button", BUTTON_LIMIT, "action")
    sections = action.get("sections") or []
    if not 1 <= len(sections) <= SECTIONS:
        raise GraphError(131009, f"Invalid sections count. Min: 1, max: {SECTIONS}")
    for section in sections:
        if len(sections) > 1 or section.get("title"):
            _needed(section, "title", SECTION_TITLE_LIMIT, "section")
    rows = [row for section in sections for row in section.get("rows") or []]
    if not 1 <= len(rows) <= ROWS:
        raise GraphError(131009, f"Total row count exceed max allowed count: {ROWS}")
    choices = []
    for row in rows:
        description = str(row.get("description") or "")
        _at_most(description, ROW_DESCRIPTION_LIMIT, "row['description']")
        choices.append(
            Choice(
                id=_needed(row, "id", ROW_ID_LIMIT, "row"),
                title=_needed(row, "title", ROW_TITLE_LIMIT, "row"),
                kind="list",
                description=description or None,
            )
        )
    return _distinct(choices)


def _link(action: Mapping[str, Any]) -> tuple[Choice, ...]:
    parameters = action.get("parameters") or {}
    url = _needed(parameters, "url", 2000, "parameters")
    title = _needed(parameters, "display_text", BUTTON_LIMIT, "parameters")
    return (Choice(id=url, title=title, kind="url", url=url),)


def _nothing(_action: Mapping[str, Any]) -> tuple[Choice, ...]:
    return ()


def _distinct(choices: Sequence[Choice]) -> tuple[Choice, ...]:
    if len({choice.id for choice in choices}) < len(choices) or len(
        {choice.title for choice in choices if choice.kind == "reply"}
    ) < sum(choice.kind == "reply" for choice in choices):
        raise GraphError(131009, "ids and titles must be unique")
    return tuple(choices)


def template_text(templates: Iterable[Mapping[str, Any]], content: Mapping[str, Any]) -> str:
    """The words of a template message as the customer reads them.

    Raises:
        GraphError: if there is no such template, it may not be sent, or the parameters don't fit.
    """
    name, language = content["name"], content["language"]["code"]
    found = next(
        (one for one in templates if (one["name"], one["language"]) == (name, language)), None
    )
    if found is None or found["status"] not in ("APPROVED", "PAUSED"):
        raise GraphError(132001, f"template name ({name}) does not exist in {language}")
    if found["status"] == "PAUSED":
        raise GraphError(132015, f"template {name} is paused")
    body = next(part for part in found["components"] if part["type"] == "BODY")
    words = str(body["text"])
    expected = words.count("{{")
    given = [
        str(parameter.get("text", ""))
        for component in content.get("components") or []
        if str(component.get("type")).lower() == "body"
        for parameter in component.get("parameters") or []
    ]
    if len(given) != expected:
        raise GraphError(
            132000, f"body: number of localizable_params ({len(given)}) is not {expected}"
        )
    for number, value in enumerate(given, 1):
        words = words.replace(f"{{{{{number}}}}}", value)
    return words


_READERS: Mapping[str, Callable[[str, Any], dict[str, Any]]] = {
    "text": _text,
    **dict.fromkeys(MEDIA, _media),
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "template": _template,
    "interactive": _interactive,
}
_ACTIONS: Mapping[str, Callable[[Mapping[str, Any]], tuple[Choice, ...]]] = {
    "button": _buttons,
    "list": _list,
    "cta_url": _link,
    "location_request_message": _nothing,
}
