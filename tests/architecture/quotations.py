"""Quotations of the seed in tests: `Seed: "…"` in a comment, over several lines if need be."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SENTENCES = frozenset(
    (Path(__file__).parent / "seed_sentences.txt").read_text(encoding="utf-8").splitlines()
)
"""What tests quote; each was looked up in the seed guide when it was added here."""


@cache
def functions_of(path: str) -> dict[str, str]:
    """The source of every test function and machine of a file, by name."""
    source = (ROOT / path).read_text(encoding="utf-8")
    found = {"": source}
    for node in ast.parse(source).body:
        segment = ast.get_source_segment(source, node) or ""
        found[""] = found[""].replace(segment, "") if isinstance(node, _FUNCTIONS) else found[""]
        if isinstance(node, _FUNCTIONS):
            found[node.name] = segment
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = segment
    return found


def quotations_of(text: str) -> list[str]:
    """The quoted sentences, each on one line."""
    lines = (re.sub(r"^\s*#\s?", "", line) for line in text.splitlines())
    flat = re.sub(r"\s+", " ", " ".join(lines))
    return re.findall(r'Seed: "([^"…]+)"', flat)


def quotations_of_test(path: str, name: str) -> list[str]:
    """Those inside the test, else those of its module outside of any function."""
    functions = functions_of(path)
    return quotations_of(functions.get(name, "")) or quotations_of(functions[""])


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
