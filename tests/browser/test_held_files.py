"""Files that wait for the virus scanner, as both sides see them."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, FilePayload, expect

from rapport.clock import SystemClock
from rapport_simulators.visitors import draw_picture
from tests.browser.axe import findings
from tests.browser.stage import Stage, staged
from tests.centre import TestClock, furnish, serving
from tests.clamd import EICAR, FakeClamd, scanner
from tests.database import DatabaseServer

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CHECKED = "Being checked for viruses"


@pytest_asyncio.fixture(loop_scope="session")
async def clamd() -> AsyncIterator[FakeClamd]:
    async with scanner(fault="closes_at_once") as made:
        yield made


@pytest_asyncio.fixture(loop_scope="session")
async def stage(
    database_server: DatabaseServer,
    tmp_path: Path,
    built: None,
    browser: Browser,
    clamd: FakeClamd,
) -> AsyncIterator[Stage]:
    """As everywhere, with a virus scanner that is away."""
    clock = TestClock(SystemClock().now())
    async with (
        database_server.new_database() as dsn,
        serving(dsn, tmp_path, clock, more={"clamd": clamd.address}) as centre,
    ):
        await furnish(centre)
        async with staged(centre, browser) as made:
            yield made


async def held(stage: Stage) -> None:
    """What the job's next round would do."""
    await stage.centre.node.database.pool.execute(
        "UPDATE attachment SET held_due = clock_timestamp() WHERE held_due IS NOT NULL"
    )
    await stage.centre.node.held_files.look()


async def test_both_sides_see_it_being_checked_and_then_open_it(
    stage: Stage, clamd: FakeClamd
) -> None:
    ana, dana = await stage.conversation()
    picture = draw_picture(random.Random(1))
    await dana.attach(FilePayload(name="cup.png", mimeType="image/png", buffer=picture))
    await expect(dana.page.get_by_text(f"cup.png · {CHECKED}")).to_be_visible()
    await dana.say("Look at this")
    theirs = ana.bubble("Look at this")
    await expect(theirs.get_by_text(CHECKED)).to_be_visible()
    await expect(theirs.get_by_role("link")).to_have_count(0)
    await expect(theirs.get_by_role("img")).to_have_count(0)
    await ana.attach(FilePayload(name="terms.txt", mimeType="text/plain", buffer=b"No returns."))
    await expect(ana.page.get_by_role("listitem").filter(has_text=CHECKED)).to_be_visible()
    await ana.reply("Our terms")
    await expect(dana.thread.get_by_text(CHECKED)).to_have_count(2)
    await expect(dana.thread.get_by_role("link")).to_have_count(0)
    assert await findings(ana.page, "held", desktop=True) == []
    assert await findings(dana.page, "held", desktop=False) == []
    clamd.fault = None
    await held(stage)
    await expect(theirs.get_by_role("button", name="Show cup.png")).to_be_visible()
    await expect(ana.bubble("Our terms").get_by_role("link", name="terms.txt")).to_be_visible()
    await expect(dana.thread.get_by_role("link", name="terms.txt")).to_be_visible()
    await expect(dana.thread.get_by_role("img", name="cup.png")).to_be_visible()
    await expect(ana.page.get_by_text(CHECKED)).to_have_count(0)
    await expect(dana.page.get_by_text(CHECKED)).to_have_count(0)


async def test_of_an_infected_one_both_sides_read_why(stage: Stage, clamd: FakeClamd) -> None:
    ana, dana = await stage.conversation()
    await dana.send_file(
        FilePayload(name="virus.txt", mimeType="text/plain", buffer=EICAR), "Look at this"
    )
    await expect(ana.bubble("Look at this").get_by_text(CHECKED)).to_be_visible()
    clamd.fault = None
    await held(stage)
    words = "The file was removed: it contains a virus."
    await expect(ana.bubble("Look at this").get_by_text(words)).to_be_visible()
    await expect(dana.thread.get_by_text(words)).to_be_visible()
