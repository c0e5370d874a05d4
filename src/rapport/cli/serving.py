"""`rapport serve` and `rapport migrate`."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import uvicorn
from typing_extensions import override

from rapport.api.app import Application
from rapport.api.context import Context
from rapport.bootstrap import running
from rapport.cli.corked import CorkedProtocol
from rapport.observability import logs
from rapport.settings import Settings
from rapport.storage import migrations
from rapport.storage.embedded import EmbeddedDatabaseError, EmbeddedPostgres
from rapport.tracing.opening import NotInstalledError, opened_tracing
from rapport.tracing.seams import Seams

ROLES = frozenset({"api", "worker"})


@asynccontextmanager
async def database_of(settings: Settings, *, migrated: bool = True) -> AsyncIterator[str]:
    """The database's URL; the embedded one is started, supervised and migrated (or left as it is).

    Raises:
        SystemExit: in words, when there is no database to work with.
    """
    if settings.database_url is not None:
        try:
            missing = await migrations.pending(settings.database_url)
        except migrations.NewerSchemaError as error:
            sys.exit(str(error))
        if missing and migrated:
            sys.exit(f"The database lacks {len(missing)} migrations. Run: rapport migrate")
        yield settings.database_url
        return
    try:
        server = EmbeddedPostgres(settings.data / "postgres")
        await server.start()
    except EmbeddedDatabaseError as error:
        sys.exit(f"{error} [{error.code}]")
    supervision = asyncio.create_task(server.supervise())
    try:
        if migrated:
            await migrations.upgrade(server.dsn)
        yield server.dsn
    except migrations.NewerSchemaError as error:
        sys.exit(str(error))
    finally:
        supervision.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await supervision
        await server.stop()


@asynccontextmanager
async def traced(settings: Settings, roles: frozenset[str] = ROLES) -> AsyncIterator[Seams]:
    """The seams of this node, traced where the settings say so.

    Raises:
        SystemExit: in words, when OpenTelemetry is not installed.
    """
    try:
        async with opened_tracing(settings, roles, os.environ) as seams:
            yield seams
    except NotInstalledError as error:
        sys.exit(f"{error} [{error.code}]")


class Server(uvicorn.Server):
    """uvicorn that leaves signals to us."""

    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are handled by the command."""
        yield


def server_of(
    settings: Settings,
    lifespan: Callable[[], AbstractAsyncContextManager[Context]],
    seams: Seams | None = None,
) -> Server:
    """An HTTP server for these settings, tuned as measured (DESIGN §2)."""
    config = uvicorn.Config(
        (seams or Seams()).application(Application(lifespan)),
        host=settings.host,
        port=settings.port,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http=CorkedProtocol,
        ws="websockets-sansio",
        ws_per_message_deflate=False,
        ws_max_size=1_000_000,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=settings.trusted_proxies,
        timeout_graceful_shutdown=5,
        backlog=4096,
    )
    return Server(config)


async def serve_until_signalled(server: Server) -> None:
    """Serve until SIGINT or SIGTERM."""
    # What lives from the start is not looked at again, and the rest less often: the collector
    # took 3 % of a busy server.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(number, stop)
    await server.serve()


def invite_to_set_up(settings: Settings, code: str) -> None:
    """Tell the operator of an empty installation where it is set up, and with which code."""
    base = (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")
    print(
        f"\n  There is no user yet. Create the first administrator at\n"
        f"  {base}/#setup={code}\n  Set-up code: {code}\n",
        flush=True,
    )


async def run_server(roles: frozenset[str]) -> int:
    """Serve until signalled; returns the exit code."""
    if not roles or not roles <= ROLES:
        sys.exit(f"Unknown roles: {', '.join(sorted(roles - ROLES))}. There are api and worker.")
    settings = Settings()
    logs.set_up(settings.log_level, settings.log_format)
    async with traced(settings, roles) as seams, database_of(settings) as dsn:

        @asynccontextmanager
        async def lifespan() -> AsyncIterator[Context]:
            async with running(settings, dsn, roles, seams=seams) as node:
                if "api" in roles and node.context.set_up.needed:
                    invite_to_set_up(settings, node.context.set_up.code)
                yield node.context

        server = server_of(settings, lifespan, seams)
        await serve_until_signalled(server)
        return 0 if server.started else 1
