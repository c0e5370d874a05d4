"""An entry point's question as the rules and the customer need it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Protocol

from rapport.application.configuration.entry import MenuSpec, SkillLevel
from rapport.application.configuration.specs import EntryPointSpec, QueueSpec
from rapport.domain.channel import Capabilities
from rapport.domain.menu import PAYLOAD, Choice, Menu
from rapport.domain.message import Content
from rapport.domain.task import SkillRequirement


class Leads(Protocol):
    """What leads somewhere: a choice, or words of the first message."""

    @property
    def skills(self) -> list[SkillLevel]:
        """Skills needed besides."""

    @property
    def priority(self) -> int | None:
        """The priority; None: the entry point's."""


def priority_of(entry: EntryPointSpec | None, way: Leads | None) -> int:
    """How urgent what comes by this way is."""
    return (way and way.priority) or (entry.priority if entry else 5)


def skills_of(
    queue: QueueSpec, entry: EntryPointSpec | None, way: Leads | None
) -> tuple[SkillRequirement, ...]:
    """The skills of the queue, the entry point and the way; what comes later counts."""
    more = (*(entry.skills if entry else ()), *(way.skills if way else ()))
    wanted: dict[int, int] = {x.skill: x.level for x in (*queue.skills, *more)}
    return tuple(
        SkillRequirement(skill_id=skill, level=level) for skill, level in sorted(wanted.items())
    )


def menu_of(entry: EntryPointSpec, queues: Mapping[int, QueueSpec]) -> Menu | None:
    """The entry point's question; a choice without a queue that is there leads to its own."""
    spec = entry.menu
    if spec is None or entry.queue not in queues:
        return None
    choices = []
    for each in spec.choices:
        queue_id = each.queue if each.queue is not None and each.queue in queues else entry.queue
        first = each.labels[spec.language]
        others = [label for label in each.labels.values() if label != first]
        choices.append(
            Choice(
                labels=(first, *others),
                words=tuple(each.words),
                queue_id=queue_id,
                priority=priority_of(entry, each),
                skills=skills_of(queues[queue_id], entry, each),
            )
        )
    return Menu(
        choices=tuple(choices),
        tries=spec.tries,
        within=timedelta(seconds=spec.within_s),
        variable=spec.variable,
    )


def question_of(
    spec: MenuSpec, known: Mapping[str, str], capabilities: Capabilities, *, again: bool
) -> tuple[str, Content | None]:
    """The question in the customer's language, where that is known, and the numbered choices.

    Where the channel has buttons or a list and they fit, the choices come as such, too.

    Args:
        known: Variables of the task; `language` is as browsers say it, such as `de-AT`.
    """
    wanted = known.get("language", "")
    language = _first([wanted, wanted.partition("-")[0]], spec) or spec.language
    labels = [each.labels.get(language) or each.labels[spec.language] for each in spec.choices]
    texts = spec.again if again else {}
    question = texts.get(language) or spec.question.get(language) or spec.question[spec.language]
    lines = [question, *(f"{number} {label}" for number, label in enumerate(labels, 1))]
    text = "\n".join(lines)
    if not capabilities.can_tap(labels):
        return text, None
    buttons = tuple((f"{PAYLOAD}{n}", label) for n, label in enumerate(labels, 1))
    choose = spec.choose.get(language) or spec.choose.get(spec.language)
    return text, Content(buttons=buttons, choose=choose)


def _first(languages: Sequence[str], spec: MenuSpec) -> str | None:
    return next((each for each in languages if each in spec.question), None)
