"""What a page's own scripts can do with the chat: each call of `window.Rapport` on a real page."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import WebSocket, expect

from tests.browser.desk import ShopPage
from tests.browser.stage import Stage
from tests.journeys.test_signed_identities import vouched, with_secret

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def call(page: ShopPage, script: str, argument: object = None) -> Any:
    return await page.page.evaluate(script, argument)


async def test_open_close_hide_and_show(stage: Stage) -> None:
    page = await stage.visitor()
    await call(page, "() => Rapport.open()")
    name = page.page.get_by_role("textbox", name="Name")
    await expect(name).to_be_focused()
    await call(page, "() => Rapport.close()")
    await expect(page.panel).to_be_hidden()
    await expect(page.launcher).to_be_focused()

    # A page that has a button of its own takes ours away, and has the focus back.
    await call(page, "() => Rapport.hide()")
    await expect(page.launcher).to_be_hidden()
    await call(
        page,
        """() => {
          const button = Object.assign(document.createElement("button"), { textContent: "Help" });
          button.onclick = () => Rapport.open();
          document.querySelector("main").prepend(button);
        }""",
    )
    own = page.page.get_by_role("button", name="Help")
    await own.click()
    await expect(name).to_be_focused()
    await expect(page.launcher).to_be_hidden()
    await page.page.keyboard.press("Escape")
    await expect(page.panel).to_be_hidden()
    await expect(own).to_be_focused()
    await own.click()
    await expect(page.panel).to_be_visible()
    await call(page, "() => Rapport.hide()")
    await expect(page.panel).to_be_hidden()
    await call(page, "() => Rapport.show()")
    await expect(page.launcher).to_be_visible()


async def test_what_the_page_knows_stands_in_the_form(stage: Stage) -> None:
    page = await stage.visitor()
    await call(page, "(known) => Rapport.prefill(known)", {"name": "Dana", "order": 7})
    await page.open_chat()
    name = page.page.get_by_role("textbox", name="Name")
    question = page.page.get_by_role("textbox", name="How can we help?")
    await expect(name).to_have_value("Dana")
    await question.fill("Where is it?")
    # It may come to know more while the form is open; what was typed stands.
    await call(
        page,
        "(known) => Rapport.prefill(known)",
        {"name": "Dana Example", "text": "About order 7"},
    )
    await expect(name).to_have_value("Dana Example")
    await expect(question).to_have_value("Where is it?")
    await page.page.get_by_role("button", name="Start chat").click()
    await page.reads("Where is it?")
    ana = await stage.agent("ana")
    assert await stage.centre.offered() == 1
    await ana.accept("Dana Example")


async def test_somebody_signs_in_and_out_while_the_page_stands(stage: Stage) -> None:
    await with_secret(stage.centre)
    word = vouched(stage.centre, name="Dana Example", email="dana@customers.example")
    page = await stage.visitor()
    await page.open_chat()
    name = page.page.get_by_role("textbox", name="Name")
    question = page.page.get_by_role("textbox", name="How can we help?")
    await question.fill("Hello")
    await call(page, "(word) => Rapport.identify(word)", word)
    await expect(name).to_have_count(0)
    await expect(question).to_have_value("Hello")
    await page.page.get_by_role("button", name="Start chat").click()
    await page.reads("Hello")
    ana = await stage.agent("ana")
    assert await stage.centre.offered() == 1
    await ana.accept("Dana Example")

    # The same customer at another browser, before and after the panel has loaded.
    laptop = await stage.visitor()
    await call(laptop, "(word) => Rapport.identify(word)", word)
    await laptop.launcher.click()
    await laptop.reads("Hello")
    await ana.reply("Hello Dana")
    await laptop.reads("Hello Dana")
    await call(laptop, "() => Rapport.identify()")
    await expect(laptop.page.get_by_role("textbox", name="Name")).to_be_focused()
    await expect(laptop.thread).to_have_count(0)
    await call(laptop, "(word) => Rapport.identify(word)", word)
    await laptop.reads("Hello Dana")
    await expect(laptop.composer).to_be_focused()


async def test_a_page_listens_and_stops(stage: Stage) -> None:
    ana, dana = await stage.conversation()
    await call(
        dana,
        """() => {
          window.heard = [];
          const hear = (event) => Rapport.on(event, (detail) => heard.push([event, detail]));
          window.offs = ["open", "close", "unread", "message", "state"].map(hear);
        }""",
    )
    await call(dana, "() => Rapport.close()")
    await ana.reply("Are you there?")
    await expect(dana.launcher).to_have_accessible_name("Open chat (1 unread)")
    await call(dana, "() => Rapport.open()")
    await expect(dana.launcher).to_have_accessible_name("Close chat")
    await ana.do("End")
    await expect(dana.page.get_by_role("button", name="Start a new chat")).to_be_visible()
    name = (await call(dana, "() => heard.find(([event]) => event === 'message')"))[1]["name"]
    assert await call(dana, "() => heard") == [
        ["close", None],
        ["message", {"text": "Are you there?", "name": name}],
        ["unread", 1],
        ["open", None],
        ["unread", 0],
        ["state", "ended"],
    ]
    await call(dana, "() => offs.forEach((off) => off())")
    await call(dana, "() => Rapport.close()")
    await expect(dana.panel).to_be_hidden()
    assert await call(dana, "() => heard.length") == 6


async def test_the_widget_goes_and_the_chat_stays(stage: Stage) -> None:
    ana, page = await stage.agent("ana"), await stage.visitor()
    sockets: list[WebSocket] = []

    def opened(socket: WebSocket) -> None:
        sockets.append(socket)

    page.page.on("websocket", opened)
    await page.start("Dana Example")
    assert await stage.centre.offered() == 1
    await ana.accept("Dana Example")
    (socket,) = sockets
    ended = asyncio.ensure_future(socket.wait_for_event("close"))
    await call(
        page,
        "() => { window.heard = []; Rapport.on('close', () => heard.push(1)); Rapport.destroy(); }",
    )
    await ended
    await expect(page.page.locator("rapport-chat")).to_have_count(0)
    left = "() => [typeof Rapport, document.querySelectorAll('script[src*=widget]').length, heard]"
    assert await call(page, left) == ["undefined", 1, []]

    await ana.reply("It is on its way")
    await call(
        page,
        """() => {
          const old = document.querySelector("script[data-site]");
          const again = document.createElement("script");
          again.src = old.src;
          again.dataset.site = old.dataset.site;
          old.replaceWith(again);
        }""",
    )
    await page.reads("It is on its way")
    await page.say("Thank you")
    await ana.reads("Thank you")
    assert len(sockets) == 2
