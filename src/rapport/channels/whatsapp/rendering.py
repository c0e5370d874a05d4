"""Our messages in WhatsApp's form.

Source: WhatsApp Business Platform, "Sending messages" and its pages per type (buttons and lists:
"Interactive reply buttons messages", "Interactive list messages"), "Media" (upload), "Templates"
(components), "Business-scoped user IDs" (`recipient`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from rapport.channels.sdk.connector import AccountConfig, Problem, Rendered
from rapport.channels.sdk.graph import looks_filled_in
from rapport.channels.sdk.transport import Part, ProviderRequest, Upload
from rapport.channels.whatsapp.manifest import MEDIA_KINDS, MEDIA_LIMITS
from rapport.domain.message import ProviderTemplate
from rapport.domain.rich_text import Marks, marked
from rapport.domain.sending import OutboundFile, OutboundMessage

MARKS = Marks(
    inline={"bold": "*", "italic": "_", "strike": "~", "code": "`"},
    code_block="```",
    word_bounded=True,
)
WINDOW = timedelta(hours=24)
LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
LONGEST_BESIDE_BUTTONS = 1024
MOST_BUTTONS, LONGEST_TITLE, LONGEST_PAYLOAD = 3, 20, 256
MOST_ROWS, LONGEST_ROW, LONGEST_ROW_ID = 10, 24, 200
CHOOSE = "Choose"
"""What opens a list where nothing is said; at most as long as a button's title."""
LONGEST_FILENAME = 240
_CAPTIONED = frozenset({"image", "video", "document"})
_TEMPLATE_HEADERS = frozenset({"image", "video", "document"})


def render(message: OutboundMessage, account: AccountConfig) -> Rendered:
    """The requests for a message, or why it can't be sent."""
    text = marked(message.text, message.styles, MARKS)
    problems = tuple(_problems(message, text))
    if problems:
        return Rendered(problems=problems)
    if message.template is not None:
        return Rendered(parts=(_template_part(message, message.template, account),))
    caption = _caption(message, text)
    parts = [
        _file_part(message, file, account, caption if number == 0 else "")
        for number, file in enumerate(message.files)
    ]
    if text and not caption:
        parts.append(_text_part(message, text, account, first=not parts))
    return Rendered(parts=tuple(parts))


def _problems(message: OutboundMessage, text: str) -> Iterator[Problem]:
    if message.template is None and _window_is_closed(message):
        yield Problem(
            "window_closed",
            "The customer last wrote more than 24 hours ago: send an approved template.",
        )
    yield from (problem for file in message.files for problem in _file_problems(file))
    if message.template is not None:
        yield from _template_problems(message)
        return
    if not text.strip() and not message.files:
        yield Problem("empty", "There is nothing to send.")
    beside = message.buttons and not _is_list(message)
    limit = LONGEST_BESIDE_BUTTONS if beside else LONGEST_TEXT
    if len(text) > limit:
        over = len(text) - limit
        yield Problem("text_too_long", f"The text is {over} characters over {limit}.")
    yield from _button_problems(message, text)


def _window_is_closed(message: OutboundMessage) -> bool:
    if message.last_inbound_at is None or message.now is None:
        return False
    return message.now - message.last_inbound_at > WINDOW


def _file_problems(file: OutboundFile) -> Iterator[Problem]:
    kind = MEDIA_KINDS.get(file.media_type)
    if kind is None:
        yield Problem("file_type", f"WhatsApp does not take {file.filename} ({file.media_type}).")
    elif file.size > MEDIA_LIMITS[kind]:
        megabytes = MEDIA_LIMITS[kind] / (1024 * 1024)
        yield Problem(
            "file_too_large", f"{file.filename} is larger than {megabytes:.3g} MB ({kind})."
        )


def _template_problems(message: OutboundMessage) -> Iterator[Problem]:
    if len(message.files) > 1:
        yield Problem("too_many_files", "A template takes one file, as its header.")
    for file in message.files:
        if MEDIA_KINDS.get(file.media_type, "document") not in _TEMPLATE_HEADERS:
            yield Problem("file_type", f"A template can't carry {file.filename}.")


def _button_problems(message: OutboundMessage, text: str) -> Iterator[Problem]:
    if not message.buttons:
        return
    listed = _is_list(message)
    if len(message.buttons) > MOST_ROWS:
        yield Problem("too_many_buttons", f"WhatsApp shows {MOST_ROWS} choices at most.")
    if not text.strip():
        yield Problem("buttons_without_text", "Buttons need a text above them.")
    if listed and not 0 < len(_choose(message)) <= LONGEST_TITLE:
        yield Problem("button_title", f"What opens a list has 1 to {LONGEST_TITLE} characters.")
    longest = LONGEST_ROW if listed else LONGEST_TITLE
    carried = LONGEST_ROW_ID if listed else LONGEST_PAYLOAD
    for payload, title in message.buttons:
        if not 0 < len(title) <= longest:
            yield Problem("button_title", f"A choice has 1 to {longest} characters: {title}")
        if not 0 < len(payload) <= carried:
            yield Problem("button_payload", f"The choice {title} carries too much.")


