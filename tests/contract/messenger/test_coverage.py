"""Every event, attachment type, field and error code that is documented has its situation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rapport.channels.messenger.errors import CODES
from tests.contract.messenger.test_messenger import ALL, CASES

LISTED = json.loads((CASES.parent / "coverage.json").read_text(encoding="utf-8"))
FEWEST = 60


def events() -> Iterator[dict[str, Any]]:
    for case in ALL:
        for entry in case.get("body", {}).get("entry", []):
            yield from (e for e in entry.get("messaging", []) if isinstance(e, dict))


def tried_codes() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for case in ALL:
        for tried in case.get("tries", []):
            for answer in tried["answers"]:
                if isinstance(answer, dict) and "error" in answer.get("json", {}):
                    error = answer["json"]["error"]
                    sub = error.get("error_subcode")
                    name = f"{error['code']}/{sub}" if sub else str(error["code"])
                    found.setdefault(tried["expect"]["is"], set()).add(name)
    return found


def test_messenger_coverage() -> None:
    messages = [e["message"] for e in events() if isinstance(e.get("message"), dict)]
    attachments = [a for m in messages for a in m.get("attachments", []) if isinstance(a, dict)]
    assert set(LISTED["events"]) <= {name for e in events() for name in e}
    assert set(LISTED["fields"]) <= {name for m in messages for name in m}
    assert set(LISTED["attachments"]) <= {a["type"] for a in attachments}


@pytest.mark.parametrize("outcome", sorted(LISTED["errors"]))
def test_every_error_code_of_messenger_is_tried(outcome: str) -> None:
    assert set(LISTED["errors"][outcome]) <= tried_codes()[outcome]


def test_every_error_code_that_messenger_knows_is_tried() -> None:
    """But of the permission codes, which are a range."""
    tried = set().union(*tried_codes().values())
    known = {f"{code}/{sub}" if sub else str(code) for code, sub in CODES}
    assert known - {str(code) for code in range(200, 300)} <= tried


def test_messenger_has_enough_situations() -> None:
    assert len(ALL) == len({case["name"] for case in ALL}) >= FEWEST
    assert all(case["source"].startswith("https://") for case in ALL)


def test_the_page_of_messenger_lists_every_error_code() -> None:
    page = (Path(__file__).parents[3] / "docs/channels/messenger.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1] for line in page.splitlines() if line.startswith("|")]
    shown = {code.strip() for row in rows for code in row.split(",")}
    known = {f"{code}/{sub}" if sub else str(code) for code, sub in CODES}
    assert "200–299" in shown
    assert known - {str(code) for code in range(200, 300)} <= shown
