"""A task's variables, corrected by hand: only what the queue lets agents correct."""

from __future__ import annotations

from rapport.domain import commands as c
from rapport.domain import events as e
from rapport.domain.errors import Forbidden, Refused
from rapport.domain.situation import Situation


def edit_variables(s: Situation, command: c.EditVariables) -> list[e.Event]:
    """Each value on top of the one that the agent saw; all of them or none.

    Supervisors may correct whatever is there; new names are the queue's alone.
    """
    held = dict(s.task.variables)
    supervises = command.agent_id in s.supervisors
    kept: dict[str, str] = {}
    for change in command.changes:
        value = held.get(change.name, "")
        editable = change.name in s.queue.editable_variables
        if not editable and not (supervises and change.name in held):
            raise Forbidden("variable_fixed", f"{change.name} can't be changed by hand here.")
        if value != change.was:
            raise Refused(
                "variable_changed",
                f"{change.name} was changed meanwhile. Look again and repeat if you still want to.",
                {"name": change.name, "value": value},
            )
        if value != change.value:
            kept[change.name] = change.value
    if not kept:
        return []
    edited = e.VariablesEdited(
        agent_id=command.agent_id, names=tuple(kept), values=tuple(kept.items())
    )
    return [edited]
