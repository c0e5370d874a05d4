"""Workflows that an event starts by itself: in the event's own commit, run by a worker (C2)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from rapport.application.configuration.snapshot import Configuration
from rapport.application.configuration.writing import RuleSpec
from rapport.application.ports import Case
from rapport.application.templates import values_of
from rapport.application.workflow_calls import call_of, checked_inputs
from rapport.domain import events as e
from rapport.domain.errors import Invalid
from rapport.domain.message import Announcement
from rapport.domain.task import Task
from rapport.domain.workflows import Run, RunState, substituted


class Record(Protocol):
    """Where what has happened is recorded: `Recorder`, and `Folding` for customers' input."""

    @property
    def configuration(self) -> Configuration:
        """By which it is decided."""

    @property
    def now(self) -> datetime:
        """When."""

    def line(self, case: Case, announcement: Announcement) -> Case:
        """Add a system line for agents."""


def start_by_rules(
    recorder: Record, case: Case, events: Sequence[e.Event], ids: Iterator[int]
) -> list[Run]:
    """Runs that follow from what has happened, with their lines in the thread.

    A rule whose workflow can't be given what it asks for is told in the thread and starts nothing:
    it must not stand in the way of the agent's own command.
    """
    runs = []
    for event in events:
        for rule_id, rule in recorder.configuration.rules.items():
            if _holds(rule, event, case.task):
                case, run = _start(recorder, case, event, rule_id, rule, next(ids))
                if run is not None:
                    runs.append(run)
    return runs


def _holds(rule: RuleSpec, event: e.Event, task: Task) -> bool:
    return (
        rule.event == event.kind
        and (not rule.queues or task.queue_id in rule.queues)
        and (not rule.channels or task.channel in rule.channels)
        and (not rule.reasons or bool(set(rule.reasons) & set(getattr(event, "reason_ids", ()))))
    )


def _start(
    recorder: Record, case: Case, event: e.Event, rule_id: int, rule: RuleSpec, run_id: int
) -> tuple[Case, Run | None]:
    configuration: Configuration = recorder.configuration
    spec = configuration.workflows[rule.workflow]
    name = configuration.name(rule.workflow) or ""
    agent_id = _agent_of(event, case.task)
    params = (("workflow", name), ("rule", configuration.name(rule_id) or ""))
    values = values_of(configuration, case.task, case.contact, agent_id or 0)
    filled = {key: substituted(text, values) for key, text in rule.inputs.items()}
    try:
        given = checked_inputs(spec.inputs, filled)
    except Invalid:
        return recorder.line(case, Announcement(code="rule_lacks_input", params=params)), None
    line = Announcement(code="rule_started_workflow", params=(*params, ("run_id", run_id)))
    case = recorder.line(case, line)
    # Not to be had in another installation: the key tells the other system one run from another.
    said = f"{case.conversation.contact_key} {case.task.arrived_at.isoformat()} {run_id}"
    return case, Run(
        id=run_id,
        workflow_id=rule.workflow,
        name=name,
        conversation_id=case.conversation.id,
        task_id=case.task.id,
        agent_id=agent_id,
        state=RunState.RUNNING,
        key=f"{run_id}-{hashlib.sha256(said.encode()).hexdigest()[:24]}",
        call=call_of(configuration, case, agent_id or 0, spec, given),
        inputs=given,
        started_at=recorder.now,
    )


def _agent_of(event: e.Event, task: Task) -> int | None:
    """Who did it; else who owns the task."""
    agent_id = getattr(event, "agent_id", None)
    if isinstance(agent_id, int):
        return agent_id
    return task.owner.agent_id if task.owner is not None else None
