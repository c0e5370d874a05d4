"""A visitor's chat by e-mail: asked for in the widget, written from what the visitor saw."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from rapport.application.configuration.snapshot import Configuration
from rapport.application.configuration.specs import TranscriptSpec
from rapport.application.letters import Letter
from rapport.domain.errors import Invalid, Refused

_ADDRESS = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+\.[^\s@<>,;:\"]+")
_LONGEST_ADDRESS = 254


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """One that is asked for: the thread of a conversation up to a message."""

    id: int
    conversation_id: int
    site_id: int
    email: str
    upto_seq: int
    attempts: int
    token: int


class Transcripts(Protocol):
    """Where they are kept until they are sent."""

    async def ask(self, conversation_id: int, client_id: str, email: str, now: datetime) -> bool:
        """Keep one for the thread as it stands; False where the same request is known."""

    async def asked(self, conversation_id: int, client_id: str) -> bool:
        """Whether this request of the page is known."""


ReadThread = Callable[[int, int, int], Awaitable[Mapping[str, Any]]]
"""A page of what the customer sees: conversation, and the numbers it lies between."""


def address_of(text: str) -> str:
    """One plain address (RFC 5321: at most 254 characters).

    Raises:
        Invalid: `invalid_address`.
    """
    address = text.strip()
    if len(address) > _LONGEST_ADDRESS or not _ADDRESS.fullmatch(address):
        words = "Please enter a valid e-mail address."
        raise Invalid.field("email", words, code="invalid_address")
    return address


async def write_transcript(
    transcript: Transcript, read: ReadThread, configuration: Configuration, now: datetime
) -> Letter:
    """The letter: every line the visitor saw, with time and author, files by their names.

    Raises:
        Refused: `transcript_off`, when the site no longer sends any.
    """
    spec = spec_of(configuration, transcript.site_id)
    if spec is None:
        raise Refused("transcript_off", "Transcripts are not sent from this chat.")
    zone = ZoneInfo(configuration.settings.time_zone)
    lines: list[str] = []
    last_day = ""
    after = 0
    while True:
        page = await read(transcript.conversation_id, after, transcript.upto_seq + 1)
        for message in page["messages"]:
            at = datetime.fromisoformat(message["created_at"]).astimezone(zone)
            if last_day != (day := f"{at:%Y-%m-%d}"):
                lines += ["", day] if lines else [day]
                last_day = day
            lines += _lines(message, f"{at:%H:%M}", spec, configuration)
        if not page["messages"] or not page["more"]:
            break
        after = page["messages"][-1]["seq"]
    company = configuration.settings.company
    return Letter(
        token=f"transcript.{transcript.id}",
        account_id=spec.account,
        to=(transcript.email,),
        subject=spec.subject.replace("{company}", company),
        text="\n".join([spec.opening.replace("{company}", company), "", *lines, ""]),
        date=now,
    )


def spec_of(configuration: Configuration, site_id: int) -> TranscriptSpec | None:
    """How the site sends transcripts; None where it does not, or its mailbox is switched off."""
    account = configuration.account_specs.get(site_id)
    spec = account.webchat.transcripts if account is not None and account.webchat else None
    mailbox = configuration.account_specs.get(spec.account) if spec is not None else None
    return spec if mailbox is not None and mailbox.active else None


def _lines(
    message: Mapping[str, Any], at: str, spec: TranscriptSpec, configuration: Configuration
) -> list[str]:
    author = message["author"]
    if message["announcement"] is not None:
        return []
    name = {
        "customer": spec.customer,
        "agent": configuration.name(author["id"]) if author["id"] is not None else None,
    }.get(author["kind"]) or configuration.settings.company
    texts = [text] if (text := message["text"]) else []
    texts += [f"[{file['filename']}]" for file in message["attachments"]]
    # A line that goes on stands below the first, so that nobody's words pass for another's.
    return [f"{at} {name}: " + "\n      ".join("\n".join(texts).splitlines())] if texts else []
