"""The configuration in the database: read whole, written one thing at a time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import asyncpg
from pydantic import ValidationError

from rapport.application.configuration.snapshot import Configuration, Item
from rapport.application.configuration.specs import SPECS
from rapport.storage.database import Database, decode_json


class StoredConfiguration:
    """Holds the newest snapshot; `refresh` brings it up to date."""

    def __init__(self, database: Database, *, linked: bool = False) -> None:
        self._database = database
        self._linked = linked
        self._current = Configuration.of(0, ())
        self._refreshing = asyncio.Lock()

    @property
    def current(self) -> Configuration:
        """The newest snapshot known to this process."""
        return self._current

    async def refresh(self) -> Configuration:
        """Read it again if the stored version is newer."""
        async with self._refreshing, self._database.pool.acquire() as connection:
            version = await connection.fetchval("SELECT config_version FROM installation")
            if version != self._current.version:
                loaded = await load(connection, version)
                self._current = replace(loaded, linked=self._linked)
        return self._current


async def load(connection: Any, version: int) -> Configuration:
    """All configured things; one whose spec no longer validates raises with its name."""
    rows: list[asyncpg.Record] = await connection.fetch(
        "SELECT id, kind, name, spec, version, secrets FROM configuration"
    )
    items = []
    for row in rows:
        try:
            spec = SPECS[row["kind"]].model_validate(decode_json(row["spec"]))
        except ValidationError as error:
            raise ValueError(f"stored {row['kind']} {row['name']!r}: {error}") from error
        items.append(
            Item(row["id"], row["kind"], row["name"], spec, row["version"], row["secrets"])
        )
    return Configuration.of(version, items)
