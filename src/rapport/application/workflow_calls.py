"""What a workflow is given and what it asks of the other system (C2)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rapport.application.configuration.snapshot import Configuration
from rapport.application.configuration.writing import WorkflowInput, WorkflowSpec
from rapport.application.ports import Case
from rapport.application.templates import values_of
from rapport.domain.errors import Invalid
from rapport.domain.workflows import (
    INPUT,
    LONGEST_VALUE,
    Call,
    filled_body,
    filled_header,
    filled_url,
)

_FORMS = {
    "number": re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,9})?"),
    "date": re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"),
}


def checked_inputs(wanted: list[WorkflowInput], given: Mapping[str, str]) -> dict[str, str]:
    """What the agent filled in, by name; empty ones are left out.

    Raises:
        Invalid: with every input that is missing, unknown or not what it may be.
    """
    faults = [
        {"path": f"inputs.{name}", "message": "There is no such input."}
        for name in given.keys() - {one.name for one in wanted}
    ]
    taken: dict[str, str] = {}
    for one in wanted:
        value = given.get(one.name, "").strip()
        words = _fault(one, value)
        if words is not None:
            faults.append({"path": f"inputs.{one.name}", "message": words})
        elif value:
            taken[one.name] = value
    if faults:
        raise Invalid("invalid_field", faults[0]["message"], {"fields": faults})
    return taken


def _fault(one: WorkflowInput, value: str) -> str | None:
    if not value:
        return f"{one.label}: fill this in." if one.required else None
    if len(value) > LONGEST_VALUE:
        return f"{one.label}: at most {LONGEST_VALUE} characters."
    if one.kind == "select" and value not in one.options:
        return f"{one.label}: choose one of the list."
    form = _FORMS.get(one.kind)
    if form is not None and not form.fullmatch(value):
        return f"{one.label}: this is not a {one.kind}."
    return None


def call_of(
    configuration: Configuration,
    case: Case,
    agent_id: int,
    spec: WorkflowSpec,
    given: Mapping[str, str],
) -> Call:
    """The request that a workflow makes of a conversation and what was filled in."""
    values = {
        **values_of(configuration, case.task, case.contact, agent_id),
        **{f"{INPUT}{name}": value for name, value in given.items()},
    }
    numbers = frozenset(f"{INPUT}{one.name}" for one in spec.inputs if one.kind == "number")
    return Call(
        method=spec.method,
        url=filled_url(spec.url, values),
        headers={name: filled_header(text, values) for name, text in spec.headers.items()},
        body=None if spec.body is None else filled_body(spec.body, values, numbers),
        timeout_s=spec.timeout_s,
        retries=spec.retries,
    )
