"""Which link into another system a conversation has: its queue's, else its entry point's."""

from __future__ import annotations

from collections.abc import Mapping

from rapport.application.configuration.snapshot import Configuration
from rapport.domain.covering import without_addresses
from rapport.domain.message import Contact
from rapport.domain.screen_pop import link_from
from rapport.domain.task import Task


def screen_pop(
    configuration: Configuration,
    task: Task,
    contact: Contact,
    attributes: Mapping[str, str],
    agent_id: int,
) -> str | None:
    """The link for this agent's conversation; None where none is configured."""
    queue = configuration.queue_specs.get(task.queue_id)
    entry = configuration.entry_points.get(task.account_id)
    pattern = (queue and queue.screen_pop) or (entry and entry.screen_pop)
    if not pattern:
        return None
    agent = configuration.users.get(agent_id)
    values = {
        "contact.id": str(contact.id),
        "contact.name": contact.name,
        "contact.email": contact.email,
        "contact.phone": contact.phone,
        "task.id": str(task.id),
        "task.channel": task.channel.value,
        "task.queue": configuration.name(task.queue_id),
        "task.account": configuration.name(task.account_id),
        "agent.name": configuration.name(agent_id),
        "agent.email": agent.email if agent else None,
        **{f"contact.fields.{name}": value for name, value in attributes.items()},
        **{f"task.variables.{name}": value for name, value in task.variables},
    }
    if not configuration.sees_addresses(agent_id):
        values = without_addresses(values)
    return link_from(pattern, values)
