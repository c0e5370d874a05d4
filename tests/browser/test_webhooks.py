"""Webhooks in the administration: set up, tried out, looked at, sent again, gone on with."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.axe import findings
from tests.browser.stage import Stage
from tests.browser.test_administration import administrator, area, open_item, save
from tests.journeys.other_system import other_system

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_set_up_tried_out_and_sent_again(stage: Stage) -> None:
    async with other_system((200, b"thanks")) as system:
        page = await administrator(stage)
        await area(page, "Webhooks")
        await page.get_by_role("link", name="New").click()
        await page.get_by_role("textbox", name="Name", exact=True).fill("CRM")
        await page.get_by_role("textbox", name="Address").fill(f"{system.url}/hook")
        await page.get_by_role("checkbox", name="A customer has written").check()
        secret = await page.get_by_role("textbox", name="New secret").input_value()
        assert len(secret) >= 20
        await save(page)
        await expect(page.get_by_text("A secret is set.")).to_be_visible()
        await page.get_by_role("button", name="Send a test").click()
        await expect(page.get_by_text("Taken with status 200")).to_be_visible()
        (endpoint_id,) = stage.centre.node.configuration.current.webhooks
        stored = stage.centre.node.context.secrets_of(endpoint_id)
        assert stored == {"signing_secret": secret}
        visitor = await stage.visitor()
        await visitor.start("Dana Example")
        while not await stage.centre.node.webhooks.run_due():
            pass
        log = page.get_by_role("list", name="Deliveries")
        row = log.get_by_role("button", name="A customer has written").first
        await row.click()
        await expect(page.get_by_text('"type": "message.received"')).to_be_visible()
        assert not await findings(page, "webhooks", desktop=False)
        await log.get_by_role("button", name="Send again: A customer has written").click()
        await expect(page.get_by_text("1 delivery is sent again.")).to_be_visible()
        while not await stage.centre.node.webhooks.run_due():
            pass
        assert system.asked[-1].headers["x-rapport-replay"] == "true"


async def test_a_paused_one_goes_on(stage: Stage) -> None:
    async with other_system((410, b"no longer"), (200, b"")) as system:
        page = await administrator(stage)
        secrets = {"signing_secret": "a-secret"}
        await stage.centre.put("webhooks", "Shop", {"url": system.url}, secrets)
        visitor = await stage.visitor()
        await visitor.start("Dana Example")
        while not await stage.centre.node.webhooks.run_due():
            pass
        await open_item(page, "Webhooks", "Shop")
        await expect(page.get_by_text("says that it no longer exists").first).to_be_visible()
        assert not await findings(page, "a paused webhook", desktop=False)
        await page.get_by_role("button", name="Go on").click()
        await expect(page.get_by_role("button", name="Go on")).to_have_count(0)
        while await stage.centre.node.webhooks.run_due():
            pass
        await expect(page.get_by_text("Works").first).to_be_visible()
