"""Searching, the customer panel, and two customers who are one person, in the browser."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.axe import findings
from tests.browser.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_found_by_keyboard_and_opened_at_the_message(stage: Stage) -> None:
    stage.pseudo = True
    ana, dana = await stage.conversation(customer="Dana Example")
    await dana.say("The Crème brûlée was cold")
    await ana.reads("The Crème brûlée was cold")
    await stage.centre.node.indexer.catch_up()
    await ana.page.keyboard.press("Control+Alt+Slash")
    field = ana.page.get_by_role("textbox", name="Search for words")
    await expect(field).to_be_focused()
    await ana.page.keyboard.type("creme bru")
    hit = ana.page.get_by_role("button").filter(has_text="Dana Example").filter(has_text="brûlée")
    await expect(hit.locator("mark")).to_have_text(["Crème", "brûlée"])
    assert await findings(ana.page, "here", desktop=True) == []
    await ana.page.keyboard.press("ArrowDown")
    await expect(hit).to_be_focused()
    await ana.page.keyboard.press("Enter")
    await expect(ana.bubble("brûlée")).to_have_attribute("data-flash", "true")
    # Who has no part in it reads it where it was found; the palette is asked in plain letters.
    stage.pseudo = False
    sam = await stage.agent("sam")
    await sam.page.keyboard.press("Control+KeyK")
    await expect(sam.page.get_by_role("combobox", name="Go to, or do…")).to_be_focused()
    await sam.page.keyboard.type("search mess")
    await sam.page.keyboard.press("Enter")
    await sam.page.get_by_role("textbox", name="Search for words").fill("cold brûlée")
    await sam.page.get_by_role("button").filter(has_text="Dana Example").click()
    reading = sam.dialog("Dana Example")
    await expect(reading.get_by_text("The Crème brûlée was cold")).to_be_visible()
    await expect(reading.get_by_role("textbox")).to_have_count(0)
    await sam.page.keyboard.press("Escape")
    await sam.page.get_by_role("combobox", name="Channel").select_option("sms")
    await expect(sam.page.get_by_text("Nothing found.")).to_be_visible()


async def test_the_customer_is_edited_noted_merged_and_taken_apart(stage: Stage) -> None:
    stage.pseudo = True
    ana, _ = await stage.conversation(customer="D. Example")
    dana = await stage.visitor()
    await dana.start("Dana Example", "Me again")
    assert await stage.centre.offered() == 1
    await ana.accept("Dana Example")
    panel = ana.page.get_by_role("complementary", name="Customer")
    await panel.get_by_role("button", name="Edit the customer").click()
    box = ana.dialog("Dana Example")
    await box.get_by_role("textbox", name="Phone").fill("+15555550142")
    await box.get_by_role("button", name="Add a field").click()
    await box.get_by_role("textbox", name="Field 1").fill("Customer number")
    await box.get_by_role("textbox", name="Value 1").fill("K-77")
    await box.get_by_role("button", name="Save").click()
    await expect(box).to_be_hidden()
    await expect(panel.get_by_text("+15555550142")).to_be_visible()
    await expect(panel.get_by_text("K-77")).to_be_visible()
    await panel.get_by_role("textbox", name="New note about the customer").fill("Prefers mail")
    await panel.get_by_role("button", name="Add note").click()
    await expect(panel.get_by_text("Prefers mail")).to_be_visible()

    await stage.centre.node.indexer.catch_up()
    await panel.get_by_role("button", name="Edit the customer").click()
    await ana.page.get_by_role("button", name="Merge with another…").click()
    merging = ana.dialog("Merge with another customer")
    await merging.get_by_role("textbox", name="Who is the same person?").fill("D. Exa")
    await merging.get_by_role("button", name="Compare with D. Example").click()
    await expect(merging.get_by_text("1 conversation moves here")).to_be_visible()
    assert await findings(ana.page, "here", desktop=True) == []
    await merging.get_by_role("button", name="Merge", exact=True).click()
    await expect(merging).to_be_hidden()
    earlier = panel.get_by_role("listitem").filter(has_text="contact")
    await expect(earlier).to_have_count(1)
    await expect(ana.active.filter(has_text="Dana Example")).to_have_count(2)
    await earlier.get_by_role("button").click()
    await expect(ana.dialog("Dana Example").get_by_role("log")).to_be_visible()
    await ana.page.keyboard.press("Escape")
    await panel.get_by_role("button", name="Take back").click()
    await expect(ana.active.filter(has_text="D. Example")).to_have_count(1)
    await expect(panel.get_by_text("This is the first one.")).to_be_visible()
