"""The chat under a visitor's hands: keys, focus, caret and scrolling, on a desk and on a phone."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
PHONE = {"viewport": {"width": 390, "height": 740}}


async def test_the_menu_by_keyboard(stage: Stage) -> None:
    _, dana = await stage.conversation()
    page, keys = dana.page, dana.page.keyboard
    more = page.get_by_role("button", name="More")
    off, on = (page.get_by_role("button", name=f"Turn sound {word}") for word in ("off", "on"))
    await more.focus()
    await keys.press("Enter")
    await expect(off).to_be_visible()
    await keys.press("Tab")
    await expect(off).to_be_focused()
    await keys.press("Enter")
    await expect(off).to_have_count(0)
    await expect(more).to_be_focused()
    await keys.press("Enter")
    await expect(on).to_be_visible()
    # The menu goes first, the panel with the next Escape.
    await keys.press("Tab")
    await keys.press("Escape")
    await expect(on).to_have_count(0)
    await expect(more).to_be_focused()
    await expect(dana.panel).to_be_visible()
    # Who goes on by Tab leaves it.
    await keys.press("Enter")
    await expect(on).to_be_visible()
    await keys.press("Tab")
    await keys.press("Tab")
    await expect(page.get_by_role("button", name="Minimise chat")).to_be_focused()
    await expect(on).to_have_count(0)
    await keys.press("Escape")
    await expect(dana.panel).to_be_hidden()
    await expect(dana.launcher).to_be_focused()


async def test_what_comes_in_leaves_the_caret_alone(stage: Stage) -> None:
    ana, dana = await stage.conversation()
    keys = dana.page.keyboard
    await dana.composer.click()
    await keys.type("One three")
    for _ in "three":
        await keys.press("ArrowLeft")
    await ana.reply("Take your time")
    await dana.reads("Take your time")
    await keys.type("two ")
    await expect(dana.composer).to_have_value("One two three")
    await dana.page.get_by_role("button", name="Emojis").click()
    emojis = dana.page.get_by_role("group", name="Emojis")
    await expect(emojis.get_by_role("button").first).to_be_focused()
    await keys.press("ArrowRight")
    await keys.press("ArrowDown")
    await keys.press("ArrowLeft")
    await expect(emojis.get_by_role("button").nth(8)).to_be_focused()
    await keys.press("Enter")
    await expect(dana.composer).to_have_value("One two 😊three")
    await keys.press("Escape")
    await expect(emojis).to_have_count(0)
    await expect(dana.composer).to_be_focused()
    await keys.press("Enter")
    await ana.reads("One two 😊three")
    await expect(dana.composer).to_have_value("")


async def test_a_message_that_was_refused_is_edited_and_sent(stage: Stage) -> None:
    ana, dana = await stage.conversation()
    spec = stage.centre.node.configuration.current.account_specs[stage.centre.ids["site"]]
    await stage.centre.put("accounts", "site", spec.model_dump() | {"composer_limit": 20})
    # The page still holds the limit that was.
    for text in ("This is more than twenty.", "And so is this one here."):
        await dana.say(text)
    edit = dana.thread.get_by_role("button", name="Edit")
    await expect(edit).to_have_count(2)
    await edit.first.click()
    await expect(dana.composer).to_have_value("This is more than twenty.")
    await edit.click()
    await expect(dana.composer).to_have_value("And so is this one here.\nThis is more than twenty.")
    await expect(edit).to_have_count(0)
    await dana.composer.fill("Short enough")
    await dana.composer.press("Enter")
    await ana.reads("Short enough")


async def test_who_reads_above_is_told_of_news_below(stage: Stage) -> None:
    ana, dana = await stage.conversation()
    for number in range(12):
        await ana.reply(f"Line {number}\n" * 3)
    await expect(dana.thread.get_by_text("Line 11")).to_be_in_viewport()
    await dana.thread.hover()
    await dana.page.mouse.wheel(0, -600)
    await expect(dana.thread.get_by_text("Line 11")).not_to_be_in_viewport()
    await ana.reply("The newest")
    news = dana.page.get_by_role("button", name="New messages")
    await expect(news).to_be_visible()
    await expect(dana.message("The newest")).not_to_be_in_viewport()
    await news.click()
    await expect(dana.message("The newest")).to_be_in_viewport()
    await expect(news).to_have_count(0)
    await expect(dana.thread).to_be_focused()


async def test_an_address_in_a_message_can_be_followed(stage: Stage) -> None:
    ana, dana = await stage.conversation()
    await ana.reply("See https://shop.example/care, or write to care@shop.example.")
    link = dana.thread.get_by_role("link", name="https://shop.example/care")
    await expect(link).to_have_attribute("href", "https://shop.example/care")
    await expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    mail = dana.thread.get_by_role("link", name="care@shop.example")
    await expect(mail).to_have_attribute("href", "mailto:care@shop.example")


async def test_a_phone_keeps_the_focus_in_the_panel(stage: Stage) -> None:
    visitor = await stage.visitor(**PHONE)
    await visitor.open_chat()
    await expect(visitor.launcher).to_be_hidden()
    await expect(visitor.panel).to_have_attribute("aria-modal", "true")
    page = visitor.page
    minimise = page.get_by_role("button", name="Minimise chat")
    await minimise.focus()
    await page.keyboard.press("Shift+Tab")
    await expect(page.get_by_role("button", name="Start chat")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(minimise).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(visitor.panel).to_be_hidden()
    await expect(visitor.launcher).to_be_focused()


async def test_in_german_from_the_first_word_to_the_last(stage: Stage) -> None:
    visitor = await stage.visitor()
    page = visitor.page
    # The page says which language it is in before the widget reads it.
    await page.add_init_script(
        """new MutationObserver((_, observer) => {
          if (!document.documentElement) return;
          document.documentElement.lang = "de";
          observer.disconnect();
        }).observe(document, { childList: true });
        document.addEventListener("readystatechange", () => (document.documentElement.lang = "de"));
        """
    )
    await page.reload()
    await page.get_by_role("button", name="Chat öffnen").click()
    await page.get_by_role("button", name="Chat starten").click()
    await expect(page.get_by_text("Bitte füllen Sie dieses Feld aus.")).to_be_visible()
    await page.get_by_role("textbox", name="Name").fill("Dana Example")
    await page.get_by_role("button", name="Chat starten").click()
    await expect(page.get_by_text("Gleich ist jemand für Sie da.")).to_be_visible()
    await page.get_by_role("button", name="Mehr").click()
    await expect(page.get_by_role("button", name="Ton ausschalten")).to_be_visible()
    await page.get_by_role("button", name="Chat beenden").click()
    question = page.get_by_role("alertdialog", name="Diesen Chat beenden?")
    await question.get_by_role("button", name="Chat beenden").click()
    await expect(page.get_by_text(re.compile("^Sie haben den Chat beendet"))).to_be_visible()
    await page.get_by_role("button", name="Neuen Chat starten").click()
    await expect(page.get_by_role("textbox", name="Name")).to_be_focused()
