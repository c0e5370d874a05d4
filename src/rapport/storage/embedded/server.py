"""`EmbeddedPostgres`: start, supervise and stop the server of one data directory."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from rapport.storage.embedded import log, postmaster
from rapport.storage.embedded.binaries import find_binaries
from rapport.storage.embedded.cluster import Cluster
from rapport.storage.embedded.endpoint import Endpoint
from rapport.storage.embedded.errors import EmbeddedDatabaseError, explained
from rapport.storage.embedded.launch import Installation, Options, answers, install, launch
from rapport.storage.embedded.lock import DirectoryLock

_logger = structlog.get_logger(__name__)

_WATCH_S = 0.2
_LOG_LIMIT = 10_000_000
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
        self._options = Options(
            database, dict(settings or {}), loopback, start_timeout_s, stop_timeout_s
        )
        self._lock = DirectoryLock(self.data_directory / "rapport.lock")
        self._busy = asyncio.Lock()
        self._installation: Installation | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def dsn(self) -> str:
        """The address of Rapport's database; over a socket the same after every restart.

        Raises:
            RuntimeError: before `start`.
        """
        return self.dsn_of(self._options.database)

    def dsn_of(self, database: str) -> str:
        """The address of any database of this server."""
        if self._installation is None:
            raise RuntimeError("the embedded database has not been started")
        return self._installation.endpoint.dsn(database)

    @property
    def pid(self) -> int | None:
        """The main process of the server, if it is alive."""
        return self._process.pid if self._process and self._process.poll() is None else None

    async def start(self) -> None:
        """Bring the server up, making the database at the first time; returns when it answers.

        Raises:
            EmbeddedDatabaseError: with any code of `ErrorCode`; nothing is left running then.
        """
        async with self._busy:
            if self._installation is not None:
                return
            self.state = State.STARTING
            try:
                with explained(self.data_directory):
                    self.data_directory.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._lock.acquire()
                self._installation = await install(self.data_directory, self._options)
                self._process = await launch(self._installation)
            except BaseException as error:
                await self._shut_down()
                self._failed(error)
                raise
            self._running()

    async def stop(self) -> None:
        """Shut the server down in order; its data stay. Does nothing if it was not started."""
        async with self._busy:
            await self._shut_down()
            self.state = State.STOPPED

    async def healthy(self, timeout_s: float = 5.0) -> bool:
        """Whether the database answers a query within the time."""
        return self.state is State.RUNNING and await answers(self.dsn, timeout_s)

    async def supervise(self) -> None:
        """Start the server again whenever it dies, and keep its log small; runs until cancelled.

        Attempts that fail are repeated with growing pauses of up to 30 s; meanwhile `state` is
        `failed` and `last_error` tells why, so a full disk heals as soon as there is room.
        """
        loop = asyncio.get_running_loop()
        back_off_s, up_since = 0.0, loop.time()
        while True:
            await asyncio.sleep(_WATCH_S)
            if self._installation is None:
                continue
            with contextlib.suppress(OSError):
                if log.size(self._installation.cluster.log) > _LOG_LIMIT:
                    await asyncio.to_thread(log.cap, self._installation.cluster.log, _LOG_LIMIT)
            if self.pid is not None:
                continue
            if self.state is State.RUNNING:
                self.state = State.STARTING
                if loop.time() - up_since > _SETTLED_S:
                    back_off_s = 0.0
            await asyncio.sleep(back_off_s)
            await self._restart()
            up_since = loop.time()
            back_off_s = min(max(back_off_s * 2, _FIRST_BACK_OFF_S), _LONGEST_BACK_OFF_S)

    async def _restart(self) -> None:
        async with self._busy:
            # A `stop` may have come first.
            if self._installation is None or self.pid is not None:
                return
            if self._process is not None:
                _logger.warning("embedded_database_died", exit_code=self._process.returncode)
            self.state = State.STARTING
            self._process = None
            try:
                self._process = await launch(self._installation)
            except EmbeddedDatabaseError as error:
                self._failed(error)
                _logger.warning("embedded_database_failed", code=error.code, reason=error.message)
                return
            self.restarts += 1
            self._running()
            _logger.info("embedded_database_restarted", restarts=self.restarts)

    def _running(self) -> None:
        self.state = State.RUNNING
        self.last_error = None

    def _failed(self, error: BaseException) -> None:
        self.state = State.FAILED
        self.last_error = error if isinstance(error, EmbeddedDatabaseError) else None

    async def _shut_down(self) -> None:
        installation, process = self._installation, self._process
        self._installation = self._process = None
        try:
            if installation is not None and process is not None:
                await installation.end(process)
        finally:
            if installation is not None:
                installation.discard()
            self._lock.release()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()


def dsn_of_running(data_directory: Path, database: str = "rapport") -> str | None:
    """The address of a server that another Rapport runs on this directory; None if none runs.

    Raises:
        EmbeddedDatabaseError: if the directory holds something that cannot be used.
    """
    binaries = find_binaries()
    cluster = Cluster(data_directory.resolve(), binaries)
    if not cluster.check() or postmaster.find_running(cluster, binaries) is None:
        return None
    stated = postmaster.read_pid_file(cluster)
    if stated is None or not stated.ready:
        return None
    directory = Path(stated.socket_directory) if stated.socket_directory else None
    return Endpoint(directory, stated.port, cluster.password()).dsn(database)
