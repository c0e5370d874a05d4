"""A question before the queue: set up, answered in the widget, seen at the desk."""

from __future__ import annotations

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.axe import findings
from tests.browser.stage import Stage
from tests.browser.test_administration import administrator, open_item, save
from tests.journeys.test_menus import asking

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def worded(within: Locator, name: str, text: str) -> None:
    """A text in English, in the field of this name."""
    field = within.get_by_role("group", name=name, exact=True)
    await field.get_by_role("button", name="Add a language").click()
    await field.get_by_role("textbox", name="Name").fill("en")
    await field.get_by_role("textbox", name="en").fill(text)


async def set_up(page: Page) -> None:
    await open_item(page, "Entry points", "entry")
    await page.get_by_role("button", name="A question before the queue").click()
    await page.get_by_role("switch", name="Ask what it is about").check()
    menu = page.get_by_role("group", name="A question before the queue", exact=True)
    await worded(menu, "Question", "What is it about?")
    choices = menu.get_by_role("group", name="Choices", exact=True)
    for label in ("Orders", "Returns"):
        await choices.get_by_role("button", name="Add a choice").click()
        await worded(choices.get_by_role("group", name="Choices").last, "Label", label)


async def test_set_up_asked_tapped_and_seen(stage: Stage) -> None:
    page = await administrator(stage)
    await set_up(page)
    assert await findings(page, "a question", desktop=True) == []
    await save(page)
    menu = stage.centre.node.configuration.current.menus[stage.centre.ids["site"]]
    assert [choice.labels for choice in menu.choices] == [("Orders",), ("Returns",)]
    ana = await stage.agent("ana")
    dana = await stage.visitor()
    await dana.open_chat()
    await dana.page.get_by_role("textbox", name="Name").fill("Dana Example")
    await dana.page.get_by_role("textbox", name="How can we help?").fill("Hello")
    await dana.page.get_by_role("button", name="Start chat").click()
    await expect(dana.thread.get_by_text("What is it about?")).to_be_visible()
    assert await findings(dana.page, "the question", desktop=False) == []
    await dana.thread.get_by_role("button", name="Returns").click()
    await expect(dana.thread.get_by_role("button", name="Returns")).to_have_count(0)
    await stage.centre.offered()
    await ana.accept("Dana Example")
    # The question, the answer, and what became of it.
    await expect(ana.thread.get_by_text("Returns")).to_have_count(3)
    await ana.announces("The customer chose “Returns”: sales")
    assert await findings(ana.page, "the answer", desktop=True) == []


async def test_when_time_is_up_there_is_nothing_left_to_tap(stage: Stage) -> None:
    await asking(stage.centre, within_s=60)
    dana = await stage.visitor()
    await dana.open_chat()
    await dana.page.get_by_role("textbox", name="Name").fill("Dana Example")
    await dana.page.get_by_role("textbox", name="How can we help?").fill("Hello")
    await dana.page.get_by_role("button", name="Start chat").click()
    choices = dana.thread.get_by_role("button")
    await expect(choices).to_have_text(["Orders", "Returns"])
    # Whoever looks in again is still asked.
    await dana.page.reload()
    await expect(choices).to_have_text(["Orders", "Returns"])
    stage.centre.clock.advance(seconds=60)
    await stage.centre.sweep()
    await expect(choices).to_have_count(0)
    await expect(dana.thread.get_by_text("What is it about?")).to_be_visible()
    await dana.page.reload()
    await expect(dana.thread.get_by_text("What is it about?")).to_be_visible()
    await expect(choices).to_have_count(0)
    ana = await stage.agent("ana")
    await stage.centre.offered()
    await ana.accept("Dana Example")
    await ana.announces("The question before the queue was not answered")
