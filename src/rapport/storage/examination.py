"""What an operator should know of the database; reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import asyncpg

_LOAD = """
SELECT a.id, a.used, ARRAY[
    count(*) FILTER (WHERE t.kind = 'chat'), count(*) FILTER (WHERE t.kind = 'email'),
    count(*) FILTER (WHERE t.kind = 'social')]::smallint[] AS counted
FROM agent a
LEFT JOIN leg l ON l.agent_id = a.id AND l.state <> 'closed' AND NOT l.parked
LEFT JOIN task t ON t.id = l.task_id
GROUP BY a.id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What was found in a database that answers."""

    version: int
    now: datetime
    fsync: bool
    synchronous_commit: str
    data_checksums: bool
    wal_init_zero: bool
    wrong_loads: tuple[int, ...]
    """Agents whose load is not what their open legs add up to."""
    parked_inputs: int
    dead_jobs: int
    stale_lanes: int
    broken_accounts: tuple[str, ...]
    people: int
    administrators: int


async def examine_database(dsn: str, stale_after: timedelta) -> Findings:
    """Look once, in one read-only transaction."""
    connection = await asyncpg.connect(dsn, timeout=10, command_timeout=30)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return await _findings(connection, stale_after)
    finally:
        await connection.close()


async def _findings(connection: Any, stale_after: timedelta) -> Findings:
    async def value(query: str, *arguments: Any) -> Any:
        return await connection.fetchval(query, *arguments)

    async def setting(name: str) -> str:
        return str(await value("SELECT current_setting($1, true)", name))

    users = "FROM configuration WHERE kind = 'users' AND coalesce((spec->>'active')::bool, true)"
    return Findings(
        version=int(await setting("server_version_num")),
        now=await value("SELECT clock_timestamp()"),
        fsync=await setting("fsync") == "on",
        synchronous_commit=await setting("synchronous_commit"),
        data_checksums=await setting("data_checksums") == "on",
        wal_init_zero=await setting("wal_init_zero") == "on",
        wrong_loads=tuple(
            row["id"]
            for row in await connection.fetch(_LOAD)
            if list(row["used"]) != list(row["counted"])
        ),
        parked_inputs=await value("SELECT count(*) FROM parked_input"),
        dead_jobs=await value("SELECT count(*) FROM outbox_dead"),
        stale_lanes=await value(
            "SELECT count(*) FROM outbox_lane WHERE due < now() - $1::interval", stale_after
        ),
        broken_accounts=tuple(
            str(row["name"])
            for row in await connection.fetch(
                "SELECT coalesce(c.name, r.account_id::text) AS name FROM outbox_rate r"
                " LEFT JOIN configuration c ON c.id = r.account_id"
                " WHERE r.broken_reason IS NOT NULL ORDER BY 1"
            )
        ),
        people=await value(f"SELECT count(*) {users}"),
        administrators=await value(
            f"SELECT count(*) {users} AND coalesce(spec->'roles' ? 'administrator', false)"
        ),
    )
