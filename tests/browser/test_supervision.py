"""A supervisor at the board: watches, whispers, joins, takes over, reassigns, changes a state."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from tests.browser.axe import findings
from tests.browser.desk import AgentDesk
from tests.browser.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def at_the_board(stage: Stage, login: str = "sam") -> AgentDesk:
    sam = await stage.agent(login, available=False)
    await sam.page.get_by_role("link", name="Floor").click()
    await expect(sam.page.get_by_role("heading", name="Floor")).to_be_visible()
    return sam


async def watch(sam: AgentDesk, agent: str, customer: str = "Dana Example") -> Locator:
    table = sam.page.get_by_role("table", name="Agents")
    await table.get_by_role("button", name=agent, exact=True).click()
    await (
        sam.page.get_by_role("complementary", name=agent)
        .get_by_role("button", name=re.compile(customer))
        .click()
    )
    pane = sam.page.get_by_role("complementary", name=f"Conversation with {customer}")
    await expect(pane).to_be_visible()
    return pane


async def test_watch_whisper_and_join(stage: Stage) -> None:
    ana, dana = await stage.conversation()
    sam = await at_the_board(stage)
    pane = await watch(sam, "Ana")
    await expect(pane.get_by_role("log")).to_contain_text("Hello")
    await dana.say("My order is late")
    await expect(pane.get_by_role("log")).to_contain_text("My order is late")
    await ana.reply("Let me look")
    await expect(pane.get_by_role("log")).to_contain_text("Let me look")
    await pane.get_by_role("textbox", name="Whisper to the agent").fill("Offer a voucher")
    await pane.get_by_role("button", name="Whisper", exact=True).click()
    await ana.reads("Offer a voucher")
    await expect(ana.thread.get_by_text("Whisper of a supervisor")).to_be_visible()
    await pane.get_by_role("button", name="Join").click()
    await expect(sam.pane.get_by_role("heading", name="Dana Example")).to_be_visible()
    await ana.announces("Sam has joined the chat")
    await expect(dana.page.get_by_text("Sam has joined")).to_be_visible()
    await sam.reply("Hello from Sam")
    await dana.reads("Hello from Sam")
    await ana.reads("Hello from Sam")
    await expect(dana.page.get_by_text("Offer a voucher")).to_have_count(0)


async def test_take_over(stage: Stage) -> None:
    ana, dana = await stage.conversation()
    sam = await at_the_board(stage)
    pane = await watch(sam, "Ana")
    await pane.get_by_role("button", name="Take over").click()
    await sam.reply("I take care of it")
    await dana.reads("I take care of it")
    await ana.stands_at("Wrap-up")
    await ana.do("Wrap up")
    await ana.wrap_up("Asked")
    await sam.announces("Sam took the conversation over from Ana")


async def test_reassign_and_back_to_the_queue(stage: Stage) -> None:
    stage.pseudo = True
    await stage.conversation()
    ben = await stage.agent("ben")
    sam = await at_the_board(stage)
    pane = await watch(sam, "Ana")
    await pane.get_by_role("button", name="Reassign").click()
    found = await findings(sam.page, "reassign", desktop=True)
    await sam.choose_target("Reassign the conversation", "Ben", "Reassign")
    await ben.accept("Dana Example")
    await ben.announces("Sam gave the conversation to Ben")
    await expect(pane.get_by_text("With Ben")).to_be_visible()
    await pane.get_by_role("combobox", name="Priority").click()
    await sam.page.get_by_role("option", name="Priority 1").click()
    await ben.announces("Sam set the priority to 1")
    await pane.get_by_role("button", name="Back to the queue").click()
    await ben.stands_at("Wrap-up")
    await expect(pane.get_by_text("Waiting", exact=True)).to_be_visible()
    row = sam.page.get_by_role("row", name=re.compile("^sales"))
    await expect(row.get_by_role("cell").nth(1)).to_have_text("1")
    assert not found, "\n".join(found)


async def test_an_agents_state_and_a_notice(stage: Stage) -> None:
    stage.pseudo = True
    ana = await stage.agent("ana")
    sam = await at_the_board(stage)
    table = sam.page.get_by_role("table", name="Agents")
    row = table.get_by_role("row", name=re.compile("Ana"))
    await expect(row).to_contain_text("Available")
    await row.get_by_role("button", name="Ana").click()
    await sam.page.get_by_role("button", name="Change state").click()
    dialog = sam.dialog("State of Ana")
    await dialog.get_by_role("combobox", name="State").click()
    await sam.page.get_by_role("option", name="Lunch").click()
    found = await findings(sam.page, "state of an agent", desktop=True)
    await dialog.get_by_role("button", name="Change state").click()
    await ana.is_in_state("Lunch")
    await expect(row).to_contain_text("Lunch")
    await sam.page.get_by_role("button", name="Send a notice").click()
    dialog = sam.dialog("Send a notice")
    await dialog.get_by_role("textbox", name="Notice").fill("Fire drill at three")
    found += await findings(sam.page, "notice", desktop=True)
    await dialog.get_by_role("button", name="Send", exact=True).click()
    await expect(dialog).to_be_hidden()
    await ana.page.get_by_role("button", name="Notifications, 1 unread").click()
    await expect(
        ana.page.get_by_role("listitem").filter(has_text="Sam: Fire drill at three")
    ).to_be_visible()
    assert not found, "\n".join(found)


async def test_the_board_counts_live(stage: Stage) -> None:
    stage.pseudo = True
    sam = await at_the_board(stage)
    row = sam.page.get_by_role("row", name=re.compile("^sales"))
    waiting = row.get_by_role("cell").nth(1)
    await expect(waiting).to_have_text("0")
    await (await stage.visitor()).start("Leo Sample")
    await expect(waiting).to_have_text("1")
    await row.get_by_role("button", name="sales").click()
    pane = sam.page.get_by_role("complementary", name="sales")
    await expect(pane.get_by_role("button", name=re.compile("Leo Sample"))).to_be_visible()
    found = await findings(sam.page, "the board", desktop=True)
    await pane.get_by_role("button", name=re.compile("Leo Sample")).click()
    await expect(sam.page.get_by_role("log", name="Messages")).to_contain_text("Hello")
    found += await findings(sam.page, "a watched conversation", desktop=True)
    assert not found, "\n".join(found)


async def test_a_worked_conversation_is_in_the_reports(stage: Stage) -> None:
    stage.pseudo = True
    ana, _ = await stage.conversation()
    await ana.reply("Good morning")
    await ana.do("End")
    await ana.wrap_up("Sold")
    await ana.page.get_by_role("link", name="My figures").click()
    mine = ana.page.get_by_role("definition")
    await expect(mine.nth(1)).to_have_text("1")
    await expect(ana.page.get_by_role("link", name="Reports")).to_have_count(0)
    sam = await stage.agent("sam", available=False)
    # The stage's day is not today: the browser's clock is set to it.
    await sam.page.clock.set_fixed_time(stage.centre.clock.moment)
    await sam.page.get_by_role("link", name="Reports").click()
    table = sam.page.get_by_role("region", name="Figures")
    row = table.get_by_role("row", name=re.compile("^sales"))
    await expect(row.get_by_role("cell")).to_have_text(["1", "0", "1", "1", "0", "0", "0", "100%"])
    await expect(sam.page.get_by_role("img", name="Chart of Arrived")).to_be_visible()
    found = await findings(sam.page, "a report", desktop=True)
    async with sam.page.expect_download() as download:
        await sam.page.get_by_role("link", name="Download CSV").click()
    text = (await (await download.value).path()).read_text()
    assert text.splitlines()[1].startswith("sales,1,0,1,1")
    await sam.page.get_by_role("combobox", name="Report").click()
    await sam.page.get_by_role("option", name="Wrap-up reasons").click()
    await expect(table.get_by_role("row", name=re.compile("^Sold"))).to_contain_text("1")
    assert not found, "\n".join(found)


async def test_the_board_shows_todays_occupancy(stage: Stage) -> None:
    ana, _ = await stage.conversation()
    await stage.pass_time(6)
    await ana.do("End")
    await ana.wrap_up("Sold")
    await stage.pass_time(4)
    # A time in Available counts when it has ended.
    await ana.go("Break")
    sam = await stage.agent("sam", available=False)
    await sam.page.clock.set_fixed_time(stage.centre.clock.moment)
    await sam.page.get_by_role("link", name="Floor").click()
    table = sam.page.get_by_role("table", name="Agents")
    await expect(table.get_by_role("columnheader", name="Occupancy")).to_be_visible()
    row = table.get_by_role("row", name=re.compile("Ana"))
    await expect(row.get_by_role("cell").last).to_have_text("60%")
    idle = table.get_by_role("row", name=re.compile("Ben"))
    await expect(idle.get_by_role("cell").last).to_have_text("–")
