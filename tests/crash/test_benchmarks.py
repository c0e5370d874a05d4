"""The benchmarks run whole, in the small, and count what they have left. Nobody judges times."""

from __future__ import annotations

import asyncio
import json
import sys

import pytest


async def figures(*wanted: str) -> dict[str, object]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "rapport.cli", "bench", *wanted),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(180):
        out, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    found: dict[str, object] = json.loads(out)
    return found


@pytest.mark.parametrize("new_contacts", ["0", "0.5"])
async def test_ingest(new_contacts: str) -> None:
    found = await figures("ingest", "--messages", "400", "--new-contacts", new_contacts)
    assert found["nodes"] == 2
    assert found["stored"] == dict.fromkeys(("messages", "distinct_ids", "logged"), 3400)


async def test_latency() -> None:
    found = await figures("latency", "--rate", "100", "--seconds", "2", "--agents", "3")
    assert (found["arrived"], found["missing"], found["at_another_agent"]) == (200, 0, 0)
    assert found["stored"] == dict.fromkeys(("messages", "distinct_ids", "logged"), 212)
