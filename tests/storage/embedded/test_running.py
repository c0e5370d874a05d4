"""The ordinary life of the embedded server."""

from __future__ import annotations

from pathlib import Path

import asyncpg
import pytest

from rapport.storage.embedded import EmbeddedPostgres, State, dsn_of_running, log
from tests.storage.embedded.processes import is_alive, query


async def test_the_first_start_makes_a_database_that_later_starts_find_again(
    empty_directory: Path,
) -> None:
    async with EmbeddedPostgres(empty_directory) as postgres:
        await query(postgres.dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
        first = postgres.pid
    async with EmbeddedPostgres(empty_directory) as postgres:
        assert await query(postgres.dsn, "SELECT answer FROM kept") == 42
        assert postgres.pid != first


async def test_stopping_leaves_no_process_and_no_socket(data_directory: Path) -> None:
    postgres = EmbeddedPostgres(data_directory)
    await postgres.start()
    pid = postgres.pid
    assert pid is not None
    await postgres.stop()
    assert not is_alive(pid)
    assert postgres.state is State.STOPPED
    assert list((data_directory / "run").iterdir()) == []
    assert not (data_directory / "cluster" / "postmaster.pid").exists()


async def test_starting_and_stopping_twice_are_harmless(data_directory: Path) -> None:
    postgres = EmbeddedPostgres(data_directory)
    await postgres.stop()
    await postgres.start()
    pid = postgres.pid
    await postgres.start()
    assert postgres.pid == pid
    await postgres.stop()
    await postgres.stop()
    await postgres.start()
    assert await postgres.healthy()
    await postgres.stop()


async def test_open_connections_do_not_keep_it_from_stopping(data_directory: Path) -> None:
    postgres = EmbeddedPostgres(data_directory)
    await postgres.start()
    connection = await asyncpg.connect(postgres.dsn)
    await connection.execute("BEGIN")
    await postgres.stop()
    connection.terminate()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("wal_init_zero", "off"),
        ("jit", "off"),
        ("listen_addresses", ""),
        ("TimeZone", "UTC"),
        ("max_connections", "100"),
        ("log_min_error_statement", "panic"),
        ("server_encoding", "UTF8"),
    ],
)
async def test_the_settings_that_matter(shared: EmbeddedPostgres, name: str, value: str) -> None:
    assert await query(shared.dsn, f"SHOW {name}") == value


async def test_letters_beyond_ascii_are_letters(shared: EmbeddedPostgres) -> None:
    assert await query(shared.dsn, "SELECT lower('ÄÖÜ ΣΟΦΊΑ')") == "äöü σοφία"
    assert await query(shared.dsn, "SELECT to_tsvector('simple', 'ÜBER')::text") == "'über':1"


async def test_what_customers_wrote_stays_out_of_the_log(shared: EmbeddedPostgres) -> None:
    await query(shared.dsn, "CREATE TABLE once (body text UNIQUE)")
    await query(shared.dsn, "INSERT INTO once VALUES ('a secret of mine')")
    for wrong in ("INSERT INTO once VALUES ('a secret of mine')", "SELECT 'a secret of mine'::int"):
        with pytest.raises(asyncpg.PostgresError):
            await query(shared.dsn, wrong)
    written = (shared.data_directory / "postgresql.log").read_text()
    assert "violates unique constraint" in written
    assert "Key (body)" not in written
    assert "INSERT" not in written


async def test_settings_of_an_operator_win(data_directory: Path) -> None:
    (data_directory / "postgresql.custom.conf").write_text("max_connections = 33\n")
    async with EmbeddedPostgres(data_directory) as postgres:
        assert await query(postgres.dsn, "SHOW max_connections") == "33"


async def test_loopback_asks_for_the_password(data_directory: Path) -> None:
    async with EmbeddedPostgres(data_directory, loopback=True) as postgres:
        assert "@127.0.0.1:" in postgres.dsn
        assert await query(postgres.dsn, "SELECT 1") == 1
        password = (data_directory / "database-password").read_text()
        assert password in postgres.dsn
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(postgres.dsn.replace(password, "guess"))


async def test_a_command_beside_a_running_rapport_finds_its_database(data_directory: Path) -> None:
    assert dsn_of_running(data_directory) is None
    async with EmbeddedPostgres(data_directory) as postgres:
        assert dsn_of_running(data_directory) == postgres.dsn
    assert dsn_of_running(data_directory) is None


async def test_health_says_no_when_nobody_answers(data_directory: Path) -> None:
    postgres = EmbeddedPostgres(data_directory)
    assert not await postgres.healthy()
    with pytest.raises(RuntimeError):
        _ = postgres.dsn


def test_the_log_keeps_to_its_size_with_one_older_part(tmp_path: Path) -> None:
    path = tmp_path / "postgresql.log"
    log.cap(path, 100)
    path.write_text("x" * 101)
    with path.open("a") as server:
        log.cap(path, 100)
        server.write("after")
    assert path.read_text() == "after"
    assert (tmp_path / "postgresql.log.1").read_text() == "x" * 101
    assert log.written_since(path, 2) == "ter"
