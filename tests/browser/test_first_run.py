"""From an empty database, by browser alone, to the first conversation handled."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from rapport.clock import SystemClock
from rapport_simulators.graph.simulator import GraphSimulator
from tests.browser.axe import findings
from tests.browser.desk import AgentDesk
from tests.browser.stage import DESK_SIZE, Stage, shop_of
from tests.browser.test_administration import administrator, area, choose, save
from tests.centre import SITE, TestClock, serving
from tests.database import DatabaseServer
from tests.journeys.providers import GRAPH

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def empty(
    database_server: DatabaseServer, tmp_path: Path, built: None, browser: Browser
) -> AsyncIterator[Stage]:
    """A server on an empty database, and a shop whose pages have the snippet already."""
    clock = TestClock(SystemClock().now())
    async with (
        database_server.new_database() as dsn,
        serving(dsn, tmp_path, clock) as centre,
    ):
        with shop_of(centre.url) as shop:
            stage = Stage(centre, browser, shop)
            try:
                yield stage
                complaints = stage.complaints.unexpected()
                assert not complaints, "\n".join(complaints)
            finally:
                await stage.close()


async def new(page: Page, where: str, name: str) -> None:
    await area(page, where)
    await page.get_by_role("link", name="New").click()
    await page.get_by_role("textbox", name="Name", exact=True).fill(name)


async def set_up(stage: Stage) -> Page:
    page = await (await stage.context(viewport=DESK_SIZE)).new_page()
    await page.goto(f"{stage.centre.url}/#setup={stage.centre.node.context.set_up.code}")
    await page.get_by_role("textbox", name="Company").fill("Example Teapots")
    await page.get_by_role("textbox", name="Your name").fill("Rita Example")
    await page.get_by_role("textbox", name="Login").fill("rita")
    await page.get_by_role("textbox", name="Password").fill("correct horse battery")
    await page.get_by_role("button", name="Set up").click()
    await expect(page.get_by_role("heading", name="Administration")).to_be_visible()
    return page


async def website(page: Page, shop: str) -> None:
    """The website's chat, by the guided page; the snippet is the shop's."""
    await page.get_by_role("link", name="Set up: A channel that leads to the queue").click()
    await page.get_by_role("button", name=re.compile("WebChat")).click()
    await page.get_by_role("textbox", name="Name", exact=True).fill("Test site")
    await expect(page.get_by_role("textbox", name="Site key")).to_have_value(SITE)
    await page.get_by_role("textbox", name="Websites that may show the chat").fill(shop)
    await page.get_by_role("textbox", name="Colour", exact=True).fill("#7a1f5c")
    await choose(page, "Queue", "Questions")
    await page.get_by_role("button", name="Connect", exact=True).click()
    await expect(page.get_by_role("heading", name="Test site is connected")).to_be_focused()
    snippet = page.get_by_role("textbox", name="Snippet")
    await expect(snippet).to_have_value(re.compile(f'/widget.js" data-site="{SITE}" async'))
    await page.get_by_role("link", name="Done").click()


async def invite(page: Page) -> str:
    await page.get_by_role("link", name="Set up: An agent").click()
    await page.get_by_role("textbox", name="Name", exact=True).fill("Ana Example")
    await page.get_by_role("textbox", name="Login").fill("ana")
    await choose(page, "Teams", "Shop")
    await save(page)
    await page.get_by_role("button", name="Create an invitation link").click()
    return await page.get_by_role("textbox", name="Link for this person").input_value()


async def first_day(stage: Stage, link: str) -> AgentDesk:
    """The invited agent chooses a password and is available."""
    context = await stage.context(viewport=DESK_SIZE)
    page = await context.new_page()
    await page.goto(link)
    await expect(page.get_by_role("heading", name="Welcome, Ana Example")).to_be_visible()
    await page.get_by_role("textbox", name="Password").fill("ana's own words")
    await page.get_by_role("button", name="Save and sign in").click()
    desk = AgentDesk(page, context, stage.centre.url)
    await expect(desk.state).to_be_visible()
    await desk.go("Available")
    return desk


async def template(page: Page) -> None:
    await new(page, "Templates", "Colours")
    await page.get_by_role("textbox", name="Text", exact=True).fill("We do, in <colour>.")
    await save(page)


async def in_the_reports(page: Page, clock: TestClock) -> None:
    """Arrived and accepted once, and wrapped up as solved."""
    await page.clock.set_fixed_time(clock.moment)
    await page.get_by_role("link", name="Reports").click()
    table = page.get_by_role("region", name="Figures")
    row = table.get_by_role("row", name=re.compile("^Questions"))
    await expect(row.get_by_role("cell")).to_have_text(["1", "0", "1", "1", "0", "0", "0", "100%"])
    await page.get_by_role("combobox", name="Report").click()
    await page.get_by_role("option", name="Wrap-up reasons").click()
    await expect(table.get_by_role("row", name=re.compile("^Solved"))).to_contain_text("1")


async def test_from_an_empty_database_by_browser_alone(
    empty: Stage, record_property: Callable[[str, object], None]
) -> None:
    began = time.monotonic()
    page = await set_up(empty)
    steps = page.get_by_role("list", name="First steps")
    await expect(steps.get_by_role("img", name="Missing")).to_have_count(5)
    await new(page, "Teams", "Shop")
    await save(page)
    await new(page, "Queues", "Questions")
    await page.get_by_role("checkbox", name="Website chat").check()
    await page.get_by_role("button", name="Add a group").click()
    await choose(page, "Teams", "Shop")
    await save(page)
    await new(page, "Wrap-up reasons", "Solved")
    await save(page)
    await template(page)
    await page.get_by_role("link", name="Overview").click()
    await website(page, empty.shop)
    link = await invite(page)
    await page.get_by_role("link", name="Overview").click()
    await expect(page.get_by_text("Everything is there to handle conversations.")).to_be_visible()
    await expect(steps.get_by_role("img", name="Done")).to_have_count(5)

    ana, dana = await first_day(empty, link), await empty.visitor()
    await dana.start("Dana Example", "Do you have a lid for it?")
    assert await empty.centre.offered() == 1
    await ana.accept("Dana Example")
    await ana.page.keyboard.press("Control+Alt+KeyV")
    await ana.dialog("Templates").get_by_role("option", name="Colours").click()
    await ana.has_written("We do, in <colour>.")
    await ana.page.keyboard.type("three colours")
    await ana.page.keyboard.press("Enter")
    await dana.reads("We do, in three colours.")
    await ana.do("End")
    await ana.wrap_up("Solved")
    await expect(ana.page.get_by_text("All quiet. New requests appear here.")).to_be_visible()
    await in_the_reports(page, empty.centre.clock)
    record_property("seconds to the reports", round(time.monotonic() - began, 1))

    # The link is used up, and the set-up is over.
    empty.complaints.expect("404 .*invitation/look")
    other = await (await empty.context()).new_page()
    await other.goto(link)
    await expect(
        other.get_by_role("heading", name="This link is not good any more")
    ).to_be_visible()
    await other.get_by_role("button", name="To the sign-in page").click()
    await expect(other.get_by_role("heading", name="Sign in to Rapport")).to_be_visible()


async def test_a_wrong_code_opens_nothing(empty: Stage) -> None:
    empty.complaints.expect("403 .*setup")
    page = await (await empty.context()).new_page()
    await page.goto(empty.centre.url)
    await page.get_by_role("textbox", name="Set-up code").fill("aaaa-bbbb-cccc-dddd")
    await page.get_by_role("textbox", name="Your name").fill("Eve Example")
    await page.get_by_role("textbox", name="Login").fill("eve")
    await page.get_by_role("textbox", name="Password").fill("a-good-password")
    assert not await findings(page, "set-up", desktop=True)
    await page.get_by_role("button", name="Set up").click()
    await expect(page.get_by_role("alert")).to_contain_text("This is not the set-up code.")


async def test_whatsapp_is_tried_out_before_it_is_saved(stage: Stage) -> None:
    async with GraphSimulator(GRAPH) as graph:
        page = await administrator(stage)
        await area(page, "Channels")
        await page.get_by_role("link", name="New").click()
        await page.get_by_role("button", name=re.compile("WhatsApp")).click()
        await page.get_by_role("textbox", name="Name", exact=True).fill("Shop number")
        await page.get_by_role("textbox", name="Phone number ID").fill(GRAPH.phone_number_id)
        await page.get_by_role("button", name="More settings of the channel").click()
        address = page.get_by_role("textbox", name="Address of the provider's interface")
        await address.fill(f"{graph.url}/v25.0")
        await page.get_by_role("textbox", name="App secret").fill(GRAPH.app_secret)
        await page.get_by_role("textbox", name="Access token").fill("wrong")
        before = len(stage.centre.node.configuration.current.items)
        await page.get_by_role("button", name="Test connection").click()
        await expect(page.get_by_text("The provider refuses.")).to_be_visible()
        await page.get_by_role("textbox", name="Access token").fill(GRAPH.access_token)
        await page.get_by_role("button", name="Test connection").click()
        await expect(page.get_by_text("The provider accepts these credentials.")).to_be_visible()
        assert len(stage.centre.node.configuration.current.items) == before
        verify = await page.get_by_role("textbox", name="Verify token").input_value()
        await choose(page, "Queue", "sales")
        await page.get_by_role("button", name="Connect", exact=True).click()
        done = page.get_by_role("heading", name="Shop number is connected")
        await expect(done).to_be_visible()
        webhook = await page.get_by_role("textbox", name="Callback URL (webhook)").input_value()
        await expect(page.get_by_role("textbox", name="Verify token")).to_have_value(verify)
        answer = await page.request.get(
            f"{webhook}?hub.mode=subscribe&hub.verify_token={verify}&hub.challenge=1158"
        )
        assert await answer.text() == "1158"
        await page.get_by_role("link", name="All settings of this channel").click()
        await expect(page.get_by_role("region", name="Health")).to_be_visible()
        await page.get_by_role("button", name="Test connection").click()
        await expect(page.get_by_text("The provider accepts these credentials.")).to_be_visible()


async def test_changes_are_listed_and_undone(stage: Stage) -> None:
    stage.complaints.expect("409 .*config/changes")
    page = await administrator(stage)
    for seconds in ("45", "50"):
        await area(page, "Queues")
        await page.get_by_role("list", name="Queues").get_by_role("link", name="sales").click()
        await page.get_by_role("textbox", name="Time to accept", exact=True).fill(seconds)
        await save(page)
    await area(page, "Changes")
    newest = page.get_by_role("list", name="Changes").get_by_role("listitem").first
    await expect(newest).to_contain_text("Root")
    await expect(newest).to_contain_text(re.compile(r"Time to accept\s*45\s*50"))
    await page.get_by_role("button", name="Undo: sales").nth(1).click()
    again = page.get_by_role("dialog", name="Changed again since then")
    await again.get_by_role("button", name="Undo all the same").click()
    await expect(newest).to_contain_text(re.compile(r"Time to accept\s*50\s*30"))
    specs = stage.centre.node.configuration.current.queue_specs
    assert specs[stage.centre.ids["sales"]].offer_s == 30


async def test_a_file_is_looked_at_before_it_is_applied(stage: Stage) -> None:
    stage.complaints.expect("422 .*config")
    page = await administrator(stage)
    await area(page, "Import and export")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download the configuration").click()
    exported = Path(await (await download.value).path()).read_text()
    assert "sales:" in exported
    text = page.get_by_role("textbox", name="YAML")
    await text.fill("queues:\n  sales:\n    chanels: [webchat]\n")
    await page.get_by_role("button", name="Preview").click()
    await expect(page.get_by_role("alert")).to_contain_text("Line 3")
    await text.fill("teams:\n  Night: {}\n")
    await page.get_by_role("button", name="Preview").click()
    preview = page.get_by_role("group", name="What would change")
    await expect(preview).to_contain_text("Night")
    teams = stage.centre.node.configuration.current.by_kind["teams"]
    assert [team.name for team in teams] == ["team"]
    await page.get_by_role("button", name="Apply").click()
    await expect(page.get_by_text("Applied. Things changed: 1")).to_be_visible()
    teams = stage.centre.node.configuration.current.by_kind["teams"]
    assert [team.name for team in teams] == ["team", "Night"]
