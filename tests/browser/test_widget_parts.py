"""What a page loads of the widget, and what happens while a part of it can't be had."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import FilePayload, Page, Route, expect

from tests.browser.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
PART = re.compile(r"/(?:widget/)?(\w+)\.js(?:\?v=.*)?$")
NOTE = FilePayload(name="note.txt", mimeType="text/plain", buffer=b"A note")


def loaded(page: Page) -> list[str]:
    """The parts that are asked for from now on."""
    parts: list[str] = []
    page.on(
        "request",
        lambda request: (
            parts.append(PART.findall(request.url)[0])
            if request.resource_type == "script"
            else None
        ),
    )
    return parts


async def without(page: Page, part: str) -> None:
    async def refuse(route: Route) -> None:
        await route.abort()

    await page.route(f"**/widget/{part}.js*", refuse)


async def test_a_page_loads_what_it_needs(stage: Stage) -> None:
    ana, visitor = await stage.agent("ana"), await stage.visitor()
    page = visitor.page
    parts = loaded(page)
    await page.reload()
    await expect(visitor.launcher).to_be_visible()
    assert parts == ["widget"]
    await visitor.open_chat()
    assert parts == ["widget", "panel", "form"]
    await visitor.start("Dana Example")
    assert await stage.centre.offered() == 1
    await ana.accept("Dana Example")
    assert parts == ["widget", "panel", "form", "chat"]

    # A chat is running: the form is not needed on this page.
    del parts[:]
    await page.reload()
    await visitor.reads("Hello")
    await visitor.say("One more thing")
    await ana.reads("One more thing")
    assert parts == ["widget", "panel", "chat"]
    await visitor.send_file(NOTE, "This")
    await page.get_by_role("button", name="Emojis").click()
    await expect(
        page.get_by_role("group", name="Emojis").get_by_role("button").first
    ).to_be_focused()
    await page.keyboard.press("Escape")
    await visitor.end()
    assert parts == ["widget", "panel", "chat", "files", "emoji", "sheets"]


async def test_a_question_comes_when_its_part_does(stage: Stage) -> None:
    stage.complaints.expect("ERR_FAILED")
    _, dana = await stage.conversation()
    await without(dana.page, "sheets")
    async with dana.page.expect_event("requestfailed"):
        await dana.page.get_by_role("button", name="End chat").click()
    await dana.say("Still here")
    await dana.page.unroute_all()
    question = dana.page.get_by_role("alertdialog", name="End this chat?")
    await expect(question.get_by_role("button", name="End chat")).to_be_focused()
    await dana.page.keyboard.press("Escape")
    await expect(question).to_have_count(0)
    await expect(dana.composer).to_be_focused()


async def test_a_file_waits_for_its_part_and_the_message_for_the_file(stage: Stage) -> None:
    stage.complaints.expect("ERR_FAILED")
    ana, dana = await stage.conversation()
    await without(dana.page, "files")
    async with dana.page.expect_event("requestfailed"):
        await dana.attach(NOTE)
    await expect(dana.panel.get_by_text("note.txt")).to_be_visible()
    await dana.composer.fill("Here it is")
    await expect(dana.send).to_be_disabled()
    await dana.composer.press("Enter")
    await expect(dana.composer).to_have_value("Here it is")
    await dana.page.unroute_all()
    await expect(dana.send).to_be_enabled()
    await dana.composer.press("Enter")
    await ana.reads("Here it is")
    await expect(dana.thread.get_by_role("link", name="note.txt")).to_be_visible()


async def test_a_form_that_is_late(stage: Stage) -> None:
    stage.complaints.expect("ERR_FAILED")
    visitor = await stage.visitor()
    await without(visitor.page, "form")
    async with visitor.page.expect_event("requestfailed"):
        await visitor.launcher.click()
    await expect(visitor.panel.get_by_text("Connecting…")).to_be_visible()
    await visitor.page.unroute_all()
    await expect(visitor.page.get_by_role("textbox", name="Name")).to_be_focused()
    await visitor.start("Dana Example")


async def test_a_phone_that_was_offline_tries_again(stage: Stage) -> None:
    stage.complaints.expect(r"ERR_FAILED|panel\.js")
    visitor = await stage.visitor(viewport={"width": 390, "height": 740})
    await without(visitor.page, "panel")
    async with visitor.page.expect_event("requestfailed"):
        await visitor.launcher.click()
    await expect(visitor.launcher).to_have_accessible_name("Open chat")
    await expect(visitor.launcher).to_be_visible()
    await visitor.page.unroute_all()
    await visitor.open_chat()
