"""What scripted visitors do, read from YAML files."""

import random
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "scenarios"
STEP_KINDS = {"answer", "say", "upload", "pause", "drop", "leave", "end"}


class ScenarioError(ValueError):
    """A scenario file says something that can't be played."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a visitor does; `kind` is the key that the file uses for it."""

    kind: str
    value: Any


@dataclass(frozen=True, slots=True)
class Scenario:
    """A kind of visitor."""

    name: str
    about: str
    weight: float
    locale: str
    page: Mapping[str, str]
    fields: Mapping[str, str]
    opening: tuple[str, ...]
    patience_s: tuple[float, float]
    chatter: tuple[str, ...]
    steps: tuple[Step, ...] = field(default=())

    @classmethod
    def read(cls, data: Mapping[str, Any], source: str) -> "Scenario":
        """Check and make one of what a file holds."""
        try:
            steps = tuple(_step(step, source) for step in data.get("steps", ()))
            low, high = data.get("patience_s", (120, 300))
            return cls(
                name=str(data["name"]),
                about=str(data["about"]),
                weight=float(data.get("weight", 1)),
                locale=str(data.get("locale", "en")),
                page=dict(data.get("page", {"path": "/", "title": "Kettle & Clay"})),
                fields=dict(data.get("fields", {})),
                opening=lines(data.get("opening", "")),
                patience_s=(float(low), float(high)),
                chatter=lines(data.get("chatter", ())),
                steps=steps,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ScenarioError(f"{source}: {error}") from error


def load_scenarios(names: Iterable[str] = (), folder: Path = FOLDER) -> list[Scenario]:
    """Read the scenarios of a folder, or those that are named."""
    scenarios = []
    for path in sorted(folder.glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        scenarios.append(Scenario.read(data, path.name))
    wanted = set(names)
    unknown = wanted - {scenario.name for scenario in scenarios}
    if unknown:
        raise ScenarioError(f"no such scenario: {', '.join(sorted(unknown))}")
    return [scenario for scenario in scenarios if not wanted or scenario.name in wanted]


def lines(value: object) -> tuple[str, ...]:
    """One line or a choice of them."""
    if isinstance(value, str):
        return (value,) if value else ()
    if isinstance(value, (list, tuple)):
        return tuple(str(line) for line in value)
    raise TypeError(f"expected a line or a list of lines, not {value!r}")


def pick_reply(step_value: Mapping[str, Any], heard: str, chance: random.Random) -> str:
    """Choose what to answer: the first rule whose pattern was heard, else the step's own line."""
    for pattern, replies in (step_value.get("when") or {}).items():
        if re.search(pattern, heard, re.IGNORECASE):
            return chance.choice(lines(replies))
    return chance.choice(lines(step_value["else"]))


def _step(data: Mapping[str, Any], source: str) -> Step:
    if len(data) != 1:
        raise ScenarioError(f"{source}: a step has exactly one key, not {sorted(data)}")
    kind, value = next(iter(data.items()))
    if kind not in STEP_KINDS:
        raise ScenarioError(f"{source}: unknown step {kind!r}, known: {sorted(STEP_KINDS)}")
    if kind == "answer" and "else" not in value:
        raise ScenarioError(f"{source}: an answer needs an `else`")
    return Step(kind, value)
