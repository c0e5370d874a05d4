"""The test harness itself: a database of its own for every test, and nothing left behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from rapport.storage.embedded import EmbeddedPostgres
from tests import database as harness
from tests.database import DatabaseServer
from tests.storage.embedded.processes import is_alive, query, until
from tests.temporary import new_folder

linux_only = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")

RUN = """
import sys
from pathlib import Path
from tests import database
from rapport.storage.embedded.binaries import find_binaries
from rapport.storage.embedded.cluster import Cluster
from rapport.storage.embedded.postmaster import find_running
database.begin_run(is_worker=False)
database.server_of_this_run()
folder = Path(database.os.environ["RAPPORT_TEST_RUN_DIRECTORY"])
binaries = find_binaries()
print(folder, find_running(Cluster(folder / "postgres", binaries), binaries), flush=True)
sys.stdin.read()
database.end_run(is_worker=False)
"""


@pytest.mark.parametrize("attempt", [1, 2])
async def test_a_database_is_fresh_for_every_test(database: str, attempt: int) -> None:
    await query(database, "CREATE TABLE only_mine (id bigint)")


def test_a_database_can_be_had_by_a_test_without_a_loop(database: str) -> None:
    assert database.startswith("postgresql://")


async def test_a_connection_left_open_does_not_keep_the_database(
    database_server: DatabaseServer,
) -> None:
    async with database_server.new_database() as dsn:
        connection = await asyncpg.connect(dsn)
        assert await connection.fetchval("SELECT 1") == 1
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(dsn)
    connection.terminate()


async def test_a_module_can_share_one(module_database: str, database: str) -> None:
    assert module_database != database
    assert await query(module_database, "SELECT 1") == 1


async def test_what_migrations_make_is_in_every_database(
    database_server: DatabaseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def upgrade(dsn: str) -> None:
        await query(dsn, "CREATE TABLE migrated AS SELECT 42 AS answer")

    monkeypatch.setattr(harness, "upgrade", upgrade)
    name = f"template_of_{os.getpid()}"
    server = DatabaseServer(
        database_server.url, database_server.admin, name, database_server.strategy
    )
    await server.make_template()
    try:
        for _ in range(2):
            async with server.new_database() as dsn:
                assert await query(dsn, "SELECT answer FROM migrated") == 42
    finally:
        await server.drop_template()


class Run:
    """A test run in another process."""

    def __init__(self, **environment: str) -> None:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("RAPPORT_TEST_")}
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN],
            cwd=Path(__file__).parents[1],
            env={**inherited, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        folder, self.server = self.process.stdout.readline().split()
        self.folder = Path(folder)


@linux_only
async def test_a_run_leaves_nothing() -> None:
    run = Run()
    assert is_alive(int(run.server))
    run.process.communicate()
    assert not is_alive(int(run.server))
    assert not run.folder.exists()


@linux_only
async def test_a_run_that_was_killed_is_cleared_away_by_the_next() -> None:
    killed = Run()
    killed.process.kill()
    killed.process.communicate()
    assert is_alive(int(killed.server))
    following = Run()
    await until(lambda: not is_alive(int(killed.server)))
    assert not killed.folder.exists()
    # It did not touch the run that this test belongs to.
    assert Path(os.environ["RAPPORT_TEST_RUN_DIRECTORY"]).exists()
    following.process.communicate()


async def test_another_server_can_be_used_and_is_left_as_it_was() -> None:
    folder = new_folder("rapport-other-")
    async with EmbeddedPostgres(folder / "data", loopback=True) as other:
        run = Run(RAPPORT_TEST_DATABASE_URL=other.dsn)
        assert run.server == "None"
        databases = "SELECT string_agg(datname, ' ') FROM pg_database WHERE datname ~ '^rapport_'"
        assert await query(other.dsn, databases)
        run.process.communicate()
        assert await query(other.dsn, databases) is None
    harness.shutil.rmtree(folder)
