"""Works the running demo as agent and customer in a real browser; fails if anything does not.

    python3 tools/clean_clone.py --only demo \\
        --drive "python3 run.py exec python tools/drive_demo.py"

The addresses come in RAPPORT_ADDRESSES, as `tools/clean_clone.py` hands them over: desktop, shop.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from playwright.async_api import Browser, async_playwright, expect

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.browser.chromium import chromium
from tests.browser.desk import AgentDesk, ShopPage

LOGIN, PASSWORD = "ana", "demo-demo"
CUSTOMER = "Robin Example"
QUESTION, ANSWER = "Do you ship to islands?", "We do, every Tuesday."
PATIENCE_MS = 60_000


async def drive(browser: Browser, desktop: str, shop: str) -> None:
    """A message typed in the shop rings an agent; the answer appears in the shop."""
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    await page.goto(desktop)
    await expect(page.get_by_role("button", name="Sign in")).to_be_visible(timeout=PATIENCE_MS)
    print("the sign-in page is there", flush=True)
    await page.get_by_role("textbox", name="Name").fill(LOGIN)
    await page.get_by_role("textbox", name="Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    desk = AgentDesk(page, page.context, desktop)
    await expect(desk.state).to_be_visible(timeout=PATIENCE_MS)
    await desk.go("Available")

    customer = ShopPage(
        await browser.new_page(viewport={"width": 1024, "height": 768}), page.context
    )
    await customer.page.goto(shop)
    await customer.launcher.click()
    print("the shop is there, with its chat", flush=True)
    await customer.page.get_by_role("textbox", name="name").fill(CUSTOMER)
    await customer.page.get_by_role("textbox", name="How can we help?").fill(QUESTION)
    await customer.page.get_by_role("button", name="Start chat").click()
    await customer.reads(QUESTION)

    ringing = desk.offers.filter(has_text=CUSTOMER)
    await expect(ringing).to_be_visible(timeout=PATIENCE_MS)
    print("it rings at the agent", flush=True)
    await desk.accept(CUSTOMER)
    await desk.reply(ANSWER)
    await expect(customer.message(ANSWER)).to_have_count(1, timeout=PATIENCE_MS)
    print("the answer is in the shop", flush=True)
    await desk.do("End")
    await desk.wrap_up("Question answered")
    print("ended and wrapped up", flush=True)


async def main() -> None:
    """Find the browser and the addresses, and drive."""
    desktop, shop = os.environ["RAPPORT_ADDRESSES"].split()[:2]
    found = chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(**found.launch_options())
        try:
            await drive(browser, desktop, shop)
        finally:
            await browser.close()


asyncio.run(main())
