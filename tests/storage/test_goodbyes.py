"""A server that says goodbye while nothing was asked: the next question must not end a node.

The database is the real one, behind a proxy that says the goodbye in its name and leaves the
connection open, as it is for a moment when a node's next question comes just then.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest
import pytest_asyncio

from rapport.storage.configuration import StoredConfiguration
from rapport.storage.database import LOOKUPS, LOST, Database
from rapport.storage.ingest_texts import Texts
from rapport.stream.asides import Asides
from rapport.stream.hub import Hub
from rapport.stream.tail import Tail
from rapport.stream.wire import Commit
from tests.centre import TestClock

FIELDS = b"SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"
GOODBYE = b"E" + (len(FIELDS) + 4).to_bytes(4) + FIELDS


class Proxy:
    """Carries bytes between nodes and the database at `dsn`."""

    def __init__(self, dsn: str) -> None:
        self._real = urlsplit(dsn)
        self._nodes: list[asyncio.StreamWriter] = []
        self._open: list[asyncio.StreamWriter] = []
        self._carrying: list[asyncio.Task[None]] = []
        self.dsn = ""

    async def run(self) -> asyncio.Server:
        server = await asyncio.start_server(self._take, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        who = self._real.netloc.rpartition("@")[0]
        self.dsn = f"postgresql://{who}@127.0.0.1:{port}{self._real.path}?sslmode=disable"
        return server

    def say_goodbye(self) -> None:
        """To everybody who is connected now."""
        for node in self._nodes:
            node.write(GOODBYE)
        self._nodes.clear()

    def fall_silent(self) -> None:
        """Connections stay, and nothing comes or goes."""
        for task in self._carrying:
            task.cancel()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        found = parse_qs(self._real.query)
        if "host" in found:
            path = f"{found['host'][0]}/.s.PGSQL.{found['port'][0]}"
            from_database, database = await asyncio.open_unix_connection(path)
        else:
            host, port = self._real.hostname, self._real.port
            from_database, database = await asyncio.open_connection(host, port)
        self._nodes.append(writer)
        self._open += writer, database
        for source, target in ((reader, database), (from_database, writer)):
            self._carrying.append(asyncio.create_task(self._carry(source, target)))

    async def _carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                target.write(data)
        target.close()

    async def close(self) -> None:
        self.fall_silent()
        await asyncio.gather(*self._carrying, return_exceptions=True)
        for writer in self._open:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


@pytest_asyncio.fixture
async def proxy(database: str) -> AsyncIterator[Proxy]:
    made = Proxy(database)
    async with await made.run():
        yield made
        await made.close()


async def test_the_stream_goes_on(database: str, proxy: Proxy) -> None:
    seen: list[Commit] = []
    hub = Hub(lambda _: [])
    hub.on_commit(seen.append)

    async def unsaid(_: str) -> None:
        """Nobody speaks here."""

    reading = asyncio.create_task(Tail(proxy.dsn, hub, LOOKUPS, Asides(hub, unsaid)).run())
    writing = await asyncpg.connect(database)

    async def commit(number: int) -> None:
        await writing.execute(
            "INSERT INTO event (commit_id, ord, at, kind, audience, customer)"
            f" VALUES ({number}, 0, now(), 'test', '{{everyone}}', false); SELECT seal({number})"
        )
        async with asyncio.timeout(30):
            while len(seen) < number and not reading.done():
                await asyncio.sleep(0.001)

    async with asyncio.timeout(30):
        while not hub.epoch:
            await asyncio.sleep(0.001)
    await commit(1)
    proxy.say_goodbye()
    await commit(2)
    assert [commit.pos for commit in seen] == [1, 2]
    reading.cancel()
    with suppress(asyncio.CancelledError):
        await reading
    await writing.close()


async def test_the_reader_can_be_ended_while_it_is_silent(proxy: Proxy) -> None:
    hub = Hub(lambda _: [])

    async def unsaid(_: str) -> None:
        """Nobody speaks here."""

    tail = Tail(proxy.dsn, hub, LOOKUPS, Asides(hub, unsaid))
    reading = asyncio.create_task(tail.run())
    async with asyncio.timeout(30):
        await tail.started.wait()
    proxy.fall_silent()
    reading.cancel()
    await asyncio.wait([reading], timeout=30)
    assert reading.cancelled()


async def test_writers_rest_while_it_is_silent(proxy: Proxy) -> None:
    database = await Database.connect(proxy.dsn, minimum=1, maximum=1)
    texts = Texts(database, StoredConfiguration(database), TestClock())
    async with texts._connection() as connection:
        await connection.fetchval("SELECT 1")
    proxy.fall_silent()
    await texts.rest()
    assert connection.is_closed()
    database.pool.terminate()


async def test_it_counts_as_a_database_that_is_away(proxy: Proxy) -> None:
    database = await Database.connect(proxy.dsn, minimum=1, maximum=1)
    proxy.say_goodbye()

    async def ask_until_it_is_heard() -> None:
        while True:
            await database.pool.fetchval("SELECT 1")

    with pytest.raises(LOST):
        await ask_until_it_is_heard()
    database.pool.terminate()
