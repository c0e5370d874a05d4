"""What holds for every source file, and for what is installed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.quotations import ROOT

LONGEST = 500
LONGEST_TEST = 400
SHRINKING = {"simulators/rapport_simulators/visitor.py": 550}
"""Files that were too long when the limit came; each may only get shorter."""
NAMES_THAT_SAY_NOTHING = {"util", "utils", "helper", "helpers", "manager", "managers", "common"}


def python_files() -> Iterator[Path]:
    for folder in ("src", "simulators", "tests", "tools"):
        yield from (ROOT / folder).rglob("*.py")
    yield from (ROOT / name for name in ("run.py", "hatch_build.py", "web/build.py"))


def lock_files() -> list[Path]:
    found = ROOT.glob("**/package-lock.json")
    return sorted(p for p in found if "node_modules" not in p.parts and ".venv" not in p.parts)


def test_no_file_is_too_long() -> None:
    for path in python_files():
        name = path.relative_to(ROOT).as_posix()
        lines = path.read_text(encoding="utf-8").count("\n")
        assert lines <= SHRINKING.get(name, LONGEST), f"{name}: {lines} lines"
    for name in SHRINKING:
        lines = (ROOT / name).read_text(encoding="utf-8").count("\n")
        assert lines > LONGEST, f"{name} fits now: take it off the list"


def test_no_test_of_the_rules_is_too_long() -> None:
    for folder in ("unit", "builders", "architecture"):
        for path in (ROOT / "tests" / folder).rglob("*.py"):
            assert path.read_text(encoding="utf-8").count("\n") <= LONGEST_TEST, path


def test_modules_are_named_for_what_they_do() -> None:
    for path in python_files():
        words = set(re.split(r"[_\W]+", path.stem))
        assert not words & NAMES_THAT_SAY_NOTHING, path


def test_python_packages_come_from_the_package_index() -> None:
    text = (ROOT / "uv.lock").read_text(encoding="utf-8")
    hosts = set(re.findall(r"https?://([^/\"]+)", text))
    assert hosts <= {"pypi.org", "files.pythonhosted.org"}


@pytest.mark.parametrize("path", lock_files(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_javascript_lock_files_name_no_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    packages = json.loads(text)["packages"]
    for name, package in packages.items():
        own = package.get("link", False)
        assert "resolved" not in package or own, f"{name}: only workspaces are resolved"
        assert not own or (path.parent / package["resolved"]).is_dir()
        assert "integrity" in package or own or "node_modules/" not in name


def test_all_of_mantine_has_one_version() -> None:
    lock = ROOT / "web/package-lock.json"
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    versions = {p["version"] for name, p in packages.items() if "node_modules/@mantine/" in name}
    wanted = {
        version
        for package in packages.values()
        for kind in ("dependencies", "devDependencies", "peerDependencies")
        for name, version in package.get(kind, {}).items()
        if name.startswith("@mantine/")
    }
    assert len(versions) == 1
    assert wanted == versions, "pinned exactly"
