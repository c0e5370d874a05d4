"""All tables of a database out and in again, by COPY."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from graphlib import TopologicalSorter
from typing import Any

import asyncpg

PART = 4 << 20
NOT_DUMPED = "alembic_version"
_TABLES = """
SELECT c.oid, c.relname AS name,
    ARRAY(SELECT attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0
        AND NOT a.attisdropped AND a.attgenerated = '' ORDER BY a.attnum) AS columns,
    ARRAY(SELECT confrelid FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f'
        AND f.confrelid <> c.oid) AS needs
FROM pg_class c
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> $1
    AND c.relnamespace = current_schema()::regnamespace
ORDER BY c.relname"""
_PARTITIONS = """
SELECT c.relname AS name, p.relname AS parent, pg_get_expr(c.relpartbound, c.oid) AS bound
FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid JOIN pg_class p ON p.oid = i.inhparent
WHERE c.relispartition AND c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
ORDER BY c.relname"""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_BOUND = re.compile(r"FOR VALUES FROM \('[0-9 :.+-]+'\) TO \('[0-9 :.+-]+'\)")
_SEQUENCES = """
SELECT sequencename::text AS name, coalesce(last_value, start_value) AS value,
    last_value IS NOT NULL AS called
FROM pg_sequences WHERE schemaname = current_schema()"""


async def tables(connection: Any) -> dict[str, list[str]]:
    """Every table's columns; tables that others refer to come before these."""
    rows = {row["oid"]: row for row in await connection.fetch(_TABLES, NOT_DUMPED)}
    order = TopologicalSorter({oid: row["needs"] for oid, row in rows.items()}).static_order()
    return {rows[oid]["name"]: list(rows[oid]["columns"]) for oid in order if oid in rows}


async def partitions(connection: Any) -> list[list[str]]:
    """What tables in parts consist of: the part's name, whose it is, and what lies in it."""
    rows = await connection.fetch(_PARTITIONS)
    return [[row["name"], row["parent"], row["bound"]] for row in rows]


async def make_partitions(connection: Any, wanted: Iterable[Sequence[str]]) -> None:
    """Make them before their rows come; migrations make the whole, a worker its parts.

    Raises:
        ValueError: one that no backup of ours has.
    """
    for name, parent, bound in wanted:
        if not (_NAME.fullmatch(name) and _NAME.fullmatch(parent) and _BOUND.fullmatch(bound)):
            raise ValueError(f"{name!r} is no part of a table")
        await connection.execute(f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {parent} {bound}")


async def sequences(connection: Any) -> dict[str, tuple[int, bool]]:
    """Where every sequence stands: its value, and whether that was given out."""
    rows = await connection.fetch(_SEQUENCES)
    return {row["name"]: (row["value"], row["called"]) for row in rows}


async def dump(
    connection: Any, table: str, columns: list[str], put: Callable[[bytes], None]
) -> None:
    """Hand over a table's rows in parts of some megabytes."""
    waiting = bytearray()

    async def take(data: bytes) -> None:
        waiting.extend(data)
        if len(waiting) >= PART:
            put(bytes(waiting))
            waiting.clear()

    # As a query, because a table in parts can't be copied from otherwise.
    listed = ", ".join(f'"{column}"' for column in columns)
    query = f'SELECT {listed} FROM "{table}"'  # noqa: S608 - names from the catalogue
    await connection.copy_from_query(query, output=take, format="text")
    if waiting:
        put(bytes(waiting))


async def empty(connection: Any) -> bool:
    """Whether nobody has used this database: no table, or none but new ones."""
    found = await tables(connection)
    for table in ("configuration", "event", "message"):
        if table in found and await connection.fetchval(f"SELECT EXISTS (SELECT FROM {table})"):  # noqa: S608
            return False
    return "installation" in found or not found


async def clear(connection: Any) -> None:
    """Remove what the migrations themselves put in."""
    names = ", ".join(f'"{name}"' for name in await tables(connection))
    await connection.execute(f"TRUNCATE {names}")


async def load(connection: Any, table: str, columns: list[str], parts: Iterable[bytes]) -> None:
    """Put a table's rows in."""

    async def source() -> AsyncIterator[bytes]:
        for part in parts:
            yield part

    await connection.copy_to_table(table, columns=columns, source=source(), format="text")


async def set_sequences(connection: Any, values: dict[str, tuple[int, bool]]) -> None:
    """Let every sequence go on where it stood."""
    for name, (value, called) in values.items():
        await connection.execute("SELECT setval($1::regclass, $2, $3)", name, value, called)


async def connect(dsn: str) -> asyncpg.Connection[Any]:
    """A connection whose text forms are the same everywhere."""
    return await asyncpg.connect(
        dsn,
        timeout=20,
        server_settings={
            "application_name": "rapport backup",
            "TimeZone": "UTC",
            "DateStyle": "ISO",
            "IntervalStyle": "postgres",
            "extra_float_digits": "1",
            "jit": "off",
        },
    )
