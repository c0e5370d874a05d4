"""How an entry point chooses by what a customer writes first."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, model_validator

from rapport.application.configuration.spec import (
    LANGUAGE,
    LanguageKey,
    Level,
    OpensList,
    QueueRef,
    Seconds,
    SkillRef,
    Spec,
    VariableKey,
)
from rapport.domain.keywords import KEYWORD


class SkillLevel(Spec):
    """A skill at a level from 1 to 10."""

    skill: SkillRef
    level: Level = 5


_LANGUAGE = re.compile(LANGUAGE)
Words = Annotated[str, Field(min_length=1, max_length=500)]
Label = Annotated[str, Field(min_length=1, max_length=60, pattern=r"\S")]


class KeywordRoute(Spec):
    """Where conversations go whose first message holds one of these words; the first route counts.

    `return*` is any word that begins like that. In a website's chat the answers before it count,
    too: a field to choose from is a menu.
    """

    words: Annotated[
        list[Annotated[str, Field(pattern=KEYWORD)]], Field(min_length=1, max_length=50)
    ]
    queue: QueueRef | None = None
    """None: the entry point's own."""
    skills: list[SkillLevel] = Field(default_factory=list)
    """Besides those of the entry point and the queue."""
    priority: Annotated[int, Field(ge=1, le=9)] | None = None


class MenuChoice(Spec):
    """One answer, by its number, its label or one of its words, and where it leads."""

    labels: Annotated[dict[str, Label], Field(min_length=1, max_length=20)]
    words: Annotated[list[Annotated[str, Field(pattern=KEYWORD)]], Field(max_length=20)] = Field(
        default_factory=list
    )
    """By which it is recognised within a longer answer, besides its labels."""
    queue: QueueRef | None = None
    """None: the entry point's own."""
    skills: list[SkillLevel] = Field(default_factory=list)
    """Besides those of the entry point and the queue."""
    priority: Annotated[int, Field(ge=1, le=9)] | None = None


class MenuSpec(Spec):
    """One question with numbered choices before a conversation is queued.

    It always ends: with an answer, or in the entry point's own queue after so many tries, or
    when no answer comes in time.
    """

    language: LanguageKey = "en"
    """Asked in it, unless the task's variable `language` names another one that is here."""
    question: Annotated[dict[str, Words], Field(min_length=1, max_length=20)]
    again: Annotated[dict[str, Words], Field(max_length=20)] = Field(default_factory=dict)
    """Asked after an answer that was not understood; without one the question again."""
    choices: Annotated[list[MenuChoice], Field(min_length=2, max_length=10)]
    choose: Annotated[dict[str, OpensList], Field(max_length=20)] = Field(default_factory=dict)
    """What opens the choices where they come as a list (WhatsApp); without one `Choose`."""
    tries: Annotated[int, Field(ge=1, le=5)] = 2
    within_s: Annotated[Seconds, Field(ge=10)] = 120
    """For how long an answer is waited for, each time."""
    variable: VariableKey | None = "topic"
    """The task's variable that keeps the answer, in the first language."""

    @model_validator(mode="after")
    def _complete(self) -> MenuSpec:
        labels = (choice.labels for choice in self.choices)
        texts = (self.question, self.again, self.choose, *labels)
        for language in {language for each in texts for language in each}:
            if not _LANGUAGE.fullmatch(language):
                raise ValueError(f"{language!r} is no language such as en or pt-BR")
        if self.language not in self.question:
            raise ValueError(f"question: write it in {self.language}, too")
        seen: dict[str, int] = {}
        for number, choice in enumerate(self.choices, 1):
            if self.language not in choice.labels:
                raise ValueError(f"choices: the label {number} is missing in {self.language}")
            for label in {x.strip().casefold() for x in choice.labels.values()}:
                if (other := seen.setdefault(label, number)) != number:
                    raise ValueError(f"choices: {other} and {number} have the same label")
        return self
