"""From a data directory to a server that answers: everything before and up to readiness."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import structlog

from rapport.storage.embedded import log, postmaster
from rapport.storage.embedded.account import Account, choose_account
from rapport.storage.embedded.binaries import Binaries, find_binaries
from rapport.storage.embedded.cluster import Cluster
from rapport.storage.embedded.endpoint import Endpoint, choose_endpoint, discard_endpoint, free_port
from rapport.storage.embedded.errors import EmbeddedDatabaseError, explained, from_output

_logger = structlog.get_logger(__name__)

_POLL_S = 0.01
_PORT_ATTEMPTS = 5


@dataclass(frozen=True)
class Options:
    """How a server is to run; see `EmbeddedPostgres`."""

    database: str = "rapport"
    settings: Mapping[str, str] = field(default_factory=dict)
    loopback: bool = False
    start_timeout_s: float = 300.0
    stop_timeout_s: float = 60.0


@dataclass
class Installation:
    """A cluster that exists, nobody runs, and is ready to be launched."""

    cluster: Cluster
    binaries: Binaries
    account: Account
    endpoint: Endpoint
    options: Options

    async def end(self, process: subprocess.Popen[bytes]) -> None:
        """Shut a launched server down in order."""
        await postmaster.end_child(process, self.binaries, self.options.stop_timeout_s)

    def discard(self) -> None:
        """Remove what lies outside the data directory."""
        discard_endpoint(self.endpoint, self.cluster.data_directory)


async def install(data_directory: Path, options: Options) -> Installation:
    """Make the cluster if there is none, and shut down a server that a killed Rapport left.

    The caller holds the directory's lock.

    Raises:
        EmbeddedDatabaseError: whatever is wrong with the directory, the account or the cluster.
    """
    binaries = find_binaries()
    cluster = Cluster(data_directory, binaries)
    account = choose_account(cluster.directory, Path(binaries.program("postgres")))
    if cluster.check():
        orphan = await asyncio.to_thread(postmaster.find_running, cluster, binaries)
        if orphan is not None:
            _logger.warning("embedded_database_orphan", pid=orphan)
            await postmaster.end_orphan(orphan, cluster, binaries, options.stop_timeout_s)
    else:
        await cluster.create(account)
    with explained(data_directory):
        endpoint = choose_endpoint(
            data_directory, cluster.password(), account, loopback=options.loopback
        )
    return Installation(cluster, binaries, account, endpoint, options)


async def launch(installation: Installation) -> subprocess.Popen[bytes]:
    """Start the main process and wait until the database answers.

    A loopback port that somebody took in the meantime is replaced by another one.

    Raises:
        EmbeddedDatabaseError: nothing is left running then.
    """
    for _ in range(_PORT_ATTEMPTS - 1):
        try:
            return await _launch_once(installation)
        except EmbeddedDatabaseError as error:
            if "could not create any TCP/IP sockets" not in error.message:
                raise
            password = installation.endpoint.password
            installation.endpoint = Endpoint(None, free_port(), password)
    return await _launch_once(installation)


async def _launch_once(installation: Installation) -> subprocess.Popen[bytes]:
    cluster, options = installation.cluster, installation.options
    cluster.configure(installation.account, installation.endpoint, options.settings)
    await postmaster.end_leftovers(cluster)
    with explained(cluster.data_directory):
        postmaster.forget_dead(cluster)
        installation.endpoint.remove_leftovers()
        log_start = log.size(cluster.log)
        process = postmaster.spawn(cluster, installation.account, installation.binaries)
    try:
        async with asyncio.timeout(options.start_timeout_s):
            await _until_ready(process, cluster, log_start)
            await _ensure_database(installation)
    except TimeoutError:
        await installation.end(process)
        raise EmbeddedDatabaseError(
            "start_timeout",
            f"The embedded PostgreSQL was not ready after {options.start_timeout_s:g} s. What it "
            f"was doing is in {cluster.log}.",
        ) from None
    except BaseException:
        await installation.end(process)
        raise
    return process


async def _until_ready(process: subprocess.Popen[bytes], cluster: Cluster, log_start: int) -> None:
    while True:
        if process.poll() is not None:
            output = log.written_since(cluster.log, log_start)
            raise from_output(output, cluster.data_directory, cluster.log)
        stated = postmaster.read_pid_file(cluster)
        if stated is not None and stated.pid == process.pid and stated.ready:
            return
        await asyncio.sleep(_POLL_S)


async def _ensure_database(installation: Installation) -> None:
    name = installation.options.database
    try:
        connection = await asyncpg.connect(installation.endpoint.dsn("postgres"))
        try:
            if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
                quoted = name.replace('"', '""')
                await connection.execute(f'CREATE DATABASE "{quoted}"')
        finally:
            await connection.close()
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        cluster = installation.cluster
        raise from_output(str(error), cluster.data_directory, cluster.log) from error


async def answers(dsn: str, timeout_s: float) -> bool:
    """Whether the database answers a query within the time."""
    with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        async with asyncio.timeout(timeout_s):
            connection = await asyncpg.connect(dsn)
            try:
                await connection.execute("SELECT 1")
            finally:
                connection.terminate()
            return True
    return False
