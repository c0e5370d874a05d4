"""The scripts of the simulated visitors."""

import random
from pathlib import Path

import pytest

from rapport_simulators.scenario import Scenario, ScenarioError, load_scenarios, pick_reply
from rapport_simulators.visitors import Cast, Performance, Visitor, draw_picture

SCENARIOS = load_scenarios()


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_every_line_of_every_scenario_can_be_filled_in(scenario: Scenario) -> None:
    words = {"name": "Alex Example", "email": "alex@customers.example", "order": "KC-1"}
    said = [*scenario.opening, *scenario.chatter]
    for step in scenario.steps:
        if step.kind == "answer":
            said.append(pick_reply(step.value, "nothing in particular", random.Random(1)))
            said += [
                pick_reply(step.value, pattern.split("|")[0], random.Random(1))
                for pattern in step.value.get("when", {})
            ]
    assert scenario.opening
    for line in said:
        assert line.format_map(words).strip()


def test_a_pattern_that_was_heard_chooses_the_reply() -> None:
    value = {"when": {"number": "It's 1."}, "else": "Hm."}
    assert pick_reply(value, "What is your NUMBER?", random.Random(1)) == "It's 1."
    assert pick_reply(value, "Good day", random.Random(1)) == "Hm."


@pytest.mark.parametrize(
    "text",
    [
        "name: x\nabout: y\nsteps: [{dance: 1}]",
        "name: x\nabout: y\nsteps: [{answer: {when: {}}}]",
        "name: x\nabout: y\nsteps: [{say: a, end: b}]",
        "about: no name",
        "name: x\nabout: y\nopening: 3",
    ],
)
def test_a_scenario_that_can_not_be_played_is_refused_with_its_file(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "bad.yaml").write_text(text)
    with pytest.raises(ScenarioError, match=r"bad\.yaml"):
        load_scenarios(folder=tmp_path)


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(ScenarioError, match="nobody"):
        load_scenarios(["nobody"])


def test_the_form_is_filled_in_as_the_site_asks() -> None:
    scenario = next(each for each in SCENARIOS if each.name == "order")
    words = {"name": "Alex Example", "email": "alex@customers.example", "order": "KC-1"}
    playing = Performance(
        scenario, Visitor("http://x.example", "demo"), random.Random(1), words=words
    )
    fields = [
        {"name": "name", "kind": "text", "required": True},
        {"name": "email", "kind": "email", "required": False},
        {"name": "topic", "kind": "select", "required": True, "options": ["Order", "Other"]},
        {"name": "mood", "kind": "select", "required": False, "options": ["Good"]},
        {"name": "company", "kind": "text", "required": True},
        {"name": "shoe_size", "kind": "text", "required": False},
    ]
    assert playing.answers(fields) == {
        "name": "Alex Example",
        "email": "alex@customers.example",
        "topic": "Order",
        "mood": "Good",
        "company": "Example",
    }


def test_the_same_seed_makes_up_the_same_people() -> None:
    people = [Cast(random.Random(7)).person() for _ in range(2)]
    assert people[0] == people[1]
    assert people[0][1].endswith("@customers.example")


def test_the_picture_is_a_png() -> None:
    assert draw_picture(random.Random(1), 20).startswith(b"\x89PNG\r\n\x1a\n")
