"""The test harness itself: every test has a database of its own."""

from __future__ import annotations

import asyncpg
import pytest


@pytest.mark.parametrize("attempt", [1, 2])
async def test_a_database_is_fresh_for_every_test(database: str, attempt: int) -> None:
    connection = await asyncpg.connect(database)
    try:
        await connection.execute("CREATE TABLE only_mine (id bigint)")
    finally:
        await connection.close()


def test_a_database_can_be_had_by_a_test_without_a_loop(database: str) -> None:
    assert database.startswith("postgresql://")


async def test_a_connection_left_open_does_not_keep_the_database(database: str) -> None:
    connection = await asyncpg.connect(database)
    assert await connection.fetchval("SELECT 1") == 1
    connection.terminate()


async def test_a_module_can_share_one(module_database: str, database: str) -> None:
    assert module_database != database
    connection = await asyncpg.connect(module_database)
    try:
        assert await connection.fetchval("SHOW timezone") == "UTC"
    finally:
        await connection.close()
