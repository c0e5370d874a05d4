"""A whole shift without a mouse: three channels, from signing in to signing out."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import FileChooser, FilePayload, expect

from tests.browser.desk import AgentDesk
from tests.browser.stage import DESK_SIZE, Stage
from tests.browser.test_templates import templates
from tests.browser.test_workflows import workflows, works
from tests.centre import PASSWORD, PATIENCE_S
from tests.journeys.other_system import other_system
from tests.journeys.providers import DANA, sms, whatsapp
from tests.journeys.test_sms import Phone

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
WRITER = "Dana Example"
COUNT_POINTERS = """
window.pointers = 0;
for (const kind of ["pointerdown", "mousedown", "touchstart"])
  addEventListener(kind, () => (window.pointers += 1), true);
"""
TERMS = FilePayload(name="terms.txt", mimeType="text/plain", buffer=b"No returns.\n")


async def signed_in(stage: Stage, login: str) -> AgentDesk:
    """From the sign-in page to Available, typed."""
    context = await stage.context(viewport=DESK_SIZE)
    await context.add_init_script(COUNT_POINTERS)
    desk = AgentDesk(await context.new_page(), context, stage.centre.url)
    stage.complaints.expect("401")
    await desk.page.goto(stage.centre.url)
    await expect(desk.page.get_by_role("textbox", name="Name")).to_be_focused()
    await desk.page.keyboard.type(login)
    await desk.page.keyboard.press("Tab")
    await desk.page.keyboard.type(PASSWORD)
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.get_by_text("Go available to receive requests.")).to_be_visible()
    # The chords listen a moment after the page is to be seen; a hand would not be that quick.
    async with asyncio.timeout(30):
        while await desk.state.get_attribute("data-status") != "available":
            await desk.page.keyboard.press("Control+Alt+KeyR")
            await desk.page.wait_for_timeout(100)
    await desk.is_in_state("Available")
    return desk


async def press(desk: AgentDesk, *keys: str) -> None:
    for key in keys:
        await desk.page.keyboard.press(key)


async def accepted(desk: AgentDesk, customer: str) -> None:
    """The offer that rings, by its chord."""
    await expect(desk.offers.filter(has_text=customer)).to_be_visible()
    await press(desk, "Control+Alt+KeyA")
    await expect(desk.pane.get_by_role("heading", name=customer)).to_be_visible()
    await expect(desk.composer).to_be_focused()


async def switch_to(desk: AgentDesk, customer: str) -> None:
    """Walk the conversations until it is open."""
    heading = desk.pane.get_by_role("heading")
    for _ in range(4):
        if await heading.first.inner_text() == customer:
            return
        shown = await heading.first.inner_text()
        await press(desk, "Control+Alt+Digit8")
        await expect(heading.first).not_to_have_text(shown)
    await expect(heading.first).to_have_text(customer)


async def choose(desk: AgentDesk, dialog: str, search: str) -> None:
    """Type in a dialog's search, take the first with Enter, confirm it with Enter."""
    box = desk.dialog(dialog)
    await expect(box.get_by_role("option").first).to_be_visible()
    await expect(box.get_by_role("combobox")).to_be_focused()
    await desk.page.keyboard.type(search)
    await expect(box.get_by_role("option")).to_have_count(1)
    await press(desk, "Enter", "Enter")
    await expect(box).to_be_hidden()


async def wrapped_up(desk: AgentDesk, reason: str) -> None:
    """Where there may be several reasons, Enter takes one and Tab leads to the button."""
    box = desk.dialog("Wrap Up Reasons")
    await expect(box.get_by_role("combobox")).to_be_focused()
    await desk.page.keyboard.type(reason)
    await expect(box.get_by_role("option")).to_have_count(1)
    await press(desk, "Enter")
    submit = box.get_by_role("button", name="Submit Wrap Up")
    await expect(submit).to_be_enabled()
    await press(desk, "Tab")
    await expect(submit).to_be_focused()
    await press(desk, "Enter")
    await expect(box).to_be_hidden()


