"""The database's files: made once, configured at every start."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from rapport.storage.embedded.account import Account, require_entry
from rapport.storage.embedded.binaries import MAJOR_VERSION, Binaries
from rapport.storage.embedded.endpoint import ROLE, Endpoint
from rapport.storage.embedded.errors import EmbeddedDatabaseError, explained, from_output

SETTINGS: Mapping[str, str] = {
    # What was confirmed is on the disk, also when the machine loses power.
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # Filling new WAL files with zeros takes ~45 ms each: p99 of ingest 48-54 ms, without 15-22 ms.
    "wal_init_zero": "off",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    # Few processes, and no shared memory segments, which containers keep small.
    "io_method": "sync",
    "max_parallel_workers_per_gather": "0",
    "max_parallel_maintenance_workers": "0",
    "max_logical_replication_workers": "0",
    "huge_pages": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
    # Statements and the details of errors carry what customers wrote: never in a log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}

_HEADER = """\
# Written by Rapport at every start. Settings of your own go into {custom}
# beside the database's directory; they win over these.
"""


class Cluster:
    """The files of one database server inside a data directory."""

    def __init__(self, data_directory: Path, binaries: Binaries) -> None:
        self.data_directory = data_directory
        self.directory = data_directory / "cluster"
        self.log = data_directory / "postgresql.log"
        self.custom_settings = data_directory / "postgresql.custom.conf"
        self._password_file = data_directory / "database-password"
        self._binaries = binaries

    def check(self) -> bool:
        """Whether the cluster exists.

        Raises:
            EmbeddedDatabaseError: `version_mismatch` or `not_a_cluster` if it cannot be used.
        """
        with explained(self.data_directory):
            if not self.directory.exists():
                return False
            version_file = self.directory / "PG_VERSION"
            if not version_file.exists() or not (self.directory / "global" / "pg_control").exists():
                raise EmbeddedDatabaseError(
                    "not_a_cluster",
                    f"{self.directory} holds something else than a complete database. Restore it "
                    "from a backup, or move it away to begin with an empty one.",
                )
            version = version_file.read_text().strip()
        if version != str(MAJOR_VERSION):
            raise EmbeddedDatabaseError(
                "version_mismatch",
                f"The database in {self.directory} was made by PostgreSQL {version}; this Rapport "
                f"brings PostgreSQL {MAJOR_VERSION}. Make a backup with the Rapport version that "
                "made it and restore it here.",
            )
        return True

    def password(self) -> str:
        """The password of the server's role, made on first need."""
        with explained(self.data_directory):
            if not self._password_file.exists():
                partial = self._password_file.with_suffix(".new")
                partial.touch(mode=0o600)
                partial.write_text(secrets.token_urlsafe(24))
                partial.replace(self._password_file)
            return self._password_file.read_text()

    async def create(self, account: Account) -> None:
        """Make the cluster; an interrupted attempt leaves nothing that looks like one.

        Raises:
            EmbeddedDatabaseError: `disk_full`, `directory_not_writable`, `no_account`,
                `start_failed`.
        """
        require_entry()
        partial = self.directory.with_suffix(".new")
        password_copy = self.data_directory / "initdb-password"
        password = self.password()
        with explained(self.data_directory):
            shutil.rmtree(partial, ignore_errors=True)
            password_copy.unlink(missing_ok=True)
            partial.mkdir(mode=0o700)
            password_copy.touch(mode=0o600)
            password_copy.write_text(password)
            account.own(partial, password_copy)
        try:
            for locale in ("C.UTF-8", "C"):
                code, output = await self._initdb(account, partial, password_copy, locale)
                # macOS before 15 and Windows have no C.UTF-8 of their own.
                if code == 0 or "invalid locale" not in output:
                    break
                _empty(partial)
            if code:
                raise from_output(output, self.data_directory)
            with explained(self.data_directory):
                partial.rename(self.directory)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
            password_copy.unlink(missing_ok=True)

    async def _initdb(
        self, account: Account, directory: Path, password_file: Path, locale: str
    ) -> tuple[int, str]:
        command = account.command(
            self._binaries.program("initdb"),
            f"--pgdata={directory}",
            f"--username={ROLE}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            f"--locale={locale}",
            "--text-search-config=simple",
            "--no-instructions",
        )
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=working_directory(),
            env=clean_environment(),
            start_new_session=os.name != "nt",
        )
        try:
            output, _ = await process.communicate()
        except BaseException:
            if process.returncode is None:
                process.kill()
                await process.wait()
            raise
        return process.returncode or 0, output.decode(errors="replace")

    def configure(self, account: Account, endpoint: Endpoint, extra: Mapping[str, str]) -> None:
        """Write the server's settings and access rules.

        Raises:
            EmbeddedDatabaseError: `disk_full` or `directory_not_writable`.
        """
        settings = {**SETTINGS, **endpoint.settings(), **extra}
        lines = [_HEADER.format(custom=self.custom_settings.name)]
        lines += [f"{name} = '{_quoted(value)}'\n" for name, value in settings.items()]
        if self.custom_settings.exists():
            lines.append(f"include '../{self.custom_settings.name}'\n")
        with explained(self.data_directory):
            for name, text in (
                ("postgresql.conf", "".join(lines)),
                ("pg_hba.conf", endpoint.access_rules()),
            ):
                path = self.directory / name
                partial = self.directory / f"{name}.new"
                partial.touch(mode=0o600)
                partial.write_text(text)
                account.own(partial)
                partial.replace(path)


def clean_environment() -> dict[str, str]:
    """What PostgreSQL's programs need of ours: none of our secrets, none of libpq's variables."""
    kept = ("PATH", "LD_LIBRARY_PATH", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "SYSTEMDRIVE")
    inherited = {name: os.environ[name] for name in kept if name in os.environ}
    return {**inherited, "LC_ALL": "C"}


def working_directory() -> str | None:
    """A directory that every account may be in."""
    return None if os.name == "nt" else "/"


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")


def _empty(directory: Path) -> None:
    for path in directory.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
