"""Processes that die, and what is found afterwards."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from rapport.storage.embedded import EmbeddedDatabaseError, EmbeddedPostgres, State
from tests.storage.embedded.processes import (
    SYS_PTRACE,
    is_alive,
    may,
    other_rapport,
    query,
    supervised,
    until,
)


async def test_a_killed_server_comes_back_with_all_that_was_committed(data_directory: Path) -> None:
    async with supervised(EmbeddedPostgres(data_directory)) as postgres:
        address, first = postgres.dsn, postgres.pid
        await query(address, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS n")
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await until(lambda: postgres.restarts == 1)
        assert postgres.state is State.RUNNING
        assert postgres.dsn == address
        assert postgres.pid != first
        assert await query(address, "SELECT count(*) FROM kept") == 1000


async def test_it_comes_back_again_and_again(data_directory: Path) -> None:
    async with supervised(EmbeddedPostgres(data_directory)) as postgres:
        for death in (1, 2, 3):
            assert postgres.pid is not None
            os.kill(postgres.pid, signal.SIGKILL)
            await until(lambda death=death: postgres.restarts == death)
            assert await postgres.healthy()


async def test_a_busy_process_of_a_killed_server_does_not_block_the_next(
    data_directory: Path,
) -> None:
    if not may(SYS_PTRACE) and os.geteuid() == 0:
        pytest.skip("root in a container cannot tell whose process it is, and waits for its end")
    async with supervised(EmbeddedPostgres(data_directory)) as postgres:
        connection = await asyncpg.connect(postgres.dsn)
        backend = connection.get_server_pid()
        # Busy, so that it does not notice that its parent has died.
        spin = "DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$"
        busy = asyncio.create_task(connection.execute(spin))
        running = f"SELECT state = 'active' FROM pg_stat_activity WHERE pid = {backend}"
        async with asyncio.timeout(30):
            while not await query(postgres.dsn, running):
                pass
        assert postgres.pid is not None
        os.kill(postgres.pid, signal.SIGKILL)
        try:
            await until(lambda: postgres.restarts == 1)
            assert not is_alive(backend)
        finally:
            with suppress(ProcessLookupError):
                os.kill(backend, signal.SIGKILL)
            await asyncio.gather(busy, return_exceptions=True)
            connection.terminate()


async def test_a_killed_backend_is_healed_by_the_server_itself(data_directory: Path) -> None:
    async with supervised(EmbeddedPostgres(data_directory)) as postgres:
        connection = await asyncpg.connect(postgres.dsn)
        os.kill(connection.get_server_pid(), signal.SIGKILL)
        await until(connection.is_closed)
        async with asyncio.timeout(30):
            while not await postgres.healthy():
                pass
        assert postgres.restarts == 0


async def test_a_server_left_by_a_killed_rapport_is_taken_over(data_directory: Path) -> None:
    other = await asyncio.to_thread(other_rapport, data_directory)
    await query(other.answer["dsn"], "CREATE TABLE kept AS SELECT 42 AS answer")
    other.kill()
    assert is_alive(other.postmaster)
    async with EmbeddedPostgres(data_directory) as postgres:
        assert not is_alive(other.postmaster)
        assert await query(postgres.dsn, "SELECT answer FROM kept") == 42
        log = (data_directory / "postgresql.log").read_text()
        assert "automatic recovery" not in log
        assert "database system is shut down" in log


async def test_after_a_power_cut_it_recovers(data_directory: Path) -> None:
    other = await asyncio.to_thread(other_rapport, data_directory)
    await query(other.answer["dsn"], "CREATE TABLE kept AS SELECT 42 AS answer")
    other.kill()
    os.kill(other.postmaster, signal.SIGKILL)
    async with EmbeddedPostgres(data_directory) as postgres:
        assert await query(postgres.dsn, "SELECT answer FROM kept") == 42
        assert "automatic recovery" in (data_directory / "postgresql.log").read_text()


@pytest.mark.parametrize("content", ["{pid}\n", "{pid}\n/elsewhere\n1700000000\n5432\n", "", "?\n"])
async def test_a_stale_pid_file_whose_pid_lives_again_is_no_obstacle(
    data_directory: Path, content: str
) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        pid_file = data_directory / "cluster" / "postmaster.pid"
        pid_file.write_text(content.format(pid=stranger.pid))
        async with EmbeddedPostgres(data_directory) as postgres:
            assert await postgres.healthy()
        assert stranger.poll() is None
    finally:
        stranger.communicate()


async def test_a_pid_file_removed_under_a_living_server_does_not_let_two_run(
    data_directory: Path,
) -> None:
    other = await asyncio.to_thread(other_rapport, data_directory)
    other.kill()
    (data_directory / "cluster" / "postmaster.pid").unlink()
    async with EmbeddedPostgres(data_directory) as postgres:
        assert not is_alive(other.postmaster)
        assert await postgres.healthy()


async def test_two_rapports_on_one_directory_are_told_of_each_other(data_directory: Path) -> None:
    other = await asyncio.to_thread(other_rapport, data_directory)
    try:
        with pytest.raises(EmbeddedDatabaseError) as refused:
            await EmbeddedPostgres(data_directory).start()
        assert refused.value.code == "in_use"
        assert str(other.process.pid) in refused.value.message
        assert await query(other.answer["dsn"], "SELECT 1") == 1
    finally:
        other.end()
    async with EmbeddedPostgres(data_directory) as postgres:
        assert await postgres.healthy()


async def test_two_in_one_process_are_refused_too(data_directory: Path) -> None:
    async with EmbeddedPostgres(data_directory):
        with pytest.raises(EmbeddedDatabaseError) as refused:
            await EmbeddedPostgres(data_directory).start()
        assert refused.value.code == "in_use"


async def test_it_does_not_come_back_after_stop(data_directory: Path) -> None:
    postgres = EmbeddedPostgres(data_directory)
    async with supervised(postgres):
        await postgres.stop()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await until(lambda: postgres.pid is not None)
    assert postgres.restarts == 0


async def test_a_cause_that_goes_away_heals(data_directory: Path) -> None:
    custom = data_directory / "postgresql.custom.conf"
    async with supervised(EmbeddedPostgres(data_directory)) as postgres:
        custom.write_text("max_connections = none\n")
        assert postgres.pid is not None
        os.kill(postgres.pid, signal.SIGKILL)
        await until(lambda: postgres.state is State.FAILED)
        assert postgres.last_error is not None
        assert postgres.last_error.code == "start_failed"
        assert "max_connections" in postgres.last_error.message
        assert not await postgres.healthy()
        custom.unlink()
        await until(lambda: postgres.state is State.RUNNING)
        assert await postgres.healthy()
        assert postgres.last_error is None


async def test_a_start_that_is_cancelled_leaves_nothing(empty_directory: Path) -> None:
    start = asyncio.create_task(EmbeddedPostgres(empty_directory).start())
    await until(lambda: (empty_directory / "cluster.new" / "base").exists() or start.done())
    start.cancel()
    with pytest.raises(asyncio.CancelledError):
        await start
    assert not (empty_directory / "cluster").exists()
    async with EmbeddedPostgres(empty_directory) as postgres:
        assert await postgres.healthy()


async def test_an_initdb_that_was_killed_is_begun_again(empty_directory: Path) -> None:
    (empty_directory / "cluster.new" / "base").mkdir(parents=True)
    async with EmbeddedPostgres(empty_directory) as postgres:
        assert await postgres.healthy()
    assert not (empty_directory / "cluster.new").exists()
