"""One browser per test process; a contact centre with its shop per test."""

from __future__ import annotations

import importlib.util
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from rapport.clock import SystemClock
from tests.browser.chromium import chromium
from tests.browser.stage import Stage, staged
from tests.centre import TestClock, furnish, serving
from tests.database import DatabaseServer
from tests.waiting import taking_turns

ROOT = Path(__file__).parents[2]
PATIENCE_MS = 30_000


@pytest.fixture(scope="session")
def built() -> None:
    """The front end as the sources say; quick when nothing has changed."""
    spec = importlib.util.spec_from_file_location("web_build", ROOT / "web" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (ROOT / ".cache").mkdir(exist_ok=True)
    with taking_turns(ROOT / ".cache" / "web-build.lock", deadline_s=300):
        module.build()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**chromium().launch_options())
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def stage(
    database_server: DatabaseServer, tmp_path: Path, built: None, browser: Browser
) -> AsyncIterator[Stage]:
    """A furnished centre whose clock starts now and then stands, with its shop."""
    clock = TestClock(SystemClock().now())
    async with (
        database_server.new_database() as dsn,
        serving(dsn, tmp_path, clock) as centre,
    ):
        await furnish(centre)
        async with staged(centre, browser) as stage:
            yield stage
