"""`EmbeddedPostgres`: start, supervise and stop the server of one data directory."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from types import TracebackType

import asyncpg
import structlog

from rapport.storage.embedded import log, postmaster
from rapport.storage.embedded.account import Account, choose_account
from rapport.storage.embedded.binaries import Binaries, find_binaries
from rapport.storage.embedded.cluster import Cluster
from rapport.storage.embedded.endpoint import (
    Endpoint,
    choose_endpoint,
    discard_endpoint,
    free_port,
)
from rapport.storage.embedded.errors import (
    EmbeddedDatabaseError,
    explained,
    from_output,
)
from rapport.storage.embedded.lock import DirectoryLock

_logger = structlog.get_logger(__name__)

_POLL_S = 0.01
_WATCH_S = 0.2
_LOG_LIMIT = 10_000_000
_PORT_ATTEMPTS = 5
_FIRST_BACK_OFF_S, _LONGEST_BACK_OFF_S = 0.5, 30.0
# A server that ran this long has recovered; its next death is a new story.
_SETTLED_S = 60.0


class State(StrEnum):
    """What the server is doing, for health reports."""

    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    FAILED = "failed"


class EmbeddedPostgres:
    """The PostgreSQL server of one data directory, run by this process alone.

    The data outlives everything; the server ends by `stop` only. If Rapport is killed, the server
    goes on until the next `start`, which shuts it down in order and starts afresh.
    """

    def __init__(
        self,
        data_directory: Path,
        *,
        database: str = "rapport",
        settings: Mapping[str, str] | None = None,
        loopback: bool = False,
        start_timeout_s: float = 300.0,
        stop_timeout_s: float = 60.0,
    ) -> None:
        self.data_directory = data_directory.resolve()
        self.state = State.STOPPED
        self.last_error: EmbeddedDatabaseError | None = None
        self.restarts = 0
        self._database = database
        self._settings = dict(settings or {})
        self._loopback = loopback
        self._start_timeout_s = start_timeout_s
        self._stop_timeout_s = stop_timeout_s
        self._lock = DirectoryLock(self.data_directory / "rapport.lock")
        self._busy = asyncio.Lock()
        self._account = Account()
        self._binaries: Binaries | None = None
        self._cluster: Cluster | None = None
        self._endpoint: Endpoint | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def dsn(self) -> str:
        """The address of Rapport's database, the same after a restart by `supervise`.

        Raises:
            RuntimeError: before `start`.
        """
        return self.dsn_of(self._database)

    def dsn_of(self, database: str) -> str:
        """The address of any database of this server."""
        if self._endpoint is None:
            raise RuntimeError("the embedded database has not been started")
        return self._endpoint.dsn(database)

    @property
    def pid(self) -> int | None:
        """The main process of the running server."""
        return self._process.pid if self._process and self._process.poll() is None else None

    async def start(self) -> None:
        """Bring the server up, making the database at the first time; returns when it answers.

        Raises:
            EmbeddedDatabaseError: with every code of `ErrorCode`; nothing is left running then.
        """
        async with self._busy:
            if self._process is not None:
                return
            self.state = State.STARTING
            try:
                await self._prepare()
                await self._launch()
            except BaseException as error:
                await self._shut_down()
                self.state = State.FAILED
                self.last_error = error if isinstance(error, EmbeddedDatabaseError) else None
                raise
            self.state = State.RUNNING
            self.last_error = None

    async def stop(self) -> None:
        """Shut the server down in order; its data stay. Does nothing if it is not running."""
        async with self._busy:
            await self._shut_down()
            self.state = State.STOPPED

    async def healthy(self, timeout_s: float = 5.0) -> bool:
        """Whether the database answers a query within the time."""
        if self.state is not State.RUNNING:
            return False
        try:
            async with asyncio.timeout(timeout_s):
                connection = await asyncpg.connect(self.dsn)
                try:
                    await connection.execute("SELECT 1")
                finally:
                    connection.terminate()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return False
        return True

    async def supervise(self) -> None:
        """Start the server again whenever it dies, and keep its log small; runs until cancelled.

        Attempts that fail are repeated with growing pauses of up to 30 s; meanwhile `state` is
        `failed` and `last_error` tells why, so a full disk heals as soon as there is room.
        """
        pause_s = 0.0
        running_since = asyncio.get_running_loop().time()
        while True:
            await asyncio.sleep(_WATCH_S)
            if self._cluster is not None and log.size(self._cluster.log) > _LOG_LIMIT:
                await asyncio.to_thread(log.cap, self._cluster.log, _LOG_LIMIT)
            if self.state is State.STOPPED or self.pid is not None:
                continue
            now = asyncio.get_running_loop().time()
            pause_s = 0.0 if now - running_since > _SETTLED_S else pause_s
            await asyncio.sleep(pause_s)
            await self._restart()
            running_since = asyncio.get_running_loop().time()
            pause_s = min(max(pause_s * 2, _FIRST_BACK_OFF_S), _LONGEST_BACK_OFF_S)

    async def _restart(self) -> None:
        async with self._busy:
            # `stop`, or a `start`, may have come first.
            if self._process is None or self.pid is not None:
                return
            _logger.warning("embedded_database_died", exit_code=self._process.poll())
            self.state = State.STARTING
            try:
                await self._launch()
            except EmbeddedDatabaseError as error:
                self.state = State.FAILED
                self.last_error = error
                _logger.error("embedded_database_failed", code=error.code, reason=error.message)  # noqa: TRY400
                return
            self.restarts += 1
            self.state = State.RUNNING
            self.last_error = None
            _logger.info("embedded_database_restarted", restarts=self.restarts)

    async def _prepare(self) -> None:
        """Everything up to the point where the server can be launched."""
        self._binaries = find_binaries()
        cluster = self._cluster = Cluster(self.data_directory, self._binaries)
        with explained(self.data_directory):
            self.data_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock.acquire()
        self._account = choose_account(cluster.directory, self._binaries.directory / "postgres")
        if cluster.check():
            orphan = await asyncio.to_thread(postmaster.find_running, cluster, self._binaries)
            if orphan is not None:
                _logger.warning("embedded_database_orphan", pid=orphan)
                await postmaster.end_orphan(orphan, cluster, self._binaries, self._stop_timeout_s)
        else:
            await cluster.create(self._account)
        with explained(self.data_directory):
            self._endpoint = choose_endpoint(
                self.data_directory, cluster.password(), self._account, loopback=self._loopback
            )

    async def _launch(self) -> None:
        """Start the main process and wait until it answers."""
        for attempt in range(_PORT_ATTEMPTS):
            try:
                await self._launch_once()
            except EmbeddedDatabaseError as error:
                taken = "could not create any TCP/IP sockets" in error.message
                if not taken or attempt == _PORT_ATTEMPTS - 1:
                    raise
                assert self._endpoint is not None
                self._endpoint = Endpoint(None, free_port(), self._endpoint.password)
            else:
                return

    async def _launch_once(self) -> None:
        assert self._cluster is not None
        assert self._binaries is not None
        assert self._endpoint is not None
        cluster = self._cluster
        cluster.configure(self._account, self._endpoint, self._settings)
        with explained(self.data_directory):
            await asyncio.to_thread(postmaster.end_leftovers, cluster)
            postmaster.forget_dead(cluster)
            self._endpoint.remove_leftovers()
            log_start = log.size(cluster.log)
            self._process = postmaster.spawn(cluster, self._account, self._binaries)
        try:
            async with asyncio.timeout(self._start_timeout_s):
                await self._wait_until_ready(log_start)
                await self._ensure_database()
        except TimeoutError:
            await postmaster.end_child(self._process, self._binaries, self._stop_timeout_s)
            raise EmbeddedDatabaseError(
                "start_timeout",
                f"The embedded PostgreSQL did not get ready within {self._start_timeout_s:g} s. "
                f"What it was doing is in {cluster.log}.",
            ) from None

    async def _wait_until_ready(self, log_start: int) -> None:
        assert self._cluster is not None
        assert self._process is not None
        while True:
            if self._process.poll() is not None:
                output = log.written_since(self._cluster.log, log_start)
                raise from_output(output, self.data_directory, self._cluster.log)
            stated = postmaster.read_pid_file(self._cluster)
            if stated is not None and stated.pid == self._process.pid and stated.ready:
                return
            await asyncio.sleep(_POLL_S)

    async def _ensure_database(self) -> None:
        try:
            connection = await asyncpg.connect(self.dsn_of("postgres"))
            try:
                query = "SELECT 1 FROM pg_database WHERE datname = $1"
                if await connection.fetchval(query, self._database) is None:
                    quoted = self._database.replace('"', '""')
                    await connection.execute(f'CREATE DATABASE "{quoted}"')
            finally:
                connection.terminate()
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise from_output(str(error), self.data_directory) from error

    async def _shut_down(self) -> None:
        try:
            if self._process is not None and self._binaries is not None:
                await postmaster.end_child(self._process, self._binaries, self._stop_timeout_s)
        finally:
            self._process = None
            if self._endpoint is not None:
                discard_endpoint(self._endpoint, self.data_directory)
                self._endpoint = None
            self._lock.release()

    async def __aenter__(self) -> EmbeddedPostgres:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()


async def dsn_of_running(data_directory: Path, database: str = "rapport") -> str | None:
    """The address of a server that another Rapport runs on this directory; None if none runs."""
    binaries = find_binaries()
    cluster = Cluster(data_directory.resolve(), binaries)
    if not cluster.check():
        return None
    running = await asyncio.to_thread(postmaster.find_running, cluster, binaries)
    stated = postmaster.read_pid_file(cluster)
    if running is None or stated is None or not stated.ready:
        return None
    directory = Path(stated.socket_directory) if stated.socket_directory else None
    return Endpoint(directory, stated.port, cluster.password()).dsn(database)
