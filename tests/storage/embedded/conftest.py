"""Data directories for the embedded server; a cluster made once is copied for every test."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from rapport.storage.embedded import EmbeddedPostgres
from tests.storage.embedded.processes import copy_with_owners
from tests.temporary import new_folder


@pytest.fixture
def empty_directory() -> Iterator[Path]:
    """A place for a data directory that does not exist yet."""
    directory = new_folder("rapport-embedded-")
    yield directory / "data"
    shutil.rmtree(directory)


@pytest.fixture(scope="session")
def prototype() -> Iterator[Path]:
    folder = new_folder("rapport-prototype-")
    directory = folder / "data"

    async def make() -> None:
        async with EmbeddedPostgres(directory):
            pass

    asyncio.run(make())
    yield directory
    shutil.rmtree(folder)


@pytest.fixture
def data_directory(prototype: Path, empty_directory: Path) -> Path:
    copy_with_owners(prototype, empty_directory)
    return empty_directory


@pytest_asyncio.fixture
async def shared(prototype: Path) -> AsyncIterator[EmbeddedPostgres]:
    """For tests that only look, or make things of their own name."""
    async with EmbeddedPostgres(prototype) as postgres:
        yield postgres