async def test_a_shift_by_keyboard(stage: Stage) -> None:
    centre = stage.centre
    async with (
        whatsapp(centre, joined_text=None, left_text=None) as business,
        sms(centre) as texting,
        other_system((200, {"status": "on its way"})) as system,
    ):
        await templates(stage)
        await workflows(stage, system)
        ana = await signed_in(stage, "ana")
        # Listened for from here on: the browser needs a moment to learn that we want them.
        choosers = asyncio.Queue[FileChooser]()
        ana.page.on("filechooser", choosers.put_nowait)

        # Three tasks on three channels.
        chat = await stage.visitor()
        await chat.start("Lena Example", "Where is my order?")
        assert await centre.offered() == 1
        await accepted(ana, "Lena Example")
        graph = business.provider
        await graph.customer(DANA).says("Hello on WhatsApp")
        await graph.settle()
        assert await centre.offered() == 1
        await accepted(ana, WRITER)
        phone = Phone(texting)
        await phone.says("Hello by SMS")
        assert await centre.offered() == 1
        await expect(ana.offers).to_have_count(1)
        await press(ana, "Control+Alt+KeyA")
        await ana.reads("Hello by SMS")
        texter = await ana.pane.get_by_role("heading").first.inner_text()

        # A template with fields.
        await switch_to(ana, "Lena Example")
        await press(ana, "Control+Alt+KeyM", "Control+Alt+KeyV")
        box = ana.dialog("Templates")
        await expect(box.get_by_role("option").first).to_be_visible()
        await ana.page.keyboard.type("way")
        await expect(box.get_by_role("option")).to_have_count(1)
        await press(ana, "Enter")
        await ana.has_written("Hello Lena, order <order number> comes on <day>.")
        await ana.page.keyboard.type("KC-1")
        await press(ana, "Tab")
        await ana.page.keyboard.type("Monday")
        await press(ana, "Enter")
        await chat.reads("Hello Lena, order KC-1 comes on Monday.")

        # A file.
        await press(ana, "Control+Alt+Digit3")
        async with asyncio.timeout(PATIENCE_S):
            await (await choosers.get()).set_files(TERMS)
        await expect(ana.page.get_by_text("terms.txt")).to_be_visible()
        await press(ana, "Control+Alt+KeyM")
        await ana.page.keyboard.type("Our terms")
        await expect(ana.send).to_be_enabled()
        await press(ana, "Enter")
        await chat.reads("Our terms")

        # A workflow.
        await press(ana, "Control+Alt+KeyC")
        flow = ana.dialog("Trigger a workflow")
        await expect(flow.get_by_role("option").first).to_be_visible()
        await ana.page.keyboard.type("order")
        await expect(flow.get_by_role("option")).to_have_count(1)
        await press(ana, "Enter")
        await expect(ana.page.get_by_role("textbox", name="Order number")).to_be_focused()
        await ana.page.keyboard.type("KC-1")
        await press(ana, "Enter")
        await ana.announces("Ana triggered “Order status”")
        await works(stage)
        await ana.has_written("Your order is on its way.")
        await expect(ana.composer).to_be_focused()
        await press(ana, "Enter")
        await chat.reads("Your order is on its way.")

        # A transfer to a queue, from WhatsApp.
        ben = await signed_in(stage, "ben")
        await switch_to(ana, WRITER)
        await press(ana, "Control+Alt+KeyX")
        await choose(ana, "Transfer Request", "help")
        await wrapped_up(ana, "Asked")
        assert await centre.offered() == 1
        await accepted(ben, WRITER)
        await ben.announces("Ana transferred the conversation to help")

        # A conference by SMS; Ben leaves it again.
        await switch_to(ana, texter)
        await press(ana, "Control+Alt+KeyH")
        await choose(ana, "Conference Request", "Ben")
        await ana.stands_at("Conference Requested")
        await expect(ben.offers).to_be_visible()
        await press(ben, "Control+Alt+KeyA")
        await ben.stands_at("Conference")
        await ana.stands_at("Conference")
        await press(ben, "Control+KeyK")
        await expect(ben.page.get_by_role("combobox")).to_be_focused()
        await ben.page.keyboard.type("exit conf")
        await press(ben, "Enter")
        await wrapped_up(ben, "Asked")
        await ana.stands_at("Connected")

        # The ends: with consent by SMS, at once in WebChat, with several reasons.
        await press(ana, "Control+Alt+KeyE")
        consent = ana.page.get_by_role("button", name="The customer agrees: End")
        await expect(consent).to_be_focused()
        await press(ana, "Enter")
        await wrapped_up(ana, "Asked")
        await switch_to(ana, "Lena Example")
        await press(ana, "Control+Alt+KeyE")
        await wrapped_up(ana, "Sold")
        await expect(ana.page.get_by_text("All quiet. New requests appear here.")).to_be_visible()
        await press(ana, "Control+Alt+KeyL")
        await expect(ana.page.get_by_role("button", name="Sign in")).to_be_visible()
        for desk in (ana, ben):
            assert await desk.page.evaluate("window.pointers") == 0


async def test_shortcuts_are_remapped_kept_and_switched_off(stage: Stage) -> None:
    ana = await stage.agent("ana", available=False)
    await press(ana, "Shift+Slash")
    box = ana.dialog("Keyboard shortcuts")
    await box.get_by_role("button", name="for “Open the state selector”").press("Enter")
    await press(ana, "Control+Alt+KeyX")
    await expect(box.get_by_role("alert")).to_have_text(
        "Already used for “Transfer”. Press another one."
    )
    await press(ana, "KeyQ")
    await expect(box.get_by_role("alert")).to_contain_text("Use Ctrl or Alt")
    async with ana.page.expect_response(lambda answer: "preferences" in answer.url):
        await press(ana, "Control+Alt+Digit1")
    await expect(
        box.get_by_role("button", name="Change Ctrl Alt 1 for “Open the state selector”")
    ).to_be_visible()
    await press(ana, "Escape")
    # It is kept in the profile: another browser has it too.
    await expect(box).to_be_hidden()
    again = await stage.agent("ana", available=False)
    await press(again, "Control+Alt+KeyN")
    options = again.page.get_by_role("option", name="Available")
    await expect(options).to_have_count(0)
    # AltGr types a character: it must never be taken for Ctrl and Alt.
    await again.page.evaluate(
        "document.dispatchEvent(new KeyboardEvent('keydown', {code: 'Digit1', key: '¹',"
        " ctrlKey: true, altKey: true, modifierAltGraph: true, bubbles: true}))"
    )
    await expect(options).to_have_count(0)
    await press(again, "Control+Alt+Digit1")
    await expect(options).to_be_visible()
    await press(again, "Escape")
    await expect(options).to_have_count(0)
    await press(again, "Shift+Slash")
    box = again.dialog("Keyboard shortcuts")
    await box.get_by_role("button", name="Reset “Open the state selector”").press("Enter")
    await expect(box.get_by_role("button", name="Reset “Open the state selector”")).to_have_count(0)
    await box.get_by_role("switch", name="Shortcuts on").press("Space")
    await press(again, "Escape")
    await expect(box).to_be_hidden()
    await press(again, "Control+Alt+KeyN")
    await press(again, "Shift+Slash")
    await expect(again.page.get_by_role("dialog")).to_have_count(0)
    await expect(options).to_have_count(0)
