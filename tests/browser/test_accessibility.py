"""axe finds nothing: on every page and dialog of the desktop, in every state of the widget."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.axe import findings
from tests.browser.stage import Stage
from tests.browser.walk import (
    WAYS,
    dialogs_of_the_registry,
    lively,
    pages_of_the_registry,
    rona,
)

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_the_walk_knows_every_dialog() -> None:
    assert {*WAYS, "rona", "mail"} == set(dialogs_of_the_registry())
    assert {"/", "/queues"} == set(pages_of_the_registry())


async def test_pages(stage: Stage) -> None:
    out = await (await stage.context()).new_page()
    await out.goto(stage.centre.url)
    await expect(out.get_by_role("button", name="Sign in")).to_be_visible()
    found = await findings(out, "sign-in", desktop=True)
    ana, dana = await lively(stage)
    await ana.choose_state("Break")
    await expect(ana.state).to_contain_text("Break")
    found += await findings(ana.page, "a state that follows", desktop=True)
    await ana.choose_state("Available")
    await (await stage.visitor()).start("Leo Sample", "My order has not arrived")
    assert await stage.centre.route() == 1
    await expect(ana.offers).to_be_visible()
    await ana.composer.fill("A first draft")
    found += await findings(ana.page, "conversation and offer", desktop=True)
    for name in ("Your state", "Notifications", "Your account", "Emojis"):
        await ana.page.get_by_role("button", name=re.compile(name)).click()
        found += await findings(ana.page, name, desktop=True)
        await ana.page.keyboard.press("Escape")
    await dana.end()
    await expect(ana.send).to_be_disabled()
    found += await findings(ana.page, "the customer has left", desktop=True)
    for path in pages_of_the_registry():
        await ana.page.goto(stage.centre.url + path)
        await expect(ana.state).to_be_visible()
        found += await findings(ana.page, path, desktop=True)
    assert not found, "\n".join(found)


async def test_dialogs(stage: Stage) -> None:
    ana, _ = await lively(stage)
    found = []
    for name, open_it in WAYS.items():
        await open_it(ana)
        await expect(ana.page.get_by_role("dialog")).to_be_visible()
        found += await findings(ana.page, name, desktop=True)
        await ana.page.keyboard.press("Escape")
        await expect(ana.page.get_by_role("dialog")).to_have_count(0)
    found += await findings(ana.page, "wrap-up", desktop=True)
    await rona(stage, ana)
    found += await findings(ana.page, "rona", desktop=True)
    assert not found, "\n".join(found)


async def test_the_widget(stage: Stage) -> None:
    page = await stage.visitor()
    found = await findings(page.page, "launcher", desktop=False)
    await page.open_chat()
    await page.page.get_by_role("button", name="Start chat").click()
    await expect(page.page.get_by_text("Please fill in.")).to_be_visible()
    found += await findings(page.page, "form", desktop=False)
    await page.page.keyboard.press("Escape")
    ana, dana = await lively(stage)
    found += await findings(dana.page, "chat", desktop=False)
    await dana.page.get_by_role("button", name="Emojis").click()
    await expect(dana.page.get_by_role("button", name="Emojis")).to_have_attribute(
        "aria-expanded", "true"
    )
    found += await findings(dana.page, "emojis", desktop=False)
    await dana.page.keyboard.press("Escape")
    await dana.page.get_by_role("button", name="More").click()
    found += await findings(dana.page, "menu", desktop=False)
    await dana.page.get_by_role("button", name="End chat").click()
    found += await findings(dana.page, "end question", desktop=False)
    await dana.page.get_by_role("button", name="Keep chatting").click()
    await ana.do("End")
    await expect(dana.page.get_by_role("button", name="Start a new chat")).to_be_visible()
    found += await findings(dana.page, "ended", desktop=False)
    await page.start("Leo Sample")
    found += await findings(page.page, "waiting", desktop=False)
    assert not found, "\n".join(found)
