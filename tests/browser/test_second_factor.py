"""A second factor in the browser: set up by oneself, asked for, required, reset."""

from __future__ import annotations

import base64

import pytest
from playwright.async_api import Page, expect

from rapport.domain.one_time_codes import code_at, plain_code, step_at
from tests.browser.axe import findings
from tests.browser.stage import Stage
from tests.browser.test_administration import administrator, open_item
from tests.centre import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def shown(stage: Stage, page: Page) -> str:
    """What an authenticator shows that has taken the secret from the page."""
    secret = await page.locator("code").first.inner_text()
    key = base64.b32decode(plain_code(secret).upper())
    stage.centre.clock.advance(seconds=30)
    return code_at(key, step_at(stage.centre.clock.now()))


async def sign_in(page: Page, login: str) -> None:
    await page.get_by_role("textbox", name="Name").fill(login)
    await page.get_by_role("textbox", name="Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()


async def test_set_up_asked_for_and_lost(stage: Stage) -> None:
    stage.complaints.expect(r"401 .*/session")
    desk = await stage.agent("ana", available=False)
    await desk.page.goto(f"{stage.centre.url}/account")
    card = desk.page.get_by_role("region", name="Second factor")
    await card.get_by_role("button", name="Set up").click()
    await expect(card.get_by_role("img", name="QR code")).to_be_visible()
    assert await findings(desk.page, "a QR code", desktop=True) == []
    await card.get_by_role("textbox", name="The code that it shows").fill(
        await shown(stage, desk.page)
    )
    await card.get_by_role("button", name="Turn it on").click()
    codes = card.get_by_role("group", name="Recovery codes").get_by_role("listitem")
    await expect(codes).to_have_count(10)
    recovery = await codes.nth(2).inner_text()
    assert await findings(desk.page, "recovery codes", desktop=True) == []
    await card.get_by_role("button", name="Done").click()
    await expect(card.get_by_text("Recovery codes left: 10.")).to_be_visible()

    context = await stage.context()
    page = await context.new_page()
    await page.goto(stage.centre.url)
    await sign_in(page, "ana")
    field = page.get_by_role("textbox", name="Code")
    await expect(field).to_be_focused()
    assert await findings(page, "the code", desktop=True) == []
    await field.fill("000000")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_text("This code is wrong")).to_be_visible()
    await field.fill(recovery)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("navigation", name="Pages")).to_be_visible()

    root = await administrator(stage)
    await open_item(root, "Users", "Ana")
    panel = root.get_by_role("region", name="Second factor")
    await panel.get_by_role("button", name="Reset").click()
    await expect(panel.get_by_text("It is asked for no more")).to_be_visible()
    await expect(page.get_by_role("heading", name="Sign in to Rapport")).to_be_visible()


async def test_a_role_requires_it(stage: Stage) -> None:
    await stage.centre.put("settings", "settings", {"password": {"second_factor_for": ["agent"]}})
    context = await stage.context()
    page = await context.new_page()
    await page.goto(stage.centre.url)
    await sign_in(page, "ana")
    await expect(page.get_by_role("heading", name="Set up a second factor")).to_be_visible()
    await page.get_by_role("button", name="Set up").click()
    assert await findings(page, "required", desktop=True) == []
    await page.get_by_role("textbox", name="The code that it shows").fill(await shown(stage, page))
    await page.get_by_role("button", name="Turn it on").click()
    await page.get_by_role("button", name="Go on").click()
    await expect(page.get_by_role("navigation", name="Pages")).to_be_visible()
