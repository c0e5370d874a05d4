"""Customers' data in the browser: found, looked at, exported, erased by name."""

from __future__ import annotations

import json
import zipfile

import pytest
from playwright.async_api import expect

from tests.browser.axe import findings
from tests.browser.stage import Stage
from tests.browser.test_administration import administrator, area
from tests.centre import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_customer_is_exported_and_erased(stage: Stage) -> None:
    stage.complaints.expect(r"409 .*/erase")
    ana, _ = await stage.conversation(customer="Dana Example")
    await ana.reply("I am sorry to see that!")
    page = await administrator(stage)
    await area(page, "Customers’ data")
    search = page.get_by_role("textbox", name="Name, e-mail address or number")
    await search.fill("nobody of this name")
    await expect(page.get_by_text("Nobody found.")).to_be_visible()
    await search.fill("dana ex")
    await page.get_by_role("list", name="Customers", exact=True).get_by_role("link").click()
    await expect(page.get_by_role("heading", name="Dana Example")).to_be_visible()
    erase = page.get_by_role("button", name="Erase this customer…")
    await expect(page.get_by_text("It has to be ended and wrapped up first.")).to_be_visible()
    await expect(erase).to_be_disabled()
    assert await findings(page, "a customer", desktop=True) == []

    await ana.do("End")
    await ana.wrap_up("Sold")
    await page.reload()
    kept = page.get_by_role("region", name="What is kept")
    await expect(kept.get_by_text("Messages")).to_be_visible()
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Export as a file").click()
    with zipfile.ZipFile(await (await download.value).path()) as archive:
        said = [message["text"] for message in json.loads(archive.read("person.json"))["messages"]]
    assert "I am sorry to see that!" in said

    await erase.click()
    dialog = page.get_by_role("dialog")
    good = dialog.get_by_role("button", name="Erase for good")
    await dialog.get_by_role("textbox", name="To confirm").fill("Dana")
    await expect(good).to_be_disabled()
    assert await findings(page, "erasing", desktop=True) == []
    await dialog.get_by_role("textbox", name="To confirm").fill("dana example")
    await good.click()
    await expect(page.get_by_role("heading", name="The customer is erased")).to_be_focused()
    await expect(page.get_by_role("status").filter(has_text="conversations 1")).to_be_visible()
    assert await findings(page, "erased", desktop=True) == []
    await page.get_by_role("link", name="The audit log tells").click()
    log = page.get_by_role("list", name="Audit log")
    await expect(log.get_by_role("listitem").filter(has_text="Customer erased")).to_have_count(1)
    await expect(log.get_by_role("listitem").filter(has_text="Customer exported")).to_have_count(1)
    await area(page, "Customers’ data")
    await search.fill("dana ex")
    await expect(page.get_by_text("Nobody found.")).to_be_visible()


async def test_a_conversation_that_begins_meanwhile_refuses_in_words(stage: Stage) -> None:
    stage.complaints.expect(r"409 .*/erase")
    ana, dana = await stage.conversation(customer="Dana Example")
    await ana.do("End")
    await ana.wrap_up("Sold")
    page = await administrator(stage)
    await area(page, "Customers’ data")
    await page.get_by_role("textbox", name="Name, e-mail address or number").fill("Dana Example")
    await page.get_by_role("list", name="Customers", exact=True).get_by_role("link").click()
    await page.get_by_role("button", name="Erase this customer…").click()
    await dana.page.get_by_role("button", name="Start a new chat").click()
    await dana.page.get_by_role("textbox", name="Name").fill("Dana Example")
    await dana.page.get_by_role("textbox", name="How can we help?").fill("Me again")
    await dana.page.get_by_role("button", name="Start chat").click()
    await dana.reads("Me again")
    await stage.centre.offered()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("textbox", name="To confirm").fill("Dana Example")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("alert")).to_contain_text("is open")
    await dialog.get_by_role("button", name="Keep").click()
    await expect(page.get_by_role("button", name="Erase this customer…")).to_be_disabled()


async def test_who_may_only_look_finds_nothing_to_press(stage: Stage) -> None:
    await stage.conversation(customer="Dana Example")
    role = await stage.centre.put("roles", "Look", {"rights": ["people:read"]})
    await stage.centre.person("eve", custom_roles=[role], roles=[])
    context = await stage.context()
    page = await context.new_page()
    answer = await context.request.post(
        f"{stage.centre.url}/api/v1/session", data={"login": "eve", "password": PASSWORD}
    )
    assert answer.ok
    await page.goto(stage.centre.url)
    await expect(page.get_by_role("heading", name="Customers’ data")).to_be_visible()
    await page.get_by_role("textbox", name="Name, e-mail address or number").fill("Dana Example")
    await page.get_by_role("list", name="Customers", exact=True).get_by_role("link").click()
    await expect(page.get_by_text("addresses that you have no right to see")).to_be_visible()
    await expect(page.get_by_role("link", name="Export as a file")).to_have_count(0)
    await expect(page.get_by_role("button", name="Erase this customer…")).to_have_count(0)
