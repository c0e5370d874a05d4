"""Adds the log up by quarters, hours and days: by position, each commit exactly once."""

from __future__ import annotations

from rapport.storage.database import Database
from rapport.storage.metrics import FROM_LOG

STEP = 20_000
"""Commits added in one transaction."""
LONG_STEP = 500_000
"""The same where all is made again: fewer, larger transactions meet each row less often."""
PATIENCE_S = 600.0
PLANNING = (
    "SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on; SET LOCAL work_mem = '64MB';"
    " SET LOCAL plan_cache_mode = force_custom_plan"
)
"""Reports read whole stretches of tables; the pool's own settings are for lookups by key."""

# The mark's lock makes several workers take turns; mark and sums commit together.
_MARK = "SELECT pos, zone FROM report_mark FOR UPDATE"
_NEWEST = "SELECT coalesce(max(pos), 0) FROM stream_commit"
_SLICE = """
SELECT {grain}, {slot} AS slot, metric, channel, queue_id, {agent}, reason_id, sum(count), sum(ms)
FROM log GROUP BY 1, 2, 3, 4, 5, 6, 7"""
_GRAINS = " UNION ALL ".join(
    _SLICE.format(grain=f"'{grain}'", slot=slot, agent=agent)
    for grain, slot, agent in (
        ("quarter", "slot", "0"),
        ("hour", "date_trunc('hour', slot, $3)", "agent_id"),
        ("day", "date_trunc('day', slot, $3)", "agent_id"),
    )
)
_ADD = (
    f"WITH log AS ({FROM_LOG}) INSERT INTO report_slice AS r"
    " (grain, slot, metric, channel, queue_id, agent_id, reason_id, count, ms)"
    f" {_GRAINS}"
    " ON CONFLICT (grain, slot, metric, channel, queue_id, agent_id, reason_id)"
    " DO UPDATE SET count = r.count + excluded.count, ms = r.ms + excluded.ms"
)


async def add_newest(database: Database, zone: str, step: int = STEP) -> bool:
    """Add at most `step` commits that are not in yet; whether there may be more.

    Args:
        zone: The company's time zone; another one than before makes all sums anew.
    """
    async with database.pool.acquire() as connection, connection.transaction():
        mark = await connection.fetchrow(_MARK)
        assert mark is not None  # noqa: S101 - the migration puts it there
        done = mark["pos"]
        if mark["zone"] != zone:
            await connection.execute("TRUNCATE report_slice")
            await connection.execute("UPDATE report_mark SET pos = 0, zone = $1", zone)
            done = 0
        newest = await connection.fetchval(_NEWEST)
        upto = min(newest, done + step)
        if upto == done:
            return False
        await connection.execute(PLANNING)
        await connection.execute(_ADD, done, upto, zone, timeout=PATIENCE_S)
        await connection.execute("UPDATE report_mark SET pos = $1", upto)
        return bool(upto < newest)


async def rebuild(database: Database) -> None:
    """Forget all sums and make them again; reports stay right meanwhile, only slower."""
    async with database.pool.acquire() as connection, connection.transaction():
        mark = await connection.fetchrow(_MARK)
        assert mark is not None  # noqa: S101 - the migration puts it there
        zone = mark["zone"]
        await connection.execute("TRUNCATE report_slice")
        await connection.execute("UPDATE report_mark SET pos = 0")
    while await add_newest(database, zone, LONG_STEP):
        pass
