"""The satisfaction survey: one question after a task, answered from 1 to 5, once and in time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime

BEST = 5
PAYLOAD = "rapport:survey:"
"""What an answer to press carries, with the task and the number behind."""
LONGEST_COMMENT = 1000
_NUMBER = re.compile(r"\s*([1-5])\ufe0f?\u20e3?(?:\s*/\s*5)?\s*[.!]?\s*")
_PRESSED = re.compile(re.escape(PAYLOAD) + r"([0-9]{1,18}):([1-5])")
_STARS = re.compile(r"\s*((?:[\u2b50\u2605]\ufe0f?){1,5})\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSurvey:
    """A question that waits for its answer; kept with the conversation.

    It counts for the queue and the agent with whom the task ended.
    """

    task_id: int
    queue_id: int
    agent_id: int | None
    channel: str
    asked_at: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """An answer."""

    task_id: int
    rating: int
    comment: str | None
    at: datetime


def rating_in(text: str | None) -> int | None:
    """The number that a message is, and nothing but it: `4`, `4/5`, four stars.

    Anything more is a message like any other; "2 cups are broken" is no rating.
    """
    if text is None:
        return None
    if found := _NUMBER.fullmatch(text):
        return int(found[1])
    if found := _STARS.fullmatch(text):
        return len(found[1].replace("\ufe0f", ""))
    return None


def answers_about(task_id: int) -> tuple[tuple[str, str], ...]:
    """The answers to press, as (payload, title); each names the task that it is about."""
    return tuple((f"{PAYLOAD}{task_id}:{n}", str(n)) for n in range(1, BEST + 1))


def pressed_in(payload: str | None) -> tuple[int, int] | None:
    """The task and the number of an answer that was pressed."""
    found = _PRESSED.fullmatch(payload or "")
    return (int(found[1]), int(found[2])) if found else None


def link_token(secret: bytes, task_id: int) -> str:
    """What a link to the survey of a task carries; nobody can make one for another task."""
    mark = hmac.digest(secret, f"survey:{task_id}".encode(), hashlib.sha256)[:18]
    return f"{task_id}-{base64.urlsafe_b64encode(mark).decode()}"


def survey_link(secret: bytes, public_url: str | None, task_id: int) -> str:
    """Where a customer answers the question after a task."""
    return f"{(public_url or '').rstrip('/')}/survey/{link_token(secret, task_id)}"


def task_of_token(secret: bytes, token: str) -> int | None:
    """The task of a link; None if it was not made with this secret."""
    number = token.partition("-")[0]
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    good = hmac.compare_digest(link_token(secret, int(number)).encode(), token.encode())
    return int(number) if good else None
