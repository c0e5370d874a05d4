"""Limits of what can be written and sent, and a desk without a mouse."""

from __future__ import annotations

import asyncio
import random
import re

import pytest
from playwright.async_api import FilePayload, Route, expect

from rapport_simulators.visitors import draw_picture
from tests.browser.stage import Stage
from tests.centre import PATIENCE_S

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + bytes(200)
RED = re.compile(r"rgb\((1[5-9]|2)\d\d?, \d\d?, \d\d?\)")


async def test_over_the_character_limit(stage: Stage) -> None:
    spec = stage.centre.node.configuration.current.account_specs[stage.centre.ids["site"]]
    await stage.centre.put("accounts", "site", spec.model_dump() | {"composer_limit": 20})
    ana, dana = await stage.conversation()
    await ana.composer.fill("123456789012345678901")
    warning = ana.page.get_by_role("alert")
    await expect(warning).to_have_text("The message is too long: delete 1 character to send it.")
    await expect(warning).to_have_css("color", RED)
    await expect(ana.page.get_by_text("21/20")).to_have_css("color", RED)
    await expect(ana.send).to_be_disabled()
    await ana.composer.press("Enter")
    await ana.has_written("123456789012345678901")
    await ana.composer.press("Backspace")
    await expect(ana.send).to_be_enabled()
    await ana.composer.press("Enter")
    await dana.reads("12345678901234567890")


async def test_a_draft_that_comes_late_is_offered_and_never_stands_over_what_was_done(
    stage: Stage,
) -> None:
    ana, dana = await stage.conversation()
    drafts = re.compile("/draft$")
    await ana.composer.press_sequentially("Half a sentence")
    # Once the server has it, the browser keeps no copy of its own.
    kept = "Object.keys(localStorage).some((key) => key.startsWith('rapport.draft.'))"
    async with asyncio.timeout(PATIENCE_S):
        while await ana.page.evaluate(kept):
            await asyncio.sleep(0.02)
    held = asyncio.Queue[Route]()

    async def hold(route: Route) -> None:
        if route.request.method == "GET":
            held.put_nowait(route)
        else:
            await route.continue_()

    await ana.page.route(drafts, hold)
    await ana.page.reload()
    # The field is there before the draft is; what is typed and sent meanwhile is sent once.
    late = await held.get()
    await expect(ana.composer).to_be_focused()
    await ana.page.keyboard.type("It is on its way.")
    await ana.page.keyboard.press("Enter")
    await dana.reads("It is on its way.")
    await late.continue_()
    await expect(ana.page.get_by_text("There is another draft")).to_be_visible()
    await ana.has_written("")
    await ana.page.get_by_role("button", name="Use it").click()
    await ana.has_written("Half a sentence")


async def test_files_and_refused_files(stage: Stage) -> None:
    ana, dana = await stage.conversation()
    stage.complaints.expect(r"409 .*(attachments\?filename=setup.exe|files\?filename=photo.png)")
    program = FilePayload(name="setup.exe", mimeType="application/x-msdownload", buffer=PROGRAM)
    disguised = FilePayload(name="photo.png", mimeType="image/png", buffer=PROGRAM)
    await ana.attach(program)
    refused = ana.page.get_by_text("This type of file is not allowed.")
    await expect(refused).to_be_visible()
    await expect(ana.send).to_be_disabled()
    await ana.page.get_by_role("button", name="Remove setup.exe").click()

    await dana.attach(program)
    await expect(dana.page.get_by_text("Files like setup.exe can't be sent here.")).to_be_visible()
    await dana.attach(disguised)
    await expect(dana.page.get_by_text(re.compile("^photo.png: "))).to_be_visible()
    await dana.page.get_by_role("button", name="Remove setup.exe").click()
    await dana.page.get_by_role("button", name="Remove photo.png").click()

    picture = draw_picture(random.Random(1))
    cup = FilePayload(name="cup.png", mimeType="image/png", buffer=picture)
    await dana.send_file(cup, "It came like this")
    await ana.page.get_by_role("button", name="Show cup.png").click()
    await expect(ana.dialog("cup.png").get_by_role("img", name="cup.png")).to_be_visible()
    await ana.page.keyboard.press("Escape")
    await ana.attach(FilePayload(name="voucher.txt", mimeType="text/plain", buffer=b"A voucher"))
    await expect(ana.send).to_be_enabled()
    await ana.reply("Please take this")
    await expect(dana.page.get_by_role("link", name="voucher.txt")).to_be_visible()


async def test_without_a_mouse(stage: Stage) -> None:
    ana, dana = await stage.agent("ana", available=False), await stage.visitor()
    keys = ana.page.keyboard
    await keys.press("Control+Alt+KeyR")
    await ana.is_in_state("Available")
    await dana.start("Dana Example", "Can you hear me?")
    assert await stage.centre.offered() == 1
    await expect(ana.offers).to_be_visible()
    await keys.press("Control+Alt+KeyA")
    await expect(ana.composer).to_be_focused()
    await ana.reads("Can you hear me?")
    await keys.type("Loud and clear")
    await keys.press("Enter")
    await dana.reads("Loud and clear")
    await keys.press("Control+Alt+KeyE")
    await expect(ana.page.get_by_role("combobox", name="Search reasons")).to_be_focused()
    await keys.type("sol")
    await keys.press("Enter")
    await expect(ana.page.get_by_role("option", name="Sold", selected=True)).to_be_visible()
    await keys.press("Tab")
    await expect(ana.page.get_by_role("button", name="Submit Wrap Up")).to_be_focused()
    await keys.press("Enter")
    await expect(ana.page.get_by_text("All quiet. New requests appear here.")).to_be_visible()
    await keys.press("Control+Alt+KeyN")
    await expect(ana.page.get_by_role("combobox", name="Search states")).to_be_focused()
    await keys.type("lunch")
    await keys.press("Enter")
    await ana.is_in_state("Lunch")
    await keys.press("Control+KeyK")
    await expect(ana.page.get_by_role("combobox", name="Go to, or do…")).to_be_focused()
    await keys.type("queues")
    await keys.press("Enter")
    await expect(ana.page.get_by_role("heading", name="Queues")).to_be_visible()
