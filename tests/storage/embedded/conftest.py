"""Data directories for the embedded server; a cluster made once is copied for every test."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from rapport.storage.embedded import EmbeddedPostgres
from tests.storage.embedded.processes import copy_with_owners


@pytest.fixture
def empty_directory() -> Iterator[Path]:
    """With a short path, as sockets like it."""
    directory = Path(tempfile.mkdtemp(prefix="rapport-embedded-")).resolve()
    yield directory / "data"
    shutil.rmtree(directory)


@pytest.fixture(scope="session")
def prototype(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("prototype") / "data"

    async def make() -> None:
        async with EmbeddedPostgres(directory):
            pass

    asyncio.run(make())
    return directory


@pytest.fixture
def data_directory(prototype: Path, empty_directory: Path) -> Path:
    copy_with_owners(prototype, empty_directory)
    return empty_directory


@pytest_asyncio.fixture
async def shared(prototype: Path) -> AsyncIterator[EmbeddedPostgres]:
    """For tests that only look, or make things of their own name."""
    async with EmbeddedPostgres(prototype) as postgres:
        yield postgres
