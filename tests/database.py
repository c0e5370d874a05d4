"""One PostgreSQL server per test run, one database per test, made from a migrated template.

The first test that needs it, in whichever xdist worker, starts the server; the process that began
the run stops it. Everything lives in one temporary directory whose lock tells the next run
whether this one is still alive. `RAPPORT_TEST_DATABASE_URL` names a server to use instead; its
role must be allowed to create databases.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from rapport.storage.embedded import EmbeddedDatabaseError, EmbeddedPostgres
from rapport.storage.embedded.binaries import find_binaries
from rapport.storage.embedded.cluster import Cluster
from rapport.storage.embedded.lock import DirectoryLock
from rapport.storage.embedded.postmaster import end_orphan, find_running
from rapport.storage.migrations import upgrade
from tests.temporary import new_folder, places
from tests.waiting import taking_turns

_PREFIX = "rapport-tests-"
_RUN_DIRECTORY = "RAPPORT_TEST_RUN_DIRECTORY"
_EXTERNAL = "RAPPORT_TEST_DATABASE_URL"
_OLDEST_SUPPORTED = 150000
# Tests lose nothing in a power cut. Autovacuum only competes with them.
_FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "64MB",
    "max_connections": "200",
}
_Result = TypeVar("_Result")
_run_locks: list[DirectoryLock] = []
_started_here: list[EmbeddedPostgres] = []


@dataclass(frozen=True)
class DatabaseServer:
    """A running server and the template on it; `url` holds `{}` where the database's name goes."""

    url: str
    admin: str
    template: str
    strategy: str

    @asynccontextmanager
    async def new_database(self) -> AsyncIterator[str]:
        """The address of a copy of the template, dropped at the end with whoever is connected."""
        name = f"{self.template}_{os.getpid()}_{secrets.token_hex(4)}"
        await self._execute(
            f"CREATE DATABASE {name} TEMPLATE {self.template} STRATEGY {self.strategy}"
        )
        try:
            yield self.url.replace("{}", name)
        finally:
            await self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    async def make_template(self) -> None:
        """Migrate an empty database once; its copies are what tests get."""
        connection = await asyncpg.connect(self.admin)
        try:
            version = int(await connection.fetchval("SHOW server_version_num"))
            if version < _OLDEST_SUPPORTED:
                raise RuntimeError(f"{_EXTERNAL}: PostgreSQL 15 or later is needed, not {version}")
            await connection.execute(f"CREATE DATABASE {self.template}")
        finally:
            await connection.close()
        await upgrade(self.url.replace("{}", self.template))

    async def drop_template(self) -> None:
        """For a server that outlives the run."""
        await self._execute(f"DROP DATABASE IF EXISTS {self.template} WITH (FORCE)")

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(self.admin)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def begin_run(*, is_worker: bool) -> None:
    """Make the run's directory, after clearing away what runs that were killed left behind."""
    if is_worker or _RUN_DIRECTORY in os.environ:
        return
    for stale in chain.from_iterable(place.glob(f"{_PREFIX}*") for place in places()):
        with suppress(EmbeddedDatabaseError, OSError), DirectoryLock(stale / "run.lock"):
            _tear_down(stale)
    unnamed = new_folder("rapport-new-")
    lock = DirectoryLock(unnamed / "run.lock")
    lock.acquire()
    # Only now does it have the name by which another run would take it for a dead one's.
    directory = unnamed.rename(unnamed.with_name(unnamed.name.replace("rapport-new-", _PREFIX)))
    _run_locks.append(lock)
    os.environ[_RUN_DIRECTORY] = str(directory)


def end_run(*, is_worker: bool) -> None:
    """Stop the server, if a test started one, and remove the run's directory."""
    if is_worker or not _run_locks:
        return
    _tear_down(Path(os.environ.pop(_RUN_DIRECTORY)))
    _run_locks.pop().release()


def server_of_this_run() -> DatabaseServer:
    """The run's server, started and migrated by whoever asks first."""
    directory = Path(os.environ[_RUN_DIRECTORY])
    description = directory / "server.json"
    with taking_turns(directory / "server.lock"):
        if not description.exists():
            server = _in_new_loop(_start(directory))
            description.write_text(json.dumps(asdict(server)))
        return DatabaseServer(**json.loads(description.read_text()))


async def _start(directory: Path) -> DatabaseServer:
    template = f"rapport_{secrets.token_hex(4)}"
    if external := os.environ.get(_EXTERNAL):
        url = urlunsplit(urlsplit(external)._replace(path="/{}"))
        server = DatabaseServer(url, external, template, "WAL_LOG")
        await server.make_template()
        return server
    postgres = EmbeddedPostgres(directory / "postgres", settings=_FAST)
    await postgres.start()
    try:
        # Measured for 50 tables without fsync: FILE_COPY 28 ms, WAL_LOG 66 ms; dropping 10 ms.
        url = postgres.dsn_of("PLACEHOLDER").replace("PLACEHOLDER", "{}")
        server = DatabaseServer(url, postgres.dsn_of("postgres"), template, "FILE_COPY")
        await server.make_template()
    except BaseException:
        await postgres.stop()
        raise
    _started_here.append(postgres)
    return server


def _tear_down(directory: Path) -> None:
    description = directory / "server.json"
    if (directory / "postgres").exists():
        _in_new_loop(_stop(directory / "postgres"))
    elif description.exists():
        server = DatabaseServer(**json.loads(description.read_text()))
        with suppress(OSError, asyncpg.PostgresError):
            _in_new_loop(server.drop_template())
    shutil.rmtree(directory, ignore_errors=True)


async def _stop(data_directory: Path) -> None:
    while _started_here:
        await _started_here.pop().stop()
    # Or it was another process, which may be gone: then it is found by its directory.
    binaries = find_binaries()
    cluster = Cluster(data_directory, binaries)
    if (pid := find_running(cluster, binaries)) is not None:
        await end_orphan(pid, cluster, binaries, 10)


def _in_new_loop(work: Coroutine[Any, Any, _Result]) -> _Result:
    """Run to the end in a thread of its own, whatever loop this thread may have."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()
