"""A database that takes connections and never speaks, as one that goes down may do."""

from __future__ import annotations

import asyncio

import pytest

from rapport.storage.database import LOST, Database


async def test_it_is_not_waited_for_longer_than_a_provider_waits() -> None:
    taken: list[asyncio.Task[None]] = []

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()

    def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken.append(asyncio.create_task(silent(reader, writer)))

    async with await asyncio.start_server(take, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        dsn = f"postgresql://rapport:secret@127.0.0.1:{port}/rapport?sslmode=disable"
        with pytest.raises(LOST):
            await Database.connect(dsn, within_s=0.2)
        assert taken
        await asyncio.gather(*taken)
