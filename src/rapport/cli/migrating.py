"""`rapport migrate`: looked at first, then done."""

from __future__ import annotations

import shutil
import sys

import asyncpg

from rapport.cli.connecting import reachable_database
from rapport.cli.serving import database_of
from rapport.settings import Settings
from rapport.storage import migrations
from rapport.storage.database import LOST

OLDEST_SERVER = 150_000
_LONG = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
AND pid <> pg_backend_pid() AND xact_start < now() - interval '1 minute'"""
_NODES = """
SELECT count(DISTINCT client_addr::text || application_name) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'rapport' AND pid <> pg_backend_pid()"""


async def run_migration() -> int:
    """Migrate the configured database."""
    settings = Settings()
    if settings.database_url is None:
        async with database_of(settings):
            return 0
    try:
        await migrations.upgrade(settings.database_url)
    except migrations.NewerSchemaError as error:
        sys.exit(str(error))
    return 0


async def run_check() -> int:
    """Say what a migration would do; 0 if it can be done or nothing is to do, 1 if not."""
    settings = Settings()
    try:
        if settings.database_url is not None:
            return await _check(settings, settings.database_url)
        async with reachable_database(settings) as dsn:
            return await _check(settings, dsn)
    except migrations.NewerSchemaError as error:
        print(f"FAIL  {error}")
        return 1
    except (*LOST, asyncpg.PostgresError) as error:
        print(f"FAIL  The database cannot be used: {error}")
        return 1


async def _check(settings: Settings, dsn: str) -> int:
    missing = await migrations.pending(dsn)
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        version = int(await connection.fetchval("SELECT current_setting('server_version_num')"))
        may_create = await connection.fetchval(
            "SELECT has_schema_privilege(current_schema(), 'CREATE')"
        )
        size = int(await connection.fetchval("SELECT pg_database_size(current_database())"))
        long = await connection.fetchval(_LONG)
        nodes = await connection.fetchval(_NODES)
    finally:
        await connection.close()
    good = [f"{len(missing)} migrations to run: {', '.join(missing)}" if missing else "up to date"]
    bad: list[str] = []
    told = f"PostgreSQL {version // 10_000}"
    (good if version >= OLDEST_SERVER else bad).append(
        told if version >= OLDEST_SERVER else f"{told} is too old; 15 or later is needed"
    )
    if not may_create:
        bad.append("this role may not create tables: GRANT CREATE ON SCHEMA public TO it")
    if missing and long:
        bad.append(f"{long} transactions have been open for over a minute and would hold it up")
    notes = []
    if missing and nodes:
        notes.append("nodes are connected: stop them first, old ones do not know the new schema")
    if missing and settings.database_url is None and _free(settings) < size:
        notes.append("less disk is free than the database is large")
    if missing:
        notes.append(f"make a backup first ({size / 1e6:.0f} MB): rapport backup FILE")
    for sign, lines in (("ok  ", good), ("note", notes), ("FAIL", bad)):
        for line in lines:
            print(f"{sign}  {line}")
    return 1 if bad else 0


def _free(settings: Settings) -> int:
    return shutil.disk_usage(settings.data).free
