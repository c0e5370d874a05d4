"""What every test may ask for. The machinery is in the modules named here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from tests.bucket import TestBucket, new_bucket, s3_process
from tests.database import DatabaseServer, begin_run, end_run, server_of_this_run
from tests.pooling import one_at_a_time, watch_pools


def pytest_configure(config: pytest.Config) -> None:
    begin_run(is_worker=hasattr(config, "workerinput"))
    watch_pools()


def pytest_unconfigure(config: pytest.Config) -> None:
    end_run(is_worker=hasattr(config, "workerinput"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What tests have recorded (`record_property`), which no test judges."""
    for report in terminalreporter.stats.get("passed", ()):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{report.nodeid.rsplit('::', 1)[-1]}: {name}: {value}")


@pytest.fixture(autouse=True)
def _one_connection_each() -> Iterator[None]:
    with one_at_a_time():
        yield


@pytest.fixture(scope="session")
def database_server() -> DatabaseServer:
    return server_of_this_run()


@pytest_asyncio.fixture
async def database(database_server: DatabaseServer) -> AsyncIterator[str]:
    """The address of a migrated database of this test's own."""
    async with database_server.new_database() as dsn:
        yield dsn


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_database(database_server: DatabaseServer) -> AsyncIterator[str]:
    """The same, shared by the tests of a module that say how they share it."""
    async with database_server.new_database() as dsn:
        yield dsn


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an S3 server, one for each process of the run that needs it."""
    with s3_process(tmp_path_factory.mktemp("s3")) as url:
        yield url


@pytest_asyncio.fixture
async def bucket(s3_server: str) -> AsyncIterator[TestBucket]:
    """A bucket of this test's own."""
    async with new_bucket(s3_server) as made:
        yield made
