"""Our messages in Messenger's form.

Source: Messenger Platform, "Send API", "Quick Replies", "Attachment Upload API", "Policy: standard
messaging window and human agent". Meta documents no formatting of page messages: styles are
dropped unless the account says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec

from rapport.channels.messenger.errors import OUTSIDE_WINDOW
from rapport.channels.messenger.manifest import MEDIA_LIMITS
from rapport.channels.messenger.parsing import OURS
from rapport.channels.sdk.connector import AccountConfig, Problem, Rendered
from rapport.channels.sdk.transport import Part, ProviderRequest, Upload
from rapport.domain.rich_text import PLAIN, Marks, marked
from rapport.domain.sending import OutboundFile, OutboundMessage

MARKS = Marks(
    inline={"bold": "*", "italic": "_", "strike": "~", "code": "`"},
    code_block="```",
    word_bounded=True,
)
WINDOW = timedelta(hours=24)
HUMAN_AGENT_WINDOW = timedelta(days=7)
LONGEST_TEXT = 2000
MOST_REPLIES, LONGEST_TITLE, LONGEST_PAYLOAD = 13, 20, 1000


def render(message: OutboundMessage, account: AccountConfig) -> Rendered:
    """The requests for a message, or why it can't be sent. Files come before the text."""
    marks = MARKS if account.settings.get("marks") else PLAIN
    text = marked(message.text, message.styles, marks)
    kind = _messaging_type(message, account)
    problems = tuple(_problems(message, text, kind))
    if problems or kind is None:
        return Rendered(problems=problems)
    parts = [_file_part(message, file, kind, account) for file in message.files]
    if text:
        parts.append(_text_part(message, text, kind, account))
    return Rendered(parts=tuple(parts))


def _messaging_type(message: OutboundMessage, account: AccountConfig) -> dict[str, str] | None:
    """How the message is declared to Meta by the time that has passed; None after the window."""
    if message.last_inbound_at is None or message.now is None:
        return {"messaging_type": "RESPONSE"}
    passed = message.now - message.last_inbound_at
    if passed <= WINDOW:
        return {"messaging_type": "RESPONSE"}
    if passed <= HUMAN_AGENT_WINDOW and account.settings.get("human_agent"):
        return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    return None


def _problems(
    message: OutboundMessage, text: str, kind: dict[str, str] | None
) -> Iterator[Problem]:
    if kind is None:
        yield Problem("window_closed", OUTSIDE_WINDOW)
    if message.template is not None:
        yield Problem("templates_unsupported", "Messenger has no approved templates.")
    elif not text.strip() and not message.files:
        yield Problem("empty", "There is nothing to send.")
    if len(text) > LONGEST_TEXT:
        over = len(text) - LONGEST_TEXT
        yield Problem("text_too_long", f"The text is {over} characters over {LONGEST_TEXT}.")
    for file in message.files:
        limit = MEDIA_LIMITS[_kind(file)]
        if file.size > limit:
            yield Problem(
                "file_too_large", f"{file.filename} is larger than {limit // 1024**2} MB."
            )
    yield from _button_problems(message, text)


def _button_problems(message: OutboundMessage, text: str) -> Iterator[Problem]:
    if not message.buttons:
        return
    if len(message.buttons) > MOST_REPLIES:
        yield Problem("too_many_buttons", f"Messenger shows {MOST_REPLIES} quick replies at most.")
    if not text.strip():
        yield Problem("buttons_without_text", "Quick replies need a text above them.")
    for payload, title in message.buttons:
        if not 0 < len(title) <= LONGEST_TITLE:
            yield Problem(
                "button_title", f"A quick reply has 1 to {LONGEST_TITLE} characters: {title}"
            )
        if not 0 < len(payload) <= LONGEST_PAYLOAD:
            yield Problem("button_payload", f"The quick reply {title} carries too much.")


def _kind(file: OutboundFile) -> str:
    family = file.media_type.partition("/")[0]
    return family if family in MEDIA_LIMITS else "file"


def _text_part(
    message: OutboundMessage, text: str, kind: dict[str, str], account: AccountConfig
) -> Part:
    content: dict[str, Any] = {"text": text}
    if message.buttons:
        content["quick_replies"] = [
            {"content_type": "text", "title": title, "payload": payload}
            for payload, title in message.buttons
        ]
    first = not message.files
    return Part(requests=(_request(message, content, kind, account, first=first),))


def _file_part(
    message: OutboundMessage, file: OutboundFile, kind: dict[str, str], account: AccountConfig
) -> Part:
    sort = _kind(file)
    form = {"attachment": {"type": sort, "payload": {"is_reusable": True}}}
    upload = ProviderRequest(
        method="POST",
        path=f"/{account.address}/message_attachments",
        upload=Upload(
            file=file, field="filedata", fields={"message": msgspec.json.encode(form).decode()}
        ),
    )
    payload = {"attachment_id": "{answer.0.attachment_id}"}
    content = {"attachment": {"type": sort, "payload": payload}}
    first = file is message.files[0]
    return Part(requests=(upload, _request(message, content, kind, account, first=first)))


def _request(
    message: OutboundMessage,
    content: dict[str, Any],
    kind: dict[str, str],
    account: AccountConfig,
    *,
    first: bool,
) -> ProviderRequest:
    body: dict[str, Any] = {
        "recipient": {"id": message.contact_key},
        **kind,
        "message": {**content, "metadata": f"{OURS}{message.id}"},
    }
    if message.reply_to and first:
        body["reply_to"] = {"mid": message.reply_to}
    return ProviderRequest(method="POST", path=f"/{account.address}/messages", json=body)
