"""The question of an entry point: what a customer's answer to it means."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import timedelta

from rapport.domain.keywords import holds
from rapport.domain.task import SkillRequirement

PAYLOAD = "rapport:menu:"
"""What a tapped choice carries, with its number behind."""
TYPING_ON = timedelta(seconds=3)
"""Who writes on within this time after the question has not read it yet: no wrong answer."""
_KEYCAP = re.compile("[\ufe0e\ufe0f\u20e3]")
_NUMBER = re.compile(r"\W*(\d{1,2})\W*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer, and where it leads; `labels` in every language, the first is for agents."""

    labels: tuple[str, ...]
    words: tuple[str, ...] = ()
    queue_id: int
    priority: int
    skills: tuple[SkillRequirement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """A question as it is asked: so often, and for so long each time."""

    choices: tuple[Choice, ...]
    tries: int
    within: timedelta
    variable: str | None = None
    """Under which name the answer is kept with the task."""


@dataclass(frozen=True, slots=True)
class Said:
    """What of a message can be an answer."""

    text: str = ""
    payload: str | None = None
    attempt: bool = field(default=True)
    """Whether it counts as one: a message that is only a file does not."""


def answer_in(said: Said, menu: Menu) -> Choice | None:
    """The choice that is meant, if it is one and only one.

    By what was tapped, by its number ("2", "2.", "(2)", "2️⃣"), by its label, then by its words
    within a longer message. "2 cups are broken" is no number.
    """
    if said.payload is not None and said.payload.startswith(PAYLOAD):
        return _at(said.payload.removeprefix(PAYLOAD), menu)
    text = unicodedata.normalize("NFKC", _KEYCAP.sub("", said.text))
    if number := _NUMBER.fullmatch(text.strip()):
        return _at(number[1], menu)
    plain = _plain(text)
    if not plain:
        return None
    named = [c for c in menu.choices if plain in {_plain(label) for label in c.labels}]
    if named:
        return _only(named)
    return _only([c for c in menu.choices if holds([text], (*c.labels, *c.words))])


def _at(number: str, menu: Menu) -> Choice | None:
    place = int(number) if number.isascii() and number.isdigit() else 0
    return menu.choices[place - 1] if 1 <= place <= len(menu.choices) else None


def _only(found: list[Choice]) -> Choice | None:
    return found[0] if len(found) == 1 else None


def _plain(text: str) -> str:
    """Words without case and punctuation; a number before a label is part of the list."""
    words = re.sub(r"\W+", " ", text.casefold()).split()
    return " ".join(words[1:] if len(words) > 1 and words[0].isdigit() else words)
