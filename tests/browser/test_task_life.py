"""The life of a WebChat task, seen by both sides in their browsers."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.stage import Stage
from tests.centre import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_sign_in_with_a_password(stage: Stage) -> None:
    context = await stage.context()
    page = await context.new_page()
    await page.goto(stage.centre.url)
    await page.get_by_label("Name").fill("ana")
    await page.get_by_role("textbox", name="Password").fill("not this one")
    stage.complaints.expect("401")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_have_text("Name or password is not right.")
    await page.get_by_role("textbox", name="Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Go available to receive requests.")).to_be_visible()


async def test_offer_accept_reply_end_wrap_up(stage: Stage) -> None:
    ana, dana = await stage.agent("ana"), await stage.visitor()
    await dana.start("Dana Example", "Do you ship to Norway?")
    assert await stage.centre.offered() == 1
    await expect(ana.offers).to_contain_text("Dana Example")
    await expect(ana.offers).to_contain_text("sales")
    await ana.accept("Dana Example")
    await expect(dana.page.get_by_text("Ana has joined")).to_be_visible()

    await ana.reads("Do you ship to Norway?")
    await ana.reply("We do, within a week.")
    await dana.reads("We do, within a week.")
    await expect(ana.thread.get_by_title("Read")).to_be_visible()
    await dana.say("Wonderful, thank you")
    await ana.reads("Wonderful, thank you")
    await ana.reply("You are welcome")
    await expect(dana.thread.get_by_text("Seen")).to_be_visible()

    await ana.do("End")
    await expect(dana.page.get_by_text("Ana ended the chat.")).to_be_visible()
    await expect(dana.page.get_by_role("button", name="Start a new chat")).to_be_visible()
    await ana.wrap_up("Sold", "Asked")
    await expect(ana.page.get_by_text("All quiet. New requests appear here.")).to_be_visible()
    await ana.is_in_state("Available")
    (reasons,) = await stage.centre.node.database.pool.fetch("SELECT reason_ids FROM leg")
    assert reasons["reason_ids"] == [stage.centre.ids["Sold"], stage.centre.ids["Asked"]]


async def test_rona_and_back(stage: Stage) -> None:
    ana, dana = await stage.agent("ana"), await stage.visitor()
    await dana.start("Dana Example")
    assert await stage.centre.offered() == 1
    await expect(ana.offers).to_be_visible()
    await stage.pass_time(31)
    dialog = ana.dialog("You did not answer a request")
    await expect(dialog).to_be_visible()
    await expect(ana.offers).to_have_count(0)
    assert await stage.centre.route() == 0
    await dialog.get_by_role("button", name="Go Available").click()
    await expect(dialog).to_be_hidden()
    await ana.is_in_state("Available")
    assert await stage.centre.offered() == 1
    await ana.accept("Dana Example")


async def test_the_visitor_leaves_while_the_offer_rings(stage: Stage) -> None:
    ana, dana = await stage.agent("ana"), await stage.visitor()
    await dana.start("Dana Example")
    assert await stage.centre.offered() == 1
    await expect(ana.offers).to_be_visible()
    await dana.end()
    await expect(ana.offers).to_have_count(0)
    await ana.is_in_state("Available")
    await ana.page.get_by_role("button", name="Notifications, 1 unread").click()
    await expect(
        ana.page.get_by_role("dialog").get_by_text("A request in sales was withdrawn.")
    ).to_be_visible()


async def test_the_customer_leaves_and_comes_back(stage: Stage) -> None:
    ana, dana = await stage.conversation()
    await dana.end()
    await ana.announces("The customer has left the chat")
    await expect(ana.send).to_be_disabled()
    await dana.page.get_by_role("button", name="Start a new chat").click()
    await expect(dana.page.get_by_role("button", name="Start chat")).to_be_visible()
    await ana.do("End")
    await ana.wrap_up("Asked")


async def test_the_desk_can_be_used_before_its_stream_is_there(stage: Stage) -> None:
    """On a slow line the socket comes later than the first click: that is no being offline."""
    ana = await stage.agent("ana", available=False)
    # Accepted, and silent from then on.
    await ana.page.route_web_socket("**/api/v1/stream*", lambda _: None)
    await ana.page.reload()
    await ana.go("Available")
