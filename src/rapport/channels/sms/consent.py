"""The words by which a customer stops, resumes or asks for help.

Source: the key words that US carriers and Twilio take ("Twilio support for opt-out keywords"). Only
a message that is nothing but the word counts.
"""

from __future__ import annotations

from typing import Literal

STOP_WORDS = frozenset(
    {"STOP", "STOPALL", "UNSUBSCRIBE", "END", "QUIT", "CANCEL", "REVOKE", "OPTOUT"}
)
START_WORDS = frozenset({"START", "UNSTOP"})
YES = "YES"
"""Resumes too, but is also what a customer answers to a question: it stays a message."""
HELP_WORDS = frozenset({"HELP", "INFO"})

Consent = Literal["stop", "start", "yes"]


def consent_in(text: str) -> Consent | None:
    """What a whole message means for consent; a word for help is an ordinary message."""
    word = text.strip().upper()
    if word in STOP_WORDS:
        return "stop"
    if word in START_WORDS:
        return "start"
    return "yes" if word == YES else None
