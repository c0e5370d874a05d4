"""Every figure of the reports is defined in words, once, where the glossary is."""

from __future__ import annotations

import re

from rapport.application.reports import COUNTED
from rapport.storage.metrics import METRICS
from tests.architecture.quotations import ROOT


def test_the_glossary_defines_every_metric() -> None:
    text = (ROOT / "docs/glossary.md").read_text()
    figures = text[text.index("## Figures") : text.index("From these follow:")]
    defined = re.findall(r"^\| `(\w+)` \|", figures, re.MULTILINE)
    assert sorted(defined) == sorted({m.name for m in METRICS} | {"reason"})
    assert set(COUNTED) <= set(defined)


def test_one_event_counts_once_for_a_metric() -> None:
    seen = [(m.name, m.kind) for m in METRICS]
    assert len(seen) == len(set(seen))
