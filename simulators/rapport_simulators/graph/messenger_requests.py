"""What a request to send on Messenger must look like, and what it means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rapport_simulators.graph.errors import GraphError
from rapport_simulators.provider.ledger import Choice

TEXT_LIMIT = 2000
QUICK_REPLIES = 13
TITLE_LIMIT = 20
TEMPLATE_BUTTONS = 3
ATTACHMENTS = frozenset({"image", "video", "audio", "file", "template"})
MESSAGING_TYPES = frozenset({"RESPONSE", "UPDATE", "MESSAGE_TAG"})
ACTIONS = frozenset({"mark_seen", "typing_on", "typing_off", "react", "unreact"})
HUMAN_AGENT = "HUMAN_AGENT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A request to send, understood; `attachment_id`, `url` or an upload is its file."""

    to: str
    type: str
    content: Mapping[str, Any]
    tagged: bool
    text: str = ""
    reply_to: str | None = None
    metadata: str | None = None
    attachment_id: str | None = None
    url: str | None = None
    reusable: bool = False
    choices: tuple[Choice, ...] = ()


def recipient_of(payload: Mapping[str, Any]) -> str:
    """The page-scoped id a request is for.

    Raises:
        GraphError: if there is none.
    """
    recipient = payload.get("recipient")
    found = recipient.get("id") if isinstance(recipient, dict) else None
    if not found:
        raise GraphError(100, "The parameter recipient is required")
    return str(found)


def read_outgoing(payload: Mapping[str, Any]) -> Outgoing:
    """Understand a request to send.

    Raises:
        GraphError: where Meta would refuse it.
    """
    to = recipient_of(payload)
    tagged = _tagged(payload)
    message = payload.get("message")
    if not isinstance(message, dict) or not message:
        raise GraphError(100, "The parameter message is required")
    text = str(message.get("text") or "")
    attachment = message.get("attachment")
    if bool(text) == bool(attachment):
        raise GraphError(100, "message must have either text or attachment")
    if len(text) > TEXT_LIMIT:
        raise GraphError(100, f"Length of param message[text] must be at most {TEXT_LIMIT}")
    reply_to = (payload.get("reply_to") or message.get("reply_to") or {}).get("mid")
    choices = _quick_replies(message.get("quick_replies") or [])
    if not attachment:
        return Outgoing(
            to=to,
            type="text",
            content=message,
            tagged=tagged,
            text=text,
            reply_to=reply_to,
            metadata=message.get("metadata"),
            choices=choices,
        )
    kind, given = read_attachment(attachment)
    template_choices, words = _template(given) if kind == "template" else ((), "")
    return Outgoing(
        to=to,
        type=kind,
        content=message,
        tagged=tagged,
        text=words,
        reply_to=reply_to,
        metadata=message.get("metadata"),
        attachment_id=given.get("attachment_id"),
        url=given.get("url"),
        reusable=bool(given.get("is_reusable")),
        choices=choices + template_choices,
    )


def read_attachment(attachment: Any) -> tuple[str, Mapping[str, Any]]:
    """The kind and payload of an attachment.

    Raises:
        GraphError: where Meta would refuse it.
    """
    if not isinstance(attachment, dict) or attachment.get("type") not in ATTACHMENTS:
        raise GraphError(100, f"attachment[type] must be one of {', '.join(sorted(ATTACHMENTS))}")
    given = attachment.get("payload") or {}
    if given.get("url") and given.get("attachment_id"):
        raise GraphError(100, "attachment[payload] must have url or attachment_id, not both")
    return attachment["type"], given


def _tagged(payload: Mapping[str, Any]) -> bool:
    kind = payload.get("messaging_type")
    if kind not in MESSAGING_TYPES:
        raise GraphError(100, f"messaging_type must be one of {', '.join(sorted(MESSAGING_TYPES))}")
    tag = payload.get("tag")
    if kind == "MESSAGE_TAG":
        if tag != HUMAN_AGENT:
            raise GraphError(100, f"tag {tag} is not allowed")
        return True
    if tag is not None:
        raise GraphError(100, "tag needs messaging_type MESSAGE_TAG")
    return False


def _quick_replies(given: Sequence[Mapping[str, Any]]) -> tuple[Choice, ...]:
    if len(given) > QUICK_REPLIES:
        raise GraphError(100, f"at most {QUICK_REPLIES} quick replies")
    choices = []
    for reply in given:
        kind = reply.get("content_type")
        if kind == "text":
            title, data = str(reply.get("title") or ""), str(reply.get("payload") or "")
            if not title or len(title) > TITLE_LIMIT or not data:
                raise GraphError(100, f"a quick reply has a payload and a title ≤ {TITLE_LIMIT}")
            choices.append(Choice(id=data, title=title, kind="quick_reply"))
        elif kind not in ("user_phone_number", "user_email"):
            raise GraphError(100, f"quick_replies[content_type] {kind} is not known")
    return tuple(choices)


def _template(given: Mapping[str, Any]) -> tuple[tuple[Choice, ...], str]:
    kind = given.get("template_type")
    if kind == "button":
        words, buttons = str(given.get("text") or ""), given.get("buttons") or []
    elif kind == "generic":
        cards = given.get("elements") or [{}]
        words = "\n".join(
            part for part in (cards[0].get("title"), cards[0].get("subtitle")) if part
        )
        buttons = cards[0].get("buttons") or []
    else:
        raise GraphError(100, f"template_type {kind} is not known")
    if not words or len(buttons) > TEMPLATE_BUTTONS:
        raise GraphError(100, f"a template has words and at most {TEMPLATE_BUTTONS} buttons")
    return tuple(_button(button) for button in buttons), words


def _button(button: Mapping[str, Any]) -> Choice:
    title = str(button.get("title") or "")
    if not title or len(title) > TITLE_LIMIT:
        raise GraphError(100, f"a button has a title of at most {TITLE_LIMIT} characters")
    if button.get("type") == "web_url" and button.get("url"):
        return Choice(id=button["url"], title=title, kind="url", url=button["url"])
    if button.get("type") == "postback" and button.get("payload"):
        return Choice(id=button["payload"], title=title, kind="postback")
    raise GraphError(100, "a button is a web_url with url or a postback with payload")
