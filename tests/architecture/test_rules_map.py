"""docs/rules.md names every rule, and what it names exists."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest

from tests.architecture.quotations import (
    ROOT,
    SENTENCES,
    functions_of,
    quotations_of,
    quotations_of_test,
)

TASK_LIFE = [f"T{n}" for n in range(1, 13)]
ROUTING = [f"R{n}" for n in range(1, 4)]
CHANNEL_ROWS = [f"K{n}" for n in range(1, 20)]
OTHERS = [f"M{n}" for n in range(1, 12)] + [f"{x}{n}" for x in "PC" for n in range(1, 4)]
RULES = {*TASK_LIFE, *ROUTING, *CHANNEL_ROWS, *OTHERS}


@dataclass(frozen=True)
class Row:
    id: str
    rule: str
    source: str
    code: tuple[str, ...]
    tests: tuple[tuple[str, str], ...]
    state: str


def _rows() -> dict[str, Row]:
    rows = {}
    for line in (ROOT / "docs/rules.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 7 or not re.fullmatch(r"[A-Z]\d+", cells[0]):
            continue
        assert cells[0] not in rows, f"{cells[0]} twice"
        tests = (name.partition("::") for name in re.findall(r"`([^`]+)`", cells[4]))
        rows[cells[0]] = Row(
            id=cells[0],
            rule=cells[1],
            source=cells[2],
            code=tuple(re.findall(r"`([^`]+)`", cells[3])),
            tests=tuple((path, name) for path, _, name in tests),
            state=cells[5],
        )
    return rows


ROWS = _rows()
NAMED = sorted({test for row in ROWS.values() for test in row.tests})


def test_every_rule_is_there() -> None:
    assert set(ROWS) == RULES


@pytest.mark.parametrize("row", ROWS.values(), ids=lambda row: row.id)
def test_row(row: Row) -> None:
    assert row.rule.endswith(".")
    assert re.fullmatch(r"\[S\] .+|\[R\]", row.source)
    assert re.fullmatch(r"done|untested|later: .+", row.state)
    for path in row.code:
        assert (ROOT / path).exists(), path
    assert row.state != "done" or (row.code and row.tests)


@pytest.mark.parametrize("rule", TASK_LIFE + ROUTING)
def test_the_tasks_life_and_routing_are_done(rule: str) -> None:
    assert ROWS[rule].state == "done"


@pytest.mark.parametrize(("path", "name"), NAMED, ids="::".join)
def test_named_test_exists(path: str, name: str) -> None:
    if path.endswith(".py"):
        assert name in functions_of(path)
    else:
        assert f'"{name}"' in (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS.values() if row.source.startswith("[S]") and row.state == "done"],
    ids=lambda row: row.id,
)
def test_rules_of_the_guide_are_tested_with_its_words(row: Row) -> None:
    quoted = [
        q
        for path, name in row.tests
        if path.endswith(".py")
        for q in quotations_of_test(path, name)
    ]
    assert quoted, "no test of this rule quotes the guide"


def test_quotations_are_the_guides_own_words() -> None:
    for path in {*(path for path, _ in NAMED), *_unit_tests()}:
        if path.endswith(".py"):
            source = (ROOT / path).read_text(encoding="utf-8")
            assert set(quotations_of(source)) <= SENTENCES, path


def _unit_tests() -> list[str]:
    return [str(p.relative_to(ROOT)) for p in (ROOT / "tests/unit").rglob("test_*.py")]
