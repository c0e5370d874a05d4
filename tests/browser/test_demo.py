"""The demo as a person plays it: a customer's phone on every channel, and the agent's desktop.

`rapport demo` runs as a process of its own, with the real connectors and the simulated providers.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.desk import AgentDesk, PhonePage
from tests.browser.ports import free_row

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
UP_WITHIN_S = 90
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6364f8cf"
    "500f00038601805a34577d0000000049454e44ae426082"
)


@pytest_asyncio.fixture(loop_scope="session")
async def demo(tmp_path: Path, built: None) -> AsyncIterator[tuple[str, str]]:
    """The demo's desktop and phone."""
    first = free_row(10)
    desk, phone = f"http://127.0.0.1:{first}", f"http://127.0.0.1:{first + 2}"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "rapport.cli", "demo", "--no-visitors", "--data", str(tmp_path)),
        *("--port", str(first), "--shop-port", str(first + 1), "--phone-port", str(first + 2)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    # The phone first, then the simulators behind it.
    wanted = [f"{desk}/readyz", f"{phone}/", *(f"http://127.0.0.1:{first + n}/" for n in (3, 4, 7))]
    try:
        async with httpx2.AsyncClient(timeout=30) as client, asyncio.timeout(UP_WITHIN_S):
            for url in wanted:
                while process.returncode is None:
                    with suppress(httpx2.HTTPError):
                        if (await client.get(url)).status_code < 500:
                            break
                    await asyncio.sleep(0.1)
        assert process.returncode is None, "the demo ended by itself"
        yield desk, phone
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def agent(browser: Browser, url: str, login: str = "ana") -> AgentDesk:
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    await page.goto(url)
    await page.get_by_role("textbox", name="Name").fill(login)
    await page.get_by_role("textbox", name="Password").fill("demo-demo")
    await page.get_by_role("button", name="Sign in").click()
    desk = AgentDesk(page, context, url)
    await desk.go("Available")
    return desk


async def phone_of(browser: Browser, url: str) -> PhonePage:
    page: Page = await browser.new_page(viewport={"width": 1100, "height": 900})
    await page.goto(url)
    return PhonePage(page)


async def has_receipt(desk: AgentDesk, text: str, receipt: str) -> None:
    """The tick's words, as a screen reader has them."""
    await expect(desk.bubble(text).get_by_text(receipt, exact=True).last).to_be_attached()


async def whose(*desks: AgentDesk) -> AgentDesk:
    """At whom it rings."""
    async with asyncio.timeout(20):
        while True:
            for desk in desks:
                if await desk.offers.count():
                    return desk
            await asyncio.sleep(0.05)


async def test_three_channels_from_hello_to_wrap_up(
    demo: tuple[str, str], browser: Browser
) -> None:
    desk_url, phone_url = demo
    ana, phone = await agent(browser, desk_url), await phone_of(browser, phone_url)

    # WhatsApp: joined line, emoji, file, read receipt, conference, the customer ends by the button.
    await phone.pick("WhatsApp", "Dana Example")
    await phone.say("Do you have blue cups?")
    await ana.accept("Dana Example")
    await phone.reads("Ana Example has joined the conversation.")
    await ana.reply("We do 🙂")
    await phone.reads("We do")
    await has_receipt(ana, "We do", "Read")
    await ana.attach({"name": "cup.png", "mimeType": "image/png", "buffer": PNG})
    await expect(ana.page.get_by_text("cup.png").first).to_be_visible()
    await ana.send.click()
    theirs = phone.thread.get_by_role("article", name="Business").last
    await expect(theirs.get_by_role("img", name="cup.png")).to_be_visible()

    ben = await agent(browser, desk_url, "ben")
    await ana.request_conference("Ben Example")
    await ben.accept("Dana Example")
    await phone.reads("Ben Example has joined the conversation.")
    await ben.reply("I pack them.")
    await phone.reads("I pack them.")
    await ben.do("Exit Conference")
    await ben.wrap_up("Question answered")
    await phone.reads("Ben Example has left the conversation.")

    await ana.do("Ask to end")
    await phone.reads("Is there anything else")
    await phone.press("End")
    await expect(ana.pane.get_by_text("Customer has left")).to_be_visible()
    await ana.do("End")
    await ana.wrap_up("Question answered", "Order placed")

    # Messenger: transferred to another agent, one reason.
    await phone.pick("Messenger", "Alex Placeholder")
    await phone.say("Where is my order?")
    first = await whose(ana, ben)
    second, name = (ben, "Ben Example") if first is ana else (ana, "Ana Example")
    await first.accept("Alex Placeholder")
    await first.reply("A colleague looks it up.")
    await phone.reads("A colleague looks it up.")
    await first.transfer(name, "Agent")
    await first.wrap_up("Passed on")
    await second.accept("Alex Placeholder")
    await second.reply("It is on its way.")
    await phone.reads("It is on its way.")

    # SMS: opting out closes the composer, opting in opens it.
    await phone.pick("SMS", "Mika Example")
    await phone.say("Are you open today?")
    taker = await whose(ana, ben)
    await taker.offers.first.get_by_role("button", name="Accept").click()
    await taker.composer.fill("Until six.")
    await taker.composer.press("Enter")
    await phone.reads("Until six.")
    await has_receipt(taker, "Until six.", "Delivered")
    await phone.page.get_by_role("button", name="Send STOP").click()
    await expect(taker.page.get_by_text("opted out").first).to_be_visible()


async def test_a_mail_with_a_picture_is_answered_and_read_as_the_customer_sees_it(
    demo: tuple[str, str], browser: Browser
) -> None:
    desk_url, phone_url = demo
    ana, phone = await agent(browser, desk_url), await phone_of(browser, phone_url)
    await phone.pick("E-mail", "Dana Example")
    await phone.page.get_by_role("textbox", name="Subject").fill("A broken cup")
    await phone.page.locator("#picture-picker").set_input_files(
        {"name": "cup.png", "mimeType": "image/png", "buffer": PNG}
    )
    await phone.page.locator("#picker").set_input_files(
        {"name": "bill.txt", "mimeType": "text/plain", "buffer": b"One cup"}
    )
    await phone.say("It came broken.")
    await expect(phone.thread.get_by_role("article", name="You")).to_contain_text("A broken cup")
    await ana.offers.filter(has_text="Dana").get_by_role("button", name="Accept").click()
    await expect(ana.page.get_by_text("A broken cup").first).to_be_visible()
    await expect(ana.page.get_by_text("bill.txt").first).to_be_visible()

    await ana.page.get_by_placeholder("Quick reply here", exact=True).fill("We send a new one.")
    await ana.page.get_by_role("button", name="Send", exact=True).click()
    theirs = phone.thread.get_by_role("article", name="Business")
    # It can be taken back for a few seconds before it leaves.
    await expect(theirs).to_contain_text("Re: A broken cup", timeout=20_000)
    mail = theirs.frame_locator("iframe")
    await expect(mail.get_by_text("We send a new one.")).to_be_visible()
    await expect(mail.get_by_text("handmade since last spring")).to_be_visible()

    # The customer's answer comes back to the same thread.
    await theirs.hover()
    await theirs.get_by_role("button", name="Reply").click()
    await phone.say("Thank you!")
    await expect(ana.page.get_by_text("Thank you!").first).to_be_visible()
