"""Every connector answers for every rule of the checklist, and the tests that it names exist."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from rapport.channels.discovery import connectors
from rapport.channels.sdk.checklist import RULES
from rapport.channels.sdk.manifest import Done, Exempt

TESTS = Path(__file__).resolve().parents[1]
SHORTEST_REASON = 15


def functions_under_tests() -> set[str]:
    found: set[str] = set()
    for path in TESTS.rglob("test_*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = (
            n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
        )
        found.update(f.name for f in functions if f.name.startswith("test_"))
    return found


CHANNELS = connectors()
NAMES = functions_under_tests()


@pytest.mark.parametrize("channel", sorted(CHANNELS))
def test_a_connector_answers_for_every_rule(channel: str) -> None:
    assert CHANNELS[channel].manifest.checklist.keys() == RULES.keys()


@pytest.mark.parametrize("channel", sorted(CHANNELS))
def test_what_a_connector_names_as_proof_exists(channel: str) -> None:
    for rule, kept in CHANNELS[channel].manifest.checklist.items():
        if isinstance(kept, Done):
            assert kept.test in NAMES, f"{channel}: {rule} names {kept.test}"
        else:
            assert isinstance(kept, Exempt)
            assert len(kept.reason) >= SHORTEST_REASON, f"{channel}: {rule} gives no reason"


def test_the_channels_are_found() -> None:
    assert {"custom", "messenger", "whatsapp"} <= CHANNELS.keys()


def test_a_connector_is_found_under_its_own_name() -> None:
    assert all(name == found.manifest.channel for name, found in CHANNELS.items())
