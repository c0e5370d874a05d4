"""Mutated mails; `tools/fuzz_mail.py` runs as many as one likes."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest


@pytest.mark.parametrize("seed", [1, 2])
def test_mutated_mails_are_read(seed: int) -> None:
    path = Path(__file__).parents[3] / "tools" / "fuzz_mail.py"
    spec = importlib.util.spec_from_file_location("fuzz_mail", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert not module.run(seed, 1500)
