"""What operators' commands work with: the database of a running server, or their own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

from rapport.application.access import Access
from rapport.application.configuration.administration import Administration
from rapport.application.configuration.yaml_text import DocumentRefused
from rapport.application.second_factor import SecondFactors
from rapport.application.tokens import Tokens
from rapport.bootstrap.files import kept_files
from rapport.channels.discovery import connectors
from rapport.cli.serving import database_of
from rapport.clock import SystemClock
from rapport.domain.errors import Refused
from rapport.settings import Settings
from rapport.storage.accounts import ways_in
from rapport.storage.configuration import StoredConfiguration
from rapport.storage.configuration_writer import PostgresConfigurationStore
from rapport.storage.database import Database
from rapport.storage.embedded import EmbeddedDatabaseError, dsn_of_running
from rapport.storage.people import People
from rapport.storage.secrets import Vault, load_key

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tools:
    """An installation, as commands change it."""

    administration: Administration
    configuration: StoredConfiguration
    access: Access
    tokens: Tokens
    second_factors: SecondFactors
    people: People


@asynccontextmanager
async def reachable_database(settings: Settings) -> AsyncIterator[str]:
    """The URL of the external database, of the embedded one of a running server, or of one
    started for as long as this lasts.

    Raises:
        SystemExit: in words, when there is none.
    """
    running = None
    if settings.database_url is None:
        try:
            running = dsn_of_running(settings.data / "postgres")
        except EmbeddedDatabaseError as error:
            sys.exit(f"{error} [{error.code}]")
    if running is not None:
        yield running
        return
    async with database_of(settings) as dsn:
        yield dsn


@asynccontextmanager
async def installation(settings: Settings) -> AsyncIterator[Tools]:
    """Connected and with the newest configuration."""
    async with reachable_database(settings) as dsn:
        database = await Database.connect(dsn, minimum=1, maximum=4)
        connectors()
        try:
            clock, configuration = SystemClock(), StoredConfiguration(database)
            await configuration.refresh()
            vault = Vault(load_key(settings.secret_key, settings.data))
            store = PostgresConfigurationStore(database, configuration)
            accounts = ways_in(database, clock, configuration, vault, lambda *_: True)
            yield Tools(
                Administration(store, configuration, vault, clock),
                configuration,
                accounts.access,
                accounts.tokens,
                accounts.second_factors,
                People(
                    database,
                    kept_files(settings),
                    vault,
                    settings.data / "spool",
                ),
            )
        finally:
            await database.close()


def run(work: Callable[[Tools], Awaitable[T]]) -> T:
    """Run a command's work; a refusal ends the process with its words and its code.

    Raises:
        DocumentRefused: to be told with the file's name.
    """

    async def connected() -> T:
        async with installation(Settings()) as tools:
            return await work(tools)

    try:
        return asyncio.run(connected())
    except DocumentRefused:
        raise
    except Refused as refused:
        fields = refused.details.get("fields")
        lines = (
            [f"  {f['path']}: {f['message']}" for f in fields] if isinstance(fields, list) else []
        )
        sys.exit("\n".join([f"{refused.message} [{refused.code}]", *lines]))
