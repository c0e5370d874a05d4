from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.centre import Centre, TestClock, furnish, serving


@pytest_asyncio.fixture
async def centre(database: str, tmp_path: Path) -> AsyncIterator[Centre]:
    async with serving(database, tmp_path, TestClock()) as centre:
        await furnish(centre)
        yield centre
