"""Every message type, status and error code that the platform documents has its situation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rapport.channels.whatsapp.errors import CODES
from tests.contract.whatsapp.test_whatsapp import ALL, CASES

LISTED = json.loads((CASES.parent / "coverage.json").read_text(encoding="utf-8"))
FEWEST = 60


def values() -> Iterator[dict[str, Any]]:
    for case in ALL:
        for entry in case.get("body", {}).get("entry", []):
            for change in entry["changes"]:
                yield change["value"]


def tried_codes() -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for case in ALL:
        for tried in case.get("tries", []):
            for answer in tried["answers"]:
                if isinstance(answer, dict) and "error" in answer.get("json", {}):
                    code = answer["json"]["error"]["code"]
                    found.setdefault(tried["expect"]["is"], set()).add(code)
    return found


def test_whatsapp_coverage() -> None:
    messages = [m for v in values() for m in v.get("messages", []) if isinstance(m, dict)]
    statuses = [s for v in values() for s in v.get("statuses", [])]
    assert set(LISTED["types"]) <= {m.get("type") for m in messages}
    assert set(LISTED["interactive"]) <= {m.get("interactive", {}).get("type") for m in messages}
    assert set(LISTED["statuses"]) <= {s["status"] for s in statuses}


@pytest.mark.parametrize("outcome", sorted(LISTED["errors"]))
def test_every_error_code_of_whatsapp_is_tried(outcome: str) -> None:
    assert set(LISTED["errors"][outcome]) <= tried_codes()[outcome]


def test_every_error_code_that_whatsapp_knows_is_tried() -> None:
    """But of the permission codes, which are a range."""
    tried = set().union(*tried_codes().values())
    assert set(CODES) - set(range(200, 300)) <= tried


def test_whatsapp_has_enough_situations() -> None:
    assert len(ALL) == len({case["name"] for case in ALL}) >= FEWEST
    assert all(case["source"].startswith("https://") for case in ALL)


def test_the_page_of_whatsapp_lists_every_error_code() -> None:
    page = (Path(__file__).parents[3] / "docs/channels/whatsapp.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("|")]
    shown = {code.strip() for row in rows for code in row.split(",")}
    known = {str(code) for code in CODES}
    assert "200–299" in shown
    assert known - {str(code) for code in range(200, 300)} <= shown
