"""Statements that must find their rows by key whatever the planner was told.

A plan is kept with its connection until there are new statistics, so one made for an empty table
is still in use when there are ten thousand rows: offers fell from 6,000 to 3,000 a second.
"""

from __future__ import annotations

import json
from typing import Any

import asyncpg
import pytest

from rapport.storage import claims, contacts
from rapport.storage.database import LOOKUPS


@pytest.mark.parametrize("analysed", [False, True], ids=["never analysed", "analysed while empty"])
@pytest.mark.parametrize(
    ("statement", "parameters"),
    [(claims._WAITING, "(64)"), (claims._LEGS, "('{1,2}')")],
    ids=["waiting", "legs"],
)
async def test_parts_of_tasks_are_found_by_task(
    database: str, statement: str, parameters: str, analysed: bool
) -> None:
    await _with_statistics(database, analysed)
    found = [scan for scan in await _scans(database, statement, parameters) if scan[0] == "leg"]
    assert [index for _, index, _ in found] == ["leg_task"]
    assert all("task_id" in condition for _, _, condition in found)


async def test_open_tasks_of_a_contact_are_found_by_its_conversations(database: str) -> None:
    """Tasks have no index by contact: with ten million a corrected name would read them all."""
    found = await _scans(database, contacts._OPEN_TASKS, "(1)")
    assert {relation for relation, _, _ in found} >= {"conversation", "task", "leg"}
    assert all(condition for _, _, condition in found), found


async def _with_statistics(database: str, analysed: bool) -> None:
    if analysed:
        connection = await asyncpg.connect(database)
        await connection.execute("ANALYZE task, leg")
        await connection.close()


async def _scans(database: str, statement: str, parameters: str) -> list[tuple[str, str, str]]:
    """Of the plan that every connection keeps: table, index and what is looked up in it."""
    connection = await asyncpg.connect(database, server_settings=LOOKUPS)
    try:
        await connection.execute(f"PREPARE asked AS {statement}")
        plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE asked{parameters}")
    finally:
        await connection.close()
    found: list[tuple[str, str, str]] = []

    def walk(node: dict[str, Any], above: str) -> None:
        relation = node.get("Relation Name", above)
        if "Scan" in node["Node Type"] and node["Node Type"] != "Bitmap Heap Scan" and relation:
            found.append((relation, node.get("Index Name", ""), node.get("Index Cond", "")))
        below = relation if node["Node Type"] == "Bitmap Heap Scan" else ""
        for child in node.get("Plans", []):
            walk(child, below)

    walk(json.loads(plan)[0]["Plan"], "")
    return found
