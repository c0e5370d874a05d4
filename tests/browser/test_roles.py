"""Roles made in the browser, given to somebody, and what such a person finds."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.axe import findings
from tests.browser.stage import Stage
from tests.browser.test_administration import administrator, area, choose, open_item, save
from tests.centre import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_role_is_made_given_and_held(stage: Stage) -> None:
    stage.complaints.expect(r"409 .*config/roles")
    page = await administrator(stage)
    await area(page, "Roles")
    await page.get_by_role("link", name="New").click()
    await page.get_by_role("textbox", name="Name").fill("Analyst")
    rights = page.get_by_role("group", name="Rights")
    await rights.get_by_role("radiogroup", name="Reports").get_by_text("Look only").click()
    await rights.get_by_role("radiogroup", name="Audit log").get_by_text("Yes").click()
    await save(page)
    await expect(page.get_by_text("Nobody yet.")).to_be_visible()
    await open_item(page, "Users", "Ana")
    await choose(page, "Roles of your own", "Analyst")
    await save(page)
    await open_item(page, "Roles", "Analyst")
    await expect(page.get_by_role("region", name="Who has this role")).to_contain_text("Ana")
    assert await findings(page, "a role", desktop=True) == []
    role = stage.centre.node.configuration.current.by_kind["roles"][0]
    assert role.spec.model_dump()["rights"] == ["reports:read", "audit"]
    await page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Delete").click()
    await expect(dialog.get_by_role("list", name="In use by")).to_contain_text("Ana")


async def test_who_has_no_desk_finds_the_pages_of_their_rights(stage: Stage) -> None:
    role = await stage.centre.put("roles", "Analyst", {"rights": ["reports:read", "audit"]})
    await stage.centre.person("eve", custom_roles=[role], roles=[])
    context = await stage.context()
    page = await context.new_page()
    answer = await context.request.post(
        f"{stage.centre.url}/api/v1/session", data={"login": "eve", "password": PASSWORD}
    )
    assert answer.ok
    await page.goto(stage.centre.url)
    await expect(page.get_by_role("heading", name="Audit log")).to_be_visible()
    administration = page.get_by_role("navigation", name="Administration")
    await expect(administration.get_by_role("link")).to_have_count(1)
    pages = page.get_by_role("navigation", name="Pages").get_by_role("link")
    await expect(pages).to_have_count(2)
    await page.get_by_role("link", name="Reports").click()
    await expect(page.get_by_role("heading", name="Reports")).to_be_visible()
    await page.goto(f"{stage.centre.url}/admin/users")
    await expect(page.get_by_text("You have no right to see this page.")).to_be_visible()
