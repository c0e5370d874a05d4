"""Closed laptops, reloads and lost networks: nothing is lost, nothing comes twice."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_the_laptop_is_closed_while_available(stage: Stage) -> None:
    ana = await stage.agent("ana")
    ben = await stage.agent("ben")
    profile = await ana.context.storage_state()
    await ana.context.close()
    await stage.centre.node.sweeper.sweep()
    # Longer than a desktop may be unseen; Ben's is seen again before the sweep.
    stage.centre.clock.advance(seconds=61)
    await ben.go("Break")
    await stage.centre.sweep()
    states = await stage.centre.node.database.pool.fetch("SELECT status FROM agent ORDER BY id")
    assert [row["status"] for row in states][:1] == ["offline"]

    again = await stage.tab(await stage.context(storage_state=profile))
    await again.is_in_state("Break")


async def test_both_sides_reload(stage: Stage) -> None:
    ana, dana = await stage.conversation()
    await ana.reply("One moment, please")
    await ana.composer.fill("What I was about to wri")
    await dana.composer.fill("And what I")
    await ana.page.reload()
    await dana.page.reload()
    await ana.reads("One moment, please")
    await dana.reads("One moment, please")
    await ana.has_written("What I was about to wri")
    await expect(dana.composer).to_have_value("And what I")
    await dana.say("Back again")
    await ana.reads("Back again")


async def test_the_agent_loses_the_network(stage: Stage) -> None:
    ana, dana = await stage.conversation()
    stage.complaints.expect("ERR_INTERNET_DISCONNECTED")
    await ana.context.set_offline(True)
    await expect(ana.page.get_by_role("button", name="Offline")).to_be_visible()
    await ana.reply("Written in a tunnel")
    await expect(ana.thread.get_by_text("Sent when you are back online")).to_be_visible()
    await dana.say("Meanwhile, at the customer's")
    await ana.context.set_offline(False)
    await dana.reads("Written in a tunnel")
    await ana.reads("Meanwhile, at the customer's")
    await expect(ana.page.get_by_role("button", name="Offline")).to_have_count(0)
    await ana.reply("In the open again")
    await dana.reads("In the open again")
    await dana.reads("Written in a tunnel")
    await ana.reads("Written in a tunnel")


async def test_the_agent_sees_whether_the_customer_is_there(stage: Stage) -> None:
    """From the first moment, after a reload, and after what was missed on a cut line."""
    ana, dana = await stage.conversation()
    details = ana.page.get_by_role("complementary", name="Customer")
    here, gone = (
        details.get_by_text(words, exact=True)
        for words in ("On the website now", "Not on the website")
    )
    await expect(here).to_be_visible()
    await ana.page.reload()
    await expect(here).to_be_visible()

    stage.complaints.expect("ERR_INTERNET_DISCONNECTED")
    await ana.context.set_offline(True)
    await expect(ana.page.get_by_role("button", name="Offline")).to_be_visible()
    await dana.page.goto("about:blank")
    await stage.away()
    await ana.context.set_offline(False)
    await expect(gone).to_be_visible()
    await dana.page.go_back()
    await expect(here).to_be_visible()


async def test_the_visitor_loses_the_network(stage: Stage) -> None:
    ana, dana = await stage.conversation()
    stage.complaints.expect("ERR_INTERNET_DISCONNECTED")
    await dana.context.set_offline(True)
    await expect(dana.page.get_by_text("No connection.")).to_be_visible()
    await dana.say("Written in the lift")
    await expect(dana.thread.get_by_text("Sending…")).to_be_visible()
    await ana.reply("Are you there?")
    await dana.context.set_offline(False)
    await ana.reads("Written in the lift")
    await dana.reads("Are you there?")
    await dana.reads("Written in the lift")
    await expect(dana.thread.get_by_text("Sending…")).to_have_count(0)


async def test_the_page_dies_with_an_unsent_message(stage: Stage) -> None:
    ana, dana = await stage.conversation()
    stage.complaints.expect("ERR_FAILED")
    await ana.context.route("**/api/v1/tasks/*/messages", lambda route: route.abort())
    await ana.reply("Never to be lost")
    await expect(ana.thread.get_by_title("Sending")).to_be_visible()
    await ana.page.close()
    await ana.context.unroute("**/api/v1/tasks/*/messages")
    again = await stage.tab(ana.context)
    await dana.reads("Never to be lost")
    await again.active.click()
    await again.reads("Never to be lost")


async def test_two_tabs_of_one_agent(stage: Stage) -> None:
    first, dana = await stage.conversation()
    second = await stage.tab(first.context)
    await second.active.click()
    await first.reply("From the first")
    await second.reads("From the first")
    await second.reply("From the second")
    await first.reads("From the second")
    await dana.reads("From the second")
    await second.do("End")
    await second.wrap_up("Asked")
    await expect(first.active).to_have_count(0)
    await expect(first.page.get_by_text("All quiet. New requests appear here.")).to_be_visible()
