"""docs/architecture/task-life.md is what the rules do."""

from __future__ import annotations

import runpy

from tests.architecture.quotations import ROOT


def test_the_page_is_as_generated() -> None:
    tool = runpy.run_path(str(ROOT / "tools/task_life.py"))
    written = (ROOT / "docs/architecture/task-life.md").read_text(encoding="utf-8")
    assert written == tool["page"](), "run: python tools/task_life.py"
