"""Data directories that cannot be used as they are, and what a person is told."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from rapport.storage.embedded import EmbeddedDatabaseError, EmbeddedPostgres, State, launch
from rapport.storage.embedded.endpoint import Endpoint
from tests.small_disk import fill, remount, small_disk
from tests.storage.embedded.processes import copy_with_owners, query, supervised, until


async def refusal(directory: Path) -> EmbeddedDatabaseError:
    postgres = EmbeddedPostgres(directory)
    with pytest.raises(EmbeddedDatabaseError) as refused:
        await postgres.start()
    assert postgres.state is State.FAILED
    assert postgres.last_error is refused.value
    assert postgres.pid is None
    return refused.value


async def test_a_database_of_another_major_version_is_left_alone(data_directory: Path) -> None:
    (data_directory / "cluster" / "PG_VERSION").write_text("16\n")
    error = await refusal(data_directory)
    assert error.code == "version_mismatch"
    assert "16" in error.message


async def test_a_directory_that_holds_something_else_is_left_alone(empty_directory: Path) -> None:
    (empty_directory / "cluster").mkdir(parents=True)
    (empty_directory / "cluster" / "thesis.txt").write_text("years of work")
    assert (await refusal(empty_directory)).code == "not_a_cluster"
    assert (empty_directory / "cluster" / "thesis.txt").exists()


async def test_half_a_database_is_reported_as_such(data_directory: Path) -> None:
    (data_directory / "cluster" / "global" / "pg_control").unlink()
    assert (await refusal(data_directory)).code == "not_a_cluster"


async def test_a_file_in_the_place_of_the_directory(empty_directory: Path) -> None:
    empty_directory.write_text("")
    error = await refusal(empty_directory)
    assert error.code == "directory_not_writable"
    assert str(empty_directory) in error.message


@pytest.fixture
def tight_disk(empty_directory: Path) -> Iterator[Path]:
    with small_disk(empty_directory, "20m") as directory:
        yield directory


async def test_a_read_only_file_system(tight_disk: Path) -> None:
    remount(tight_disk, "ro")
    assert (await refusal(tight_disk)).code == "directory_not_writable"


async def test_no_room_to_make_the_database_then_room(tight_disk: Path) -> None:
    error = await refusal(tight_disk)
    assert error.code == "disk_full"
    assert "Free some space" in error.message
    assert not (tight_disk / "cluster").exists()
    remount(tight_disk, "size=200m")
    async with EmbeddedPostgres(tight_disk) as postgres:
        assert await postgres.healthy()


async def test_a_disk_that_fills_up_while_running_heals_when_there_is_room(
    tight_disk: Path, prototype: Path
) -> None:
    remount(tight_disk, "size=90m")
    copy_with_owners(prototype, tight_disk)
    async with supervised(EmbeddedPostgres(tight_disk)) as postgres:
        await query(postgres.dsn, "CREATE TABLE kept AS SELECT 42 AS answer")
        fill(tight_disk / "filler")
        pid = postgres.pid
        assert pid is not None
        os.kill(pid, 9)
        await until(lambda: postgres.last_error is not None)
        assert postgres.last_error is not None
        assert postgres.last_error.code == "disk_full"
        (tight_disk / "filler").unlink()
        await until(lambda: postgres.state is State.RUNNING)
        assert await query(postgres.dsn, "SELECT answer FROM kept") == 42


@pytest.mark.parametrize("name", ["d" * 120, "comma, quote' and space", "größe"])
async def test_a_path_that_no_socket_can_have(
    data_directory: Path, empty_directory: Path, name: str
) -> None:
    awkward = empty_directory.parent / name / "data"
    awkward.parent.mkdir()
    data_directory.rename(awkward)
    async with EmbeddedPostgres(awkward) as postgres:
        assert await query(postgres.dsn, "SELECT 1") == 1
        socket_directory = Path(await query(postgres.dsn, "SHOW unix_socket_directories"))
        assert socket_directory.stat().st_mode & 0o777 == 0o700
        assert not socket_directory.is_relative_to(awkward)
    assert not socket_directory.exists()


async def test_a_socket_directory_that_belongs_to_somebody_else_is_not_used(
    data_directory: Path, empty_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() != 0:
        pytest.skip("making somebody else's directory takes root")
    temporary = empty_directory.parent / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    awkward = empty_directory.parent / "a space"
    data_directory.rename(awkward)
    async with EmbeddedPostgres(awkward) as postgres:
        usual = Path(await query(postgres.dsn, "SHOW unix_socket_directories"))
    usual.mkdir()
    os.chown(usual, 12345, 12345)
    async with EmbeddedPostgres(awkward) as postgres:
        used = await query(postgres.dsn, "SHOW unix_socket_directories")
        assert Path(used).parent == temporary
        assert used != str(usual)


async def test_a_socket_left_by_the_dead_with_a_living_pid_is_cleared(data_directory: Path) -> None:
    run = data_directory / "run"
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(run / ".s.PGSQL.5432"))
    (run / ".s.PGSQL.5432.lock").write_text(
        f"{os.getppid()}\n/elsewhere\n1700000000\n5432\n{run}\n"
    )
    async with EmbeddedPostgres(data_directory) as postgres:
        assert await postgres.healthy()


async def test_a_loopback_port_that_was_taken_is_replaced(
    data_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        def unlucky(*_: object, **__: object) -> Endpoint:
            return Endpoint(None, port, (data_directory / "database-password").read_text())

        monkeypatch.setattr(launch, "choose_endpoint", unlucky)
        async with EmbeddedPostgres(data_directory, loopback=True) as postgres:
            assert await postgres.healthy()
            assert f":{port}/" not in postgres.dsn
