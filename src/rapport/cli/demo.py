"""`rapport demo`: everything on one machine, with sample data and scripted visitors."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from rapport.api.context import Context
from rapport.application.access import Access
from rapport.bootstrap import running
from rapport.channels.discovery import connectors
from rapport.cli.providers import Ports, commands, connect_accounts
from rapport.cli.sample import PASSWORD, PEOPLE, SITE, connect_shop, create_sample_company
from rapport.cli.serving import database_of, serve_until_signalled, server_of, traced
from rapport.clock import SystemClock
from rapport.observability import logs
from rapport.settings import Settings
from rapport.storage.accounts.sessions import PostgresSessions
from rapport.storage.configuration import StoredConfiguration
from rapport.storage.database import Database
from rapport.storage.secrets import Vault, load_key


async def run_demo(port: int, shop_port: int, phone_port: int, data: str, *, visitors: bool) -> int:
    """Run until Ctrl-C; returns the exit code."""
    settings = Settings(data=Path(data), port=port, private_networks="127.0.0.0/8")
    logs.set_up(settings.log_level, settings.log_format)
    print("Starting Rapport …", flush=True)
    async with traced(settings) as seams, database_of(settings) as dsn:
        url = f"http://{settings.host}:{port}"
        ports = Ports(phone_port)
        shop = f"http://127.0.0.1:{shop_port}"
        accounts = await _prepare(dsn, settings, url, ports, shop)

        @asynccontextmanager
        async def lifespan() -> AsyncIterator[Context]:
            async with running(settings, dsn, seams=seams) as node:
                yield node.context

        server = server_of(settings, lifespan, seams)
        companions = asyncio.create_task(
            _companions(url, shop_port, ports, commands(url, ports, accounts), visitors=visitors)
        )
        try:
            await serve_until_signalled(server)
        finally:
            companions.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await companions
    return 0 if server.started else 1


async def _prepare(
    dsn: str, settings: Settings, url: str, ports: Ports, shop: str
) -> dict[str, int]:
    clock = SystemClock()
    database = await Database.connect(dsn)
    try:
        configuration = StoredConfiguration(database)
        access = Access(PostgresSessions(database), clock, configuration)
        connectors()
        await create_sample_company(database, configuration, access, clock)
        await connect_shop(database, configuration, clock, shop)
        vault = Vault(load_key(settings.secret_key, settings.data))
        return await connect_accounts(database, configuration, vault, clock, url, ports)
    finally:
        await database.close()


async def _companions(
    url: str, shop_port: int, ports: Ports, providers: list[list[str]], *, visitors: bool
) -> None:
    """The shop and the visitors, as processes of their own that speak the public protocol."""
    await _answers(url)
    shop = f"http://127.0.0.1:{shop_port}"
    commands = [
        [
            "-m",
            "rapport_simulators.shop",
            "--port",
            str(shop_port),
            "--server",
            url,
            "--site",
            SITE,
        ],
        *providers,
    ]
    if visitors:
        commands.append(
            ["-m", "rapport_simulators.visitors", "--server", url, "--site", SITE, "--origin", shop]
        )
    processes = []
    try:
        for command in commands:
            # What they say of their addresses would stand around ours; what goes wrong is shown.
            process = await asyncio.create_subprocess_exec(
                sys.executable, *command, stdout=asyncio.subprocess.DEVNULL
            )
            processes.append(process)
        _introduce(url, shop, f"http://127.0.0.1:{ports.phone}")
        await asyncio.gather(*(process.wait() for process in processes))
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        await asyncio.gather(*(process.wait() for process in processes))


async def _answers(url: str) -> None:
    import httpx2

    async with httpx2.AsyncClient() as client:
        while True:
            with contextlib.suppress(httpx2.HTTPError):
                if (await client.get(f"{url}/readyz")).status_code == 200:
                    return
            await asyncio.sleep(0.1)


def _introduce(url: str, shop: str, phone: str) -> None:
    logins = ", ".join(f"{login} ({', '.join(who[1])})" for login, who in PEOPLE.items())
    print(
        f"\n  Desktop   {url}\n  Shop      {shop}\n"
        f"  Phone     {phone}   a customer on WhatsApp, Messenger, SMS and e-mail\n\n"
        f"  Logins    {logins}\n  Password  {PASSWORD}\n\n"
        "  Sign in as ana, choose Available, and write in the shop's chat or on the phone.\n"
        "  Ctrl-C stops.\n",
        flush=True,
    )
