from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.centre import Centre, TestClock, furnish, serving
from tests.configuration.administrator import Administrator


@pytest_asyncio.fixture
async def centre(database: str, tmp_path: Path) -> AsyncIterator[Centre]:
    """A furnished contact centre with an administrator; at the end every desktop is exact."""
    async with serving(database, tmp_path, TestClock()) as centre:
        await furnish(centre)
        await centre.person("root", "administrator")
        yield centre
        await centre.settle()


@pytest_asyncio.fixture
async def root(centre: Centre) -> Administrator:
    """The administrator, signed in."""
    return await Administrator.sign_in(centre, "root")
