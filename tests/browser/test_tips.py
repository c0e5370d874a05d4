"""Names of buttons that show only a symbol: shown while the pointer rests on them."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.axe import findings
from tests.browser.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_tip_comes_and_goes(stage: Stage) -> None:
    stage.pseudo = True
    ana, _ = await stage.conversation(customer="Dana Example")
    page, tip = ana.page, ana.page.get_by_role("tooltip")
    button = page.get_by_role("button", name="Templates", exact=True)
    await button.hover()
    await expect(tip).to_have_text("Templates")
    assert await findings(page, "a tip", desktop=True) == []
    await page.keyboard.press("Escape")
    await expect(tip).to_have_count(0)
    await ana.composer.hover()
    await button.hover()
    await expect(tip).to_be_visible()
    await ana.composer.hover()
    await expect(tip).to_have_count(0)
    await button.hover()
    await expect(tip).to_be_visible()
    await button.click()
    await expect(ana.dialog("Templates")).to_be_visible()
    await expect(tip).to_have_count(0)