def _is_list(message: OutboundMessage) -> bool:
    """Buttons that are too many, or too long, for buttons are the rows of a list."""
    long = any(len(title) > LONGEST_TITLE for _, title in message.buttons)
    return long or len(message.buttons) > MOST_BUTTONS


def _choose(message: OutboundMessage) -> str:
    return CHOOSE if message.choose is None else message.choose


def _caption(message: OutboundMessage, text: str) -> str:
    """The text if it can go with the first file, else nothing."""
    if not message.files or message.buttons or len(text) > LONGEST_CAPTION:
        return ""
    takes = MEDIA_KINDS[message.files[0].media_type] in _CAPTIONED
    return text if takes and not looks_filled_in(text) else ""


def _text_part(message: OutboundMessage, text: str, account: AccountConfig, *, first: bool) -> Part:
    if not message.buttons:
        body = {"body": text, "preview_url": "https://" in text or "http://" in text}
        return Part(requests=(_request(message, account, "text", body, first=first),))
    interactive = {
        "type": "list" if _is_list(message) else "button",
        "body": {"text": text},
        "action": _rows(message) if _is_list(message) else _buttons(message),
    }
    return Part(requests=(_request(message, account, "interactive", interactive, first=first),))


def _buttons(message: OutboundMessage) -> dict[str, Any]:
    replies = [{"id": payload, "title": title} for payload, title in message.buttons]
    return {"buttons": [{"type": "reply", "reply": reply} for reply in replies]}


def _rows(message: OutboundMessage) -> dict[str, Any]:
    """One section, which therefore needs no title."""
    rows = [{"id": payload, "title": title} for payload, title in message.buttons]
    return {"button": _choose(message), "sections": [{"rows": rows}]}


def _file_part(
    message: OutboundMessage, file: OutboundFile, account: AccountConfig, caption: str
) -> Part:
    kind = MEDIA_KINDS[file.media_type]
    media = {"id": "{answer.0.id}"}
    if caption:
        media["caption"] = caption
    if kind == "document":
        media["filename"] = _filename(file)
    first = file is message.files[0]
    return Part(
        requests=(_upload(file, account), _request(message, account, kind, media, first=first))
    )


def _filename(file: OutboundFile) -> str:
    name = file.filename[:LONGEST_FILENAME]
    return name if not looks_filled_in(name) else "file"


def _upload(file: OutboundFile, account: AccountConfig) -> ProviderRequest:
    fields = {"messaging_product": "whatsapp", "type": file.media_type}
    return ProviderRequest(
        method="POST", path=f"/{account.address}/media", upload=Upload(file=file, fields=fields)
    )


def _template_part(
    message: OutboundMessage, template: ProviderTemplate, account: AccountConfig
) -> Part:
    requests = tuple(_upload(file, account) for file in message.files)
    body: dict[str, Any] = {"name": template.name, "language": {"code": template.language}}
    components = list(_components(message, template))
    if components:
        body["components"] = components
    return Part(requests=(*requests, _request(message, account, "template", body, first=True)))


def _components(message: OutboundMessage, template: ProviderTemplate) -> Iterator[dict[str, Any]]:
    if message.files:
        kind = MEDIA_KINDS[message.files[0].media_type]
        media = {"id": "{answer.0.id}"}
        if kind == "document":
            media["filename"] = _filename(message.files[0])
        yield {"type": "header", "parameters": [{"type": kind, kind: media}]}
    elif template.header:
        yield {"type": "header", "parameters": [_text(value) for value in template.header]}
    if template.body:
        yield {"type": "body", "parameters": [_text(value) for value in template.body]}
    for index, value in enumerate(template.buttons):
        if value:
            yield _template_button(index, value)


def _text(value: str) -> dict[str, str]:
    return {"type": "text", "text": value}


def _template_button(index: int, value: str) -> dict[str, Any]:
    """`payload:…` is a quick reply's, `code:…` a coupon; anything else ends a URL button."""
    sort, colon, rest = value.partition(":")
    if colon and sort == "payload":
        kind, parameter = "quick_reply", {"type": "payload", "payload": rest}
    elif colon and sort == "code":
        kind, parameter = "copy_code", {"type": "coupon_code", "coupon_code": rest}
    else:
        kind, parameter = "url", _text(value)
    return {"type": "button", "sub_type": kind, "index": str(index), "parameters": [parameter]}


def _request(
    message: OutboundMessage,
    account: AccountConfig,
    kind: str,
    content: dict[str, Any],
    *,
    first: bool,
) -> ProviderRequest:
    body: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **_recipient(message),
        "type": kind,
        kind: content,
        "biz_opaque_callback_data": str(message.id),
    }
    if message.reply_to and first:
        body["context"] = {"message_id": message.reply_to}
    return ProviderRequest(method="POST", path=f"/{account.address}/messages", json=body)


def _recipient(message: OutboundMessage) -> dict[str, str]:
    """The customer's own key, never a number that may have passed to somebody else since."""
    digits = message.contact_key.removeprefix("+")
    if digits.isascii() and digits.isdecimal():
        return {"to": digits}
    return {"recipient": message.contact_key}
