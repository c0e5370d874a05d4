"""WhatsApp against what Meta documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rapport.channels.whatsapp.connector import create
from tests.contract import situations

CASES = Path(__file__).with_name("cases")
NUMBER = "106540000000001"
ALL = list(situations.load(CASES))
CONNECTOR = create()


@pytest.mark.parametrize("case", ALL, ids=lambda case: case["name"])
async def test_whatsapp_situations(case: dict[str, Any]) -> None:
    settings = case.get("settings", {})
    config = situations.account(NUMBER, settings)
    match case["do"]:
        case "parse":
            assert situations.parsed(CONNECTOR, case["body"], config) == case["expect"]
        case "render":
            assert situations.rendered(CONNECTOR, case["message"], config) == case["expect"]
        case "send":
            for tried in case["tries"]:
                got, _ = await situations.outcome(
                    CONNECTOR, case["message"], tried["answers"], NUMBER, settings
                )
                assert got == tried["expect"]
        case other:
            pytest.fail(f"nothing is done for {other}")
