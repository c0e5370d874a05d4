"""Transfer and conference, as two agents and the customer see them."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_transfer_to_a_queue(stage: Stage) -> None:
    ana, dana = await stage.conversation()
    await ana.transfer("help", tab="Queue")
    await ana.wrap_up("Asked")
    await expect(ana.page.get_by_text("All quiet. New requests appear here.")).to_be_visible()
    await dana.say("Is anybody there?")
    await ana.go("Break")
    ben = await stage.agent("ben")
    assert await stage.centre.offered() == 1
    await expect(ben.offers).to_contain_text("help")
    await ben.accept("Dana Example")
    await ben.reads("Hello")
    await ben.reads("Is anybody there?")
    await ben.announces("Ana transferred the conversation to help")
    await expect(dana.page.get_by_text("Ben has joined")).to_be_visible()


async def test_transfer_to_an_agent_who_accepts(stage: Stage) -> None:
    ana, dana = await stage.conversation()
    ben = await stage.agent("ben")
    await stage.agent("cleo", available=False)
    await ana.do("Transfer")
    dialog = ana.dialog("Transfer Request")
    await dialog.get_by_text("Agent", exact=True).click()
    await expect(dialog.get_by_role("option")).to_have_text([re.compile("Ben.*Available")])
    await ana.choose_target("Transfer Request", "Ben", "Transfer")
    await expect(ana.dialog("Wrap Up Reasons")).to_be_visible()
    await expect(ben.offers.get_by_text("Transfer", exact=True)).to_be_visible()
    await ben.accept("Dana Example")
    await ana.wrap_up("Asked")
    await ben.reply("Ben here, how can I help?")
    await dana.reads("Ben here, how can I help?")


async def test_transfer_to_an_agent_who_does_not_accept(stage: Stage) -> None:
    ana, dana = await stage.conversation()
    ben = await stage.agent("ben")
    await ana.transfer("Ben", tab="Agent")
    await expect(ben.offers).to_be_visible()
    await stage.pass_time(31)
    await expect(ben.dialog("You did not answer a request")).to_be_visible()
    await expect(ben.offers).to_have_count(0)
    await ana.wrap_up("Asked")
    await ana.page.get_by_role("button", name="Notifications, 1 unread").click()
    dropped = "The transfer of Dana Example was not accepted; the conversation was dropped."
    await expect(ana.page.get_by_role("listitem").filter(has_text=dropped)).to_be_visible()
    await expect(dana.page.get_by_role("button", name="Start a new chat")).to_be_visible()


async def test_conference_accepted_and_exited(stage: Stage) -> None:
    ana, dana = await stage.conversation()
    ben = await stage.agent("ben")
    await ana.request_conference("Ben")
    await ana.stands_at("Conference Requested")
    await expect(ben.offers.get_by_text("Conference", exact=True)).to_be_visible()
    await ben.accept("Dana Example")
    await ana.stands_at("Conference")
    await ana.announces("Ben has joined the chat")
    await expect(dana.page.get_by_text("Ben has joined")).to_be_visible()
    await ben.reply("Hello from Ben")
    await ana.reads("Hello from Ben")
    await dana.reads("Hello from Ben")
    await expect(ben.pane.get_by_role("button", name="End Conference")).to_have_count(0)

    await ben.do("Exit Conference")
    await ben.wrap_up("Asked")
    await ana.announces("Ben has left the chat")
    await ana.stands_at("Connected")
    await ana.reply("Only me again")
    await dana.reads("Only me again")


async def test_conference_ended_by_its_owner(stage: Stage) -> None:
    ana, dana = await stage.conversation()
    ben = await stage.agent("ben")
    await ana.request_conference("Ben")
    await ben.accept("Dana Example")
    await ana.stands_at("Conference")
    await ana.do("End Conference")
    await expect(dana.page.get_by_text("Ana ended the chat.")).to_be_visible()
    await ana.wrap_up("Sold")
    await ben.stands_at("Wrap-up")
    await ben.do("Wrap up")
    await ben.wrap_up("Asked")
    await expect(ben.page.get_by_text("All quiet. New requests appear here.")).to_be_visible()


async def test_conference_unanswered(stage: Stage) -> None:
    ana, dana = await stage.conversation()
    ben = await stage.agent("ben")
    await ana.request_conference("Ben")
    await expect(ben.offers).to_be_visible()
    await stage.pass_time(31)
    await expect(ben.dialog("You did not answer a request")).to_be_visible()
    await ana.stands_at("Connected")
    await expect(ana.pane.get_by_role("button", name="Conference")).to_be_visible()
    await ana.reply("Still with you")
    await dana.reads("Still with you")
