"""Variables of a task corrected by hand: which, by whom, and on top of what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rapport.domain import commands as c
from rapport.domain import events as e
from rapport.domain.evolve import evolve
from tests.builders import NOW, Story, a_queue, a_task


def story(**held: str) -> Story:
    task = a_task().active_with(1)
    story = Story(task, queues=[a_queue(1, editable_variables=frozenset({"order"}))])
    task = replace(story.task, variables=tuple(held.items()))
    story.situation = replace(story.situation, task=task)
    return story


def edit(name: str, was: str, value: str) -> c.EditVariables:
    change = c.VariableChange(name=name, was=was, value=value)
    return c.EditVariables(agent_id=1, changes=(change,))


@pytest.mark.parametrize(
    ("held", "was", "value", "after"),
    [
        ({}, "", "K-1", {"order": "K-1"}),
        ({"order": "K-1"}, "K-1", "K-2", {"order": "K-2"}),
        ({"order": "K-1"}, "K-1", "", {}),
        ({"order": "K-1"}, "K-1", "K-1", {"order": "K-1"}),
    ],
)
def test_added_corrected_and_emptied(
    held: dict[str, str], was: str, value: str, after: dict[str, str]
) -> None:
    it = story(**held)
    events = it.do(edit("order", was, value))
    assert dict(it.task.variables) == after
    assert [event.kind for event in events] == ([] if was == value else ["task.variables_edited"])
    assert dict(it.task.variable_sources) == ({"order": "agent:1"} if events and value else {})


def test_on_top_of_what_was_seen() -> None:
    assert story(order="K-9").refused(edit("order", "K-1", "K-2")) == "variable_changed"
    assert story(order="K-9").refused(edit("order", "", "K-2")) == "variable_changed"


def test_only_what_the_queue_names_but_supervisors_whatever_is_there() -> None:
    it = story(page="/shop")
    assert it.refused(edit("page", "/shop", "/")) == "variable_fixed"
    it.situation = replace(it.situation, supervisors=frozenset({1}))
    it.do(edit("page", "/shop", "/"))
    assert dict(it.task.variables) == {"page": "/"}
    assert it.refused(edit("never_there", "", "x")) == "variable_fixed"


def test_a_later_workflow_is_the_source() -> None:
    it = story()
    it.do(edit("order", "", "K-1"))
    task = evolve(it.task, e.VariablesSet(workflow_id=7, values=(("order", "K-2"),)), NOW)
    assert dict(task.variable_sources) == {"order": "workflow:7"}
