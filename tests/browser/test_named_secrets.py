"""Secrets of workflows and of a website, given in the browser and never shown again."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from playwright.async_api import expect

from tests.browser.axe import findings
from tests.browser.stage import Stage
from tests.browser.test_administration import administrator, area, open_item, save

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


def kept(stage: Stage, item_id: int) -> Mapping[str, str]:
    node = stage.centre.node
    return node.context.administration.opened(node.configuration.current.items[item_id])


async def test_a_workflows_secrets(stage: Stage) -> None:
    stage.pseudo = True
    workflow = await stage.centre.put(
        "workflows", "Order status", {"url": "https://orders.example.com/status"}
    )
    page = await administrator(stage)
    await open_item(page, "Workflows", "Order status")
    card = page.get_by_role("region", name="Secrets")
    await card.get_by_role("textbox", name="signing_secret").fill("signs everything")
    other = card.get_by_role("textbox", name="Another secret")
    await other.fill("Not a name")
    await expect(card.get_by_role("button", name="Add")).to_be_disabled()
    await other.fill("token")
    await other.press("Enter")
    await card.get_by_role("textbox", name="token", exact=True).fill("for the shop")
    assert await findings(page, "secrets", desktop=True) == []
    await save(page)
    assert kept(stage, workflow) == {"signing_secret": "signs everything", "token": "for the shop"}

    await page.reload()
    given = card.get_by_role("textbox", name="token", exact=True)
    await expect(given).to_have_value("")
    await given.fill("another one")
    await card.get_by_role("button", name="Remove: signing_secret").click()
    await save(page)
    assert kept(stage, workflow) == {"token": "another one"}


async def test_a_websites_identity_secret(stage: Stage) -> None:
    page = await administrator(stage)
    await area(page, "Channels")
    await page.get_by_role("list", name="Channels").get_by_role("link", name="site").click()
    card = page.get_by_role("region", name="Secrets")
    await expect(card.get_by_role("textbox", name="Another secret")).to_have_count(0)
    await card.get_by_role("textbox", name="identity_secret").fill("x" * 40)
    await save(page)
    assert kept(stage, stage.centre.ids["site"]) == {"identity_secret": "x" * 40}
