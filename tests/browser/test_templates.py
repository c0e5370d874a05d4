"""Templates at the desk: chosen, filled in, locked, undone (C1, K5, M6)."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.axe import findings
from tests.browser.desk import AgentDesk
from tests.browser.stage import Stage
from tests.browser.test_mail import answering, mode
from tests.journeys.providers import sms
from tests.journeys.test_email import mailbox
from tests.journeys.test_sms import Phone

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
ORDER = "Hello @@customer.first_name|there@@, order <order number> comes on <day>."


async def templates(stage: Stage) -> None:
    for name, spec in {
        "Goodbye": {"body": "Thank you, and goodbye!", "group": "Ends"},
        "On its way": {"body": ORDER, "group": "Orders", "language": "en"},
        "Terms": {"body": "Our terms for <order>: no returns.", "locked": True, "group": "Legal"},
        "For mails": {"body": "Dear customer", "channels": ["email"]},
    }.items():
        await stage.centre.put("templates", name, spec)


async def choose(desk: AgentDesk, search: str) -> None:
    """By the chord, the search and Enter."""
    await desk.page.keyboard.press("Control+Alt+KeyV")
    box = desk.dialog("Templates")
    await expect(box.get_by_role("option").first).to_be_visible()
    await box.get_by_role("combobox").fill(search)
    await expect(box.get_by_role("option")).to_have_count(1)
    await desk.page.keyboard.press("Enter")
    await expect(box).to_be_hidden()


async def selected(desk: AgentDesk) -> str:
    text: str = await desk.page.evaluate("document.getSelection().toString()")
    return text


async def test_fields_are_walked_and_filled_in_before_it_is_sent(stage: Stage) -> None:
    # Seed: "Attach a Template"
    # Seed: "Templates with Replaceable Parameters"
    # Seed: "Templates with Dynamic Substitution of System Parameters in the Chat Console"
    stage.pseudo = True
    await templates(stage)
    ana, dana = await stage.conversation(customer="Dana Example")
    await ana.composer.press_sequentially("Well: ")
    await ana.page.get_by_role("button", name="Templates").click()
    box = ana.dialog("Templates")
    await expect(box.get_by_role("option")).to_have_text(["Goodbye", "Terms", "On its wayen"])
    assert not await findings(ana.page, "templates", desktop=True)
    await box.get_by_role("combobox").press("ArrowUp")
    await expect(box.get_by_role("region", name="Preview")).to_contain_text("Hello Dana, order")
    await box.get_by_role("combobox").press("Enter")
    await ana.has_written("Well: Hello Dana, order <order number> comes on <day>.")
    await expect(ana.composer.locator("mark")).to_have_count(2)
    assert await selected(ana) == "<order number>"
    await ana.page.keyboard.press("Enter")
    await expect(ana.page.get_by_text("Fill in: order number")).to_be_visible()
    await ana.page.keyboard.type("KC<1>")
    await ana.page.keyboard.press("Tab")
    assert await selected(ana) == "<day>"
    await ana.page.keyboard.press("Shift+Tab")
    assert await selected(ana) == "KC<1>"
    # Sending goes to what is missing instead.
    await ana.send.click(force=True)
    assert await selected(ana) == "<day>"
    await ana.page.keyboard.type("Monday")
    await expect(ana.composer).to_be_focused()
    await ana.page.keyboard.press("Enter")
    await ana.has_written("")
    await dana.reads("Well: Hello Dana, order KC<1> comes on Monday.")


async def test_a_slash_suggests_and_signs_are_text(stage: Stage) -> None:
    await templates(stage)
    ana, dana = await stage.conversation(customer="Dana Example")
    await ana.composer.press_sequentially("It is <b> and/or <x>. /way")
    option = ana.page.get_by_role("listbox", name="Templates that fit").get_by_role("option")
    await expect(option).to_have_count(1)
    await ana.page.keyboard.press("Escape")
    await expect(option).to_have_count(0)
    await ana.page.keyboard.press("Backspace")
    await expect(option).to_have_count(1)
    await ana.page.keyboard.press("Tab")
    await ana.has_written("It is <b> and/or <x>. Hello Dana, order <order number> comes on <day>.")
    await ana.page.keyboard.type("1")
    await ana.page.keyboard.press("Tab")
    await ana.page.keyboard.press("Backspace")
    await ana.page.keyboard.type("x")
    await ana.page.keyboard.press("Backspace")
    await ana.page.keyboard.press("Enter")
    await dana.reads("It is <b> and/or <x>. Hello Dana, order 1 comes on .")


async def test_a_locked_one_takes_nothing_but_its_fields(stage: Stage) -> None:
    # Seed: "Locked Templates"
    await templates(stage)
    ana, dana = await stage.conversation(customer="Dana Example")
    await ana.composer.fill("What I wrote")
    await choose(ana, "terms")
    await ana.has_written("Our terms for <order>: no returns.")
    await ana.page.keyboard.press("End")
    await ana.page.keyboard.type(" Or some")
    await ana.has_written("Our terms for <order>: no returns.")
    await expect(ana.page.get_by_role("alert")).to_contain_text("only its fields can be changed")
    await ana.page.get_by_role("button", name="Undo").click()
    await ana.has_written("What I wrote")
    await choose(ana, "terms")
    await ana.page.keyboard.type("KC-1")
    await ana.has_written("Our terms for KC-1: no returns.")
    # A field that is emptied shows its name again.
    for _ in "KC-1":
        await ana.page.keyboard.press("Backspace")
    await ana.has_written("Our terms for <order>: no returns.")
    await ana.page.keyboard.type("KC-2")
    await ana.page.keyboard.press("Enter")
    await dana.reads("Our terms for KC-2: no returns.")
    await choose(ana, "terms")
    await ana.page.get_by_role("button", name="Remove").click()
    await ana.has_written("")


async def test_a_draft_keeps_its_fields(stage: Stage) -> None:
    await templates(stage)
    ana, _ = await stage.conversation(customer="Dana Example")
    await choose(ana, "way")
    await ana.has_written("Hello Dana, order <order number> comes on <day>.")
    await ana.page.reload()
    await ana.has_written("Hello Dana, order <order number> comes on <day>.")
    await ana.composer.press("Enter")
    await expect(ana.page.get_by_text("Fill in: order number")).to_be_visible()
    assert await selected(ana) == "<order number>"


async def test_favourites_come_first(stage: Stage) -> None:
    await templates(stage)
    ana, _ = await stage.conversation(customer="Dana Example")
    await ana.page.keyboard.press("Control+Alt+KeyV")
    box = ana.dialog("Templates")
    await box.get_by_role("combobox").fill("way")
    # The star belongs to the template whose preview is shown.
    await expect(box.get_by_text("comes on")).to_be_visible()
    await box.get_by_role("button", name="Favourite").click()
    await box.get_by_role("combobox").fill("")
    await expect(box.get_by_role("option")).to_have_text(["On its wayen", "Goodbye", "Terms"])
    await expect(box.get_by_text("Favourites", exact=True)).to_be_visible()
    await ana.page.keyboard.press("Escape")
    await expect(box).to_be_hidden()


async def test_in_a_mail_it_replaces_the_text_and_undo_brings_it_back(stage: Stage) -> None:
    # Seed: "If you enter the text in the composer and then select a template the existing text
    # will be replaced with the template."
    await templates(stage)
    async with mailbox(stage.centre) as box:
        ana, _ = await answering(stage, box, "Where is my order?")
        await expect(ana.page.get_by_role("button", name="Templates")).to_have_count(0)
        await mode(ana, "Reply").click()
        await ana.composer.fill("What I wrote")
        await choose(ana, "way")
        await ana.has_written("Hello Dana, order <order number> comes on <day>.")
        await ana.page.get_by_role("button", name="Undo").click()
        await ana.has_written("What I wrote")
        await choose(ana, "way")
        await ana.has_written("Hello Dana, order <order number> comes on <day>.")
        await ana.page.keyboard.press("Control+KeyZ")
        await ana.has_written("What I wrote")
        await choose(ana, "way")
        await ana.has_written("Hello Dana, order <order number> comes on <day>.")
        await ana.page.keyboard.press("Control+Enter")
        await expect(ana.page.get_by_text("Fill in: order number")).to_be_visible()
        await ana.page.keyboard.type("KC-1")
        await ana.page.keyboard.press("Tab")
        await ana.page.keyboard.type("Monday")
        await ana.has_written("Hello Dana, order KC-1 comes on Monday.")
        await ana.page.keyboard.press("Control+Enter")
        await expect(ana.thread.locator("article[data-seq]")).to_have_count(2)
        sent = await box.deliver()
        text = sent.get_body(("plain",))
        assert text is not None
        assert text.get_content().startswith("Hello Dana, order KC-1 comes on Monday.")


async def test_on_a_channel_without_styles(stage: Stage) -> None:
    await templates(stage)
    async with sms(stage.centre) as connected:
        phone = Phone(connected)
        ana = await stage.agent("ana")
        await phone.says("Where is it?")
        assert await stage.centre.offered() == 1
        await ana.offers.get_by_role("button", name="Accept").click()
        await expect(ana.composer).to_be_focused()
        await ana.page.keyboard.type("Well, /way")
        await expect(ana.page.get_by_role("listbox", name="Templates that fit")).to_be_visible()
        await ana.page.keyboard.press("Enter")
        await ana.has_written("Well, Hello there, order <order number> comes on <day>.")
        assert await selected(ana) == "<order number>"
        await ana.page.keyboard.type("1")
        await ana.page.keyboard.press("Tab")
        await ana.page.keyboard.type("Monday")
        await ana.page.keyboard.press("Enter")
        await expect(ana.bubble("order 1 comes on Monday.")).to_have_count(1)
        await connected.deliver()
        assert phone.received == ["Well, Hello there, order 1 comes on Monday."]
