"""Templates at the desk: which ones an agent has here, filled for the conversation (C1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from rapport.application.configuration.snapshot import Configuration
from rapport.application.configuration.writing import TemplateSpec
from rapport.application.ports import Case
from rapport.application.views import View
from rapport.domain.covering import without_addresses
from rapport.domain.errors import NotFound
from rapport.domain.message import Attachment, Contact, Content
from rapport.domain.task import Task
from rapport.domain.templates import (
    VARIABLE,
    Field,
    Filled,
    check_resolved,
    fill,
    fitted,
    on_channel,
)

MOST = 200
EXCERPT = 140


@dataclass(frozen=True, slots=True)
class FromTemplate:
    """The template that a text was made from, and where its fields are in the text now."""

    template_id: int
    fields: tuple[Field, ...] = ()
    more_may_follow: bool = False
    """Below the text stands a mail that is forwarded."""


class TemplateFiles(Protocol):
    """Files that go with templates; the bytes are in the file store."""

    async def part_of(self, task_id: int, agent_id: int) -> tuple[Task, Contact] | None:
        """A task in which the agent has an active part, with its customer."""

    async def counts(self) -> Mapping[int, int]:
        """How many files each template has."""

    async def files(self, template_id: int) -> Sequence[Attachment]:
        """A template's files, in the order in which they came."""

    async def lend(
        self, template_id: int, conversation_id: int, ids: Sequence[int], now: datetime
    ) -> Sequence[Attachment]:
        """The template's files as uploads of a conversation: the same bytes, `ids` of their own."""


def values_of(
    configuration: Configuration, task: Task, contact: Contact, agent_id: int
) -> dict[str, str | None]:
    """What system parameters stand for; the keys are those of `domain.templates.PARAMETERS`.

    A task or a contact of number 0 is not there yet: nothing stands for its number.
    """
    agent = configuration.users.get(agent_id)
    account = configuration.account_specs.get(task.account_id)
    agent_name = configuration.name(agent_id)
    values = {
        "customer.name": contact.name,
        "customer.first_name": _first(contact.name),
        "customer.email": contact.email,
        "customer.phone": contact.phone,
        "customer.id": str(contact.id) if contact.id else None,
        "agent.name": agent_name,
        "agent.first_name": _first(agent_name),
        "agent.email": agent.email if agent else None,
        "task.id": str(task.id) if task.id else None,
        "task.channel": task.channel.value,
        "queue.name": configuration.name(task.queue_id),
        "account.name": configuration.name(task.account_id),
        "account.address": account.address if account else None,
        "company.name": configuration.settings.company,
        **{f"{VARIABLE}{name}": value for name, value in dict(task.variables).items()},
    }
    return values if configuration.sees_addresses(agent_id) else without_addresses(values)


def template_list(
    configuration: Configuration,
    task: Task,
    contact: Contact,
    agent_id: int,
    query: str,
    preferences: Mapping[str, Any],
    file_counts: Mapping[int, int],
) -> View:
    """Templates for this task's channel and the agent's teams, by group and name."""
    words = query.casefold().split()
    own = preferences.get("templates")
    own = own if isinstance(own, Mapping) else {}
    favourites, recent = _ids(own.get("favourites")), _ids(own.get("recent"))
    values = values_of(configuration, task, contact, agent_id)
    found = []
    for item_id, spec in configuration.templates.items():
        name = configuration.name(item_id) or ""
        text = f"{name}\n{spec.group}\n{spec.body}".casefold()
        if not _is_for(configuration, spec, task, agent_id) or not all(w in text for w in words):
            continue
        found.append(
            {
                "id": item_id,
                "name": name,
                "group": spec.group,
                "language": spec.language,
                "locked": spec.locked,
                "excerpt": " ".join(fill(spec.rich, values).text.split())[:EXCERPT],
                "files": file_counts.get(item_id, 0),
                "favourite": item_id in favourites,
                "recent": recent.index(item_id) if item_id in recent else None,
            }
        )
    found.sort(key=lambda v: (str(v["group"]).casefold(), str(v["name"]).casefold()))
    return {"items": found[:MOST], "more": len(found) > MOST}


def filled_template(
    configuration: Configuration, task: Task, contact: Contact, agent_id: int, template_id: int
) -> Filled:
    """A template as it is loaded into this conversation.

    Raises:
        NotFound: there is none with this id for this channel and these teams.
    """
    spec = template_here(configuration, task, agent_id, template_id)
    account = configuration.accounts[task.account_id]
    links = account.capabilities.rich_text == "full"
    values = values_of(configuration, task, contact, agent_id)
    return fill(on_channel(spec.rich, links=links), values)


def template_here(
    configuration: Configuration, task: Task, agent_id: int, template_id: int
) -> TemplateSpec:
    """A template that the agent has in this task.

    Raises:
        NotFound: it is gone, or not for here.
    """
    spec = configuration.templates.get(template_id)
    if spec is None or not _is_for(configuration, spec, task, agent_id):
        raise NotFound("template_not_found", "This template is not available here, or no longer.")
    return spec


def filled_view(template_id: int, name: str, spec: TemplateSpec, filled: Filled) -> View:
    """A filled template, for the composer."""
    return {
        "id": template_id,
        "name": name,
        "locked": spec.locked,
        "language": spec.language,
        "text": filled.text,
        "styles": [
            {"kind": s.kind, "start": s.start, "end": s.end, "url": s.url} for s in filled.styles
        ],
        "fields": [{"name": f.name, "start": f.start, "end": f.end} for f in filled.fields],
    }


def as_written(
    configuration: Configuration,
    case: Case,
    agent_id: int,
    text: str,
    content: Content | None,
    made: FromTemplate | None,
) -> Content | None:
    """Hold a message to the template that it says it was made from; with the styles it may have.

    A locked one has the template's text and styles and nothing of the agent's outside its
    fields; no message goes while a field still shows its name.

    Raises:
        NotFound: the template is not for here.
        Refused: `template_locked`, `template_unresolved`.
    """
    if made is None:
        return content
    task = case.task
    spec = template_here(configuration, task, agent_id, made.template_id)
    if not spec.locked:
        check_resolved(text, made.fields)
        return content
    filled = filled_template(configuration, task, case.contact, agent_id, made.template_id)
    right = fitted(filled, text, more_may_follow=made.more_may_follow)
    if content is None:
        return Content(styles=right.styles) if right.styles else None
    # The rest of a forwarded mail is in its HTML; else that is made from the text and its styles.
    details = content.details
    if details is not None and "html" in details and not made.more_may_follow:
        details = {**details, "html": None}
    return replace(content, styles=right.styles, details=details)


def _is_for(configuration: Configuration, spec: TemplateSpec, task: Task, agent_id: int) -> bool:
    teams = configuration.teams_of.get(agent_id, frozenset())
    right_channel = not spec.channels or task.channel in spec.channels
    return right_channel and (not spec.teams or bool(teams & set(spec.teams)))


def _first(name: str | None) -> str | None:
    words = (name or "").split()
    return words[0] if words else None


def _ids(value: Any) -> list[int]:
    return [i for i in value if isinstance(i, int)] if isinstance(value, list) else []
