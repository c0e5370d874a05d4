"""How an entry point chooses by what a customer writes first."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from rapport.application.configuration.spec import Level, QueueRef, SkillRef, Spec
from rapport.domain.keywords import KEYWORD


class SkillLevel(Spec):
    """A skill at a level from 1 to 10."""

    skill: SkillRef
    level: Level = 5


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
