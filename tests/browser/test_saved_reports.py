"""A supervisor keeps a report, shares it, schedules it, and sees how its sendings went."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.axe import findings
from tests.browser.desk import AgentDesk
from tests.browser.stage import Stage
from tests.journeys.test_email import mailbox

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def at_the_reports(stage: Stage, login: str) -> AgentDesk:
    desk = await stage.agent(login, available=False)
    await desk.page.clock.set_fixed_time(stage.centre.clock.moment)
    await desk.page.get_by_role("link", name="Reports").click()
    await expect(desk.page.get_by_role("heading", name="Reports")).to_be_visible()
    return desk


async def choose(desk: AgentDesk, label: str, option: str) -> None:
    await desk.page.get_by_role("combobox", name=label, exact=True).click()
    await desk.page.get_by_role("option", name=option, exact=True).click()


async def test_saved_shared_scheduled_sent_and_deleted(stage: Stage) -> None:
    stage.pseudo = True
    await stage.centre.person("uma", "supervisor")
    async with mailbox(stage.centre) as box:
        await (await stage.visitor()).start("Leo Sample")
        sam = await at_the_reports(stage, "sam")
        page = sam.page
        await choose(sam, "Period", "Last 7 days")
        await page.get_by_role("button", name="Save", exact=True).click()
        dialog = sam.dialog("Save this report")
        await dialog.get_by_role("textbox", name="Name").fill("The week")
        await dialog.get_by_role("checkbox", name="Shared with all who see reports").check()
        found = await findings(page, "save a report", desktop=True)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="The week")).to_be_visible()
        card = page.get_by_role("region", name="Saved report")
        await expect(card).to_contain_text("It is not sent.")
        await card.get_by_role("button", name="Schedule").click()
        dialog = sam.dialog("Send “The week” by e-mail")
        await choose(sam, "How often", "On days of the week")
        await dialog.get_by_role("button", name="Monday").click()
        await dialog.get_by_role("button", name="Tuesday").click()
        await dialog.get_by_role("textbox", name="To").fill("lead@shop.example\nboss@shop.example")
        found += await findings(page, "schedule a report", desktop=True)
        await dialog.get_by_role("button", name="Save", exact=True).click()
        await expect(card).to_contain_text("Sent next on")
        await expect(card).to_contain_text("to 2 addresses")
        box.postbox.refuse = {"boss@shop.example"}
        await card.get_by_role("button", name="Send now").click()
        await expect(card).to_contain_text("Being sent")
        while not box.postbox.mails:
            await stage.centre.node.report_mailer.run_due()
        await page.reload()
        await choose(sam, "Saved report", "The week")
        await expect(page.get_by_role("combobox", name="Period")).to_have_value(re.compile("7"))
        await expect(card).to_contain_text("Last sent on")
        await expect(card).to_contain_text("boss@shop.example did not get it: 5.1.1")
        found += await findings(page, "a saved report", desktop=True)
        await choose(sam, "Grouped by", "Day")
        await page.get_by_role("button", name="Save changes").click()
        await expect(page.get_by_role("button", name="Save changes")).to_have_count(0)

        uma = await at_the_reports(stage, "uma")
        await choose(uma, "Saved report", "The week")
        other = uma.page.get_by_role("region", name="Saved report")
        await expect(other).to_contain_text("Shared by Sam")
        await expect(other.get_by_role("button")).to_have_count(0)
        await expect(uma.page.get_by_role("combobox", name="Grouped by")).to_have_value(
            re.compile("D.*a.*y")
        )

        await card.get_by_role("button", name="Delete").click()
        found += await findings(page, "delete a report", desktop=True)
        await sam.dialog("Delete “The week”?").get_by_role("button", name="Delete").click()
        await expect(page.get_by_role("heading", name="Reports")).to_be_visible()
        await expect(page.get_by_role("combobox", name="Saved report")).to_have_count(0)
    assert not found, "\n".join(found)
