"""A customer says how satisfied they were: in the chat, and on the page that a mail leads to."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from rapport.domain.survey import link_token
from tests.browser.axe import findings
from tests.browser.stage import Stage
from tests.journeys.test_surveys import surveying, surveys

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
QUESTION = "How satisfied were you with our help?"


async def test_five_buttons_in_the_ended_chat(stage: Stage) -> None:
    await surveying(stage.centre)
    ana, dana = await stage.conversation()
    await ana.do("End")
    form = dana.page.get_by_role("group", name=QUESTION)
    await expect(form.get_by_role("button")).to_have_count(5)
    over = dana.page.get_by_text("Ana ended the chat.", exact=True)
    await expect(over).to_have_count(1)
    found = await findings(dana.page, "the question", desktop=False)
    await form.get_by_role("button", name="4 of 5").click()
    why = dana.page.get_by_role("textbox", name="Would you like to tell us why?")
    await why.fill("Quick and kind")
    found += await findings(dana.page, "the answer", desktop=False)
    # Whoever comes back finds the question where it was.
    await dana.page.reload()
    await form.get_by_role("button", name="4 of 5").click()
    await why.fill("Quick and kind")
    await dana.send.click()
    await expect(dana.page.get_by_text("Thank you for your answer.")).to_be_visible()
    await expect(form).to_have_count(0)
    await expect(over).to_have_count(1)
    assert await surveys(stage.centre) == [(4, "Quick and kind")]
    await dana.page.reload()
    await expect(dana.page.get_by_role("button", name="Start a new chat")).to_be_visible()
    await expect(form).to_have_count(0)
    await expect(over).to_have_count(1)

    await ana.wrap_up("Sold")
    await ana.page.get_by_role("link", name="My last day").click()
    await expect(ana.page.get_by_text("Rated 4 of 5")).to_be_visible()
    sam = await stage.agent("sam", available=False)
    await sam.page.clock.set_fixed_time(stage.centre.clock.moment)
    await sam.page.get_by_role("link", name="Reports").click()
    await sam.page.get_by_role("combobox", name="Report").click()
    await sam.page.get_by_role("option", name="Satisfaction").click()
    row = sam.page.get_by_role("region", name="Figures").get_by_role(
        "row", name=re.compile("sales")
    )
    await expect(row.get_by_role("cell").first).to_have_text("4")
    found += await findings(sam.page, "satisfaction", desktop=True)
    assert not found, "\n".join(found)


async def test_the_page_of_a_link(stage: Stage) -> None:
    await surveying(stage.centre)
    ana, dana = await stage.conversation()
    await ana.do("End")
    await expect(dana.page.get_by_role("group", name=QUESTION)).to_be_visible()
    task_id = await stage.centre.node.database.pool.fetchval("SELECT task_id FROM survey")
    page = await (await stage.context(viewport={"width": 390, "height": 740})).new_page()
    token = link_token(stage.centre.node.context.secret, task_id)
    await page.goto(f"{stage.centre.url}/survey/{token}")
    await expect(page.get_by_role("heading", name=QUESTION)).to_be_visible()
    found = await findings(page, "the page of a survey", desktop=False)
    await page.get_by_role("radio", name="5").focus()
    await page.keyboard.press("Space")
    await page.get_by_role("textbox").fill("Well done")
    found += await findings(page, "the page of a survey, filled in", desktop=False)
    await page.get_by_role("button", name="Send").click()
    await expect(page.get_by_role("heading", name="Thank you for your answer.")).to_be_visible()
    assert await surveys(stage.centre) == [(5, "Well done")]
    assert not found, "\n".join(found)
