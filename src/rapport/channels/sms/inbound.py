"""What both providers' messages become: a message, a change of consent, or both."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from rapport.channels.sdk.connector import Ignored, Parsed
from rapport.channels.sms.consent import consent_in
from rapport.domain.message import CustomerEvent, InboundMessage

UNTIMED = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands where a provider tells no time: whoever records it takes the time of arrival."""


LONGEST_SENDER = 100
LONGEST_ID = 200


def with_consent(message: InboundMessage, said: str | None = None) -> list[Parsed]:
    """The message, or the consent event in its place.

    `said` is the provider's own verdict (STOP, START, HELP), which goes before the words: it
    knows other languages, and it has answered a call for help itself. A lone YES is both, since it
    may answer an agent's question.
    """
    text = message.text or ""
    if said == "HELP":
        return [Ignored("help_answered")]
    if said == "STOP":
        return [_event("opted_out", message)]
    if said == "START":
        return [_event("opted_in", message)]
    if message.segment is not None or message.media:
        return [message]
    match consent_in(text):
        case "stop":
            return [_event("opted_out", message)]
        case "start":
            return [_event("opted_in", message)]
        case "yes":
            return [message, _event("opted_in", message)]
    return [message]


def _event(kind: Literal["opted_in", "opted_out"], message: InboundMessage) -> CustomerEvent:
    return CustomerEvent(
        kind=kind,
        external_id=f"{message.external_id}:{kind}",
        contact_key=message.contact_key,
        at=message.sent_at or UNTIMED,
        value=(message.text or "").strip() or None,
    )


def same_number(one: str, other: str) -> bool:
    """Whether two spellings (with or without `+`) are one number or sender name."""
    return one.strip().lstrip("+").casefold() == other.strip().lstrip("+").casefold()


def storable(text: str) -> str:
    """Without NUL, which a database can't keep; torn surrogates become replacement characters."""
    return text.replace("\x00", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
