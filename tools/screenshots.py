"""Takes the README's picture, and pictures of every screen to look at.

    python tools/screenshots.py            docs/images/desktop.png
    python tools/screenshots.py --all      also test-results/screens/, both themes, three sizes

The sample company of the demo, with simulated visitors who say what is written here.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx2
from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.chromium import chromium  # noqa: E402
from tests.browser.desk import AgentDesk, ShopPage  # noqa: E402
from tests.browser.ports import free_row  # noqa: E402
from tests.browser.walk import WAYS, areas_of_administration  # noqa: E402

from rapport.cli.sample import PASSWORD, SITE  # noqa: E402
from rapport_simulators.visitor import Visitor  # noqa: E402
from rapport_simulators.visitors import draw_picture  # noqa: E402

PICTURE = ROOT / "docs" / "images" / "desktop.png"
SCREENS = ROOT / "test-results" / "screens"
SIZES = (
    ViewportSize(width=1440, height=900),
    ViewportSize(width=1024, height=768),
    ViewportSize(width=500, height=500),
)
LARGEST = 300_000


@asynccontextmanager
async def demo() -> AsyncIterator[tuple[str, str, Path]]:
    """`rapport demo` with an empty folder and no visitors of its own: desktop, shop, folder."""
    with tempfile.TemporaryDirectory(prefix="rapport-screens-") as folder:
        first = free_row(10)
        desk, shop = f"http://127.0.0.1:{first}", f"http://127.0.0.1:{first + 1}"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "rapport.cli", "demo", "--no-visitors", "--data", folder),
            *("--port", str(first), "--shop-port", str(first + 1), "--phone-port", str(first + 2)),
        )
        try:
            async with httpx2.AsyncClient() as client, asyncio.timeout(120):
                for url in (f"{desk}/readyz", shop):
                    while process.returncode is None:
                        with suppress(httpx2.HTTPError):
                            if (await client.get(url)).status_code == 200:
                                break
                        await asyncio.sleep(0.1)
            yield desk, shop, Path(folder)
        finally:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()


class Photographer:
    """Pictures of a page as it stands, in both themes and all sizes."""

    def __init__(self) -> None:
        self.taken = 0

    async def take(self, page: Page, name: str, sizes: tuple[ViewportSize, ...] = SIZES) -> None:
        """Into test-results/, by number and name."""
        self.taken += 1
        for size in sizes:
            await page.set_viewport_size(size)
            for scheme in ("light", "dark"):
                await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                # The thread follows a new size in the frames after it.
                await page.wait_for_timeout(250)
                file = f"{self.taken:02}-{name}-{size['width']}-{scheme}.png"
                await page.screenshot(path=SCREENS / file)
        await page.set_viewport_size(SIZES[0])
        await page.emulate_media(color_scheme="light")


async def sign_in(browser: Browser, url: str, login: str) -> AgentDesk:
    """An agent's desktop."""
    context = await browser.new_context(viewport=SIZES[0], locale="en-GB", reduced_motion="reduce")
    await context.request.post(f"{url}/api/v1/session", data={"login": login, "password": PASSWORD})
    desk = AgentDesk(await context.new_page(), context, url)
    await desk.page.goto(url)
    await expect(desk.state).to_be_visible()
    return desk


class Customers:
    """The people who write."""

    def __init__(self, server: str, shop: str) -> None:
        self.server = server
        self.shop = shop
        self.here: list[Visitor] = []

    async def writes(self, name: str, text: str) -> Visitor:
        """Somebody starts a chat."""
        page = {"url": f"{self.shop}/teapot", "title": "Teapot No. 7"}
        visitor = Visitor(self.server, SITE, origin=self.shop, page=page, seed=len(self.here))
        await visitor.connect()
        email = f"{name.lower().replace(' ', '.')}@customers.example"
        await visitor.start({"name": name, "email": email}, text)
        self.here.append(visitor)
        return visitor


async def says(visitor: Visitor, desk: AgentDesk, text: str) -> None:
    """The customer answers, having read everything."""
    await visitor.mark_seen()
    await visitor.send(text)
    await desk.reads(text)


async def a_lively_desk(desk: AgentDesk, customers: Customers) -> Visitor:
    """Four customers: one in wrap-up, one unread, one open, one ringing."""
    await desk.go("Available")
    kim = await customers.writes("Kim Beispiel", "Is my parcel on its way?")
    await desk.accept("Kim Beispiel")
    await desk.reply("It left this morning and should be with you tomorrow.")
    await says(kim, desk, "Great, thanks!")
    await desk.do("End")
    await expect(desk.dialog("Wrap Up Reasons")).to_be_visible()
    await desk.page.keyboard.press("Escape")
    noa = await customers.writes("Noa Sample", "Do you ship to Norway?")
    await desk.accept("Noa Sample")
    await desk.reply("We do. It takes about a week.")
    await says(noa, desk, "And what does it cost?")
    dana = await customers.writes("Dana Example", "Hello, one of my new cups is cracked.")
    await desk.accept("Dana Example")
    await desk.reply("Good morning Dana, I am sorry to see that!")
    await desk.reply("Could you send me a picture and your order number?")
    drawn = draw_picture(random.Random(4))  # noqa: S311 - a drawing
    picture = await dana.upload("cup.png", drawn, "image/png")
    await dana.mark_seen()
    await dana.send("Of course. It is KC-48213.", [picture["id"]])
    await expect(desk.page.get_by_role("button", name="Show cup.png")).to_be_visible()
    await desk.reply("Thank you. A new one will be on its way today, free of charge.")
    await says(dana, desk, "That is quick! Do I send the old one back?")
    await desk.reply("No need, please keep it or recycle it.")
    await dana.mark_seen()
    await expect(desk.thread.get_by_title("Read").last).to_be_visible()
    await noa.send("Two cups, if that matters")
    await customers.writes("Eli Specimen", "Can I change the address of my order?")
    await expect(desk.offers).to_be_visible()
    await dana.set_typing(True)
    await expect(desk.page.get_by_text("is typing")).to_be_visible()
    return dana


async def the_picture(desk: AgentDesk) -> None:
    """The README's."""
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    await desk.composer.fill("You will get an e-mail with the parcel's number")
    await expect(desk.active.filter(has_text="Dana Example")).not_to_contain_text("unread")
    await desk.page.screenshot(path=PICTURE)
    await desk.composer.fill("")
    size = PICTURE.stat().st_size
    if size > LARGEST:
        sys.exit(f"{PICTURE} has {size} bytes, more than {LARGEST}")
    print(f"{PICTURE.relative_to(ROOT)}: {size} bytes")


async def all_screens(browser: Browser, desk: AgentDesk, customers: Customers) -> None:
    """Every page and dialog of the desktop."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    look = Photographer()
    await look.take(desk.page, "conversation")
    await desk.accept("Eli Specimen")
    for name in ("Notifications", "Your account", "Emojis", "Your state"):
        await desk.page.get_by_role("button", name=name).click()
        await look.take(desk.page, name.lower().replace(" ", "-"), SIZES[:1])
        await desk.page.keyboard.press("Escape")
    await desk.active.filter(has_text="Dana Example").click()
    for name, open_it in WAYS.items():
        await open_it(desk)
        await expect(desk.page.get_by_role("dialog")).to_be_visible()
        await look.take(desk.page, name)
        await desk.page.keyboard.press("Escape")
    await look.take(desk.page, "wrap-up")
    await desk.do("Wrap up")
    await desk.wrap_up("Complaint")
    for path in ("/", "/queues", "/search", "/history", "/my-figures", "/account"):
        await shown(desk, path, look)
    boss = await sign_in(browser, desk.url, "sam")
    for path in ("/floor", "/reports", *areas_of_administration()):
        await shown(boss, path, look, SIZES[:2])
    out = await (await browser.new_context(locale="en-GB")).new_page()
    await out.goto(desk.url)
    await expect(out.get_by_role("button", name="Sign in")).to_be_visible()
    await look.take(out, "sign-in")
    await the_widget(browser, desk, customers.shop, look)


async def shown(
    desk: AgentDesk, path: str, look: Photographer, sizes: tuple[ViewportSize, ...] = SIZES
) -> None:
    """A page, once it has nothing more to fetch."""
    await desk.page.goto(desk.url + path)
    await expect(desk.state).to_be_visible()
    await desk.page.wait_for_load_state("networkidle")
    await look.take(desk.page, path.strip("/").replace("/", "-") or "desk", sizes)


async def the_widget(browser: Browser, desk: AgentDesk, shop: str, look: Photographer) -> None:
    """The form, waiting, a chat and its end; on a wide page and on a phone."""
    sizes = (SIZES[1], ViewportSize(width=390, height=844))
    context = await browser.new_context(locale="en-GB", reduced_motion="reduce")
    page = ShopPage(await context.new_page(), context)
    await page.page.goto(shop)
    await page.launcher.click()
    await expect(page.page.get_by_role("textbox", name="Your name")).to_be_visible()
    await look.take(page.page, "widget-form", sizes)
    await page.page.get_by_role("textbox", name="Your name").fill("Robin Placeholder")
    question = page.page.get_by_role("textbox", name="How can we help?")
    await question.fill("Is the teapot safe for the dishwasher?")
    await page.page.get_by_role("button", name="Start chat").click()
    await look.take(page.page, "widget-waiting", sizes)
    await desk.accept("Robin Placeholder")
    await desk.reply("It is, on the gentle programme: https://shop.example/care")
    await page.say("Wonderful")
    await look.take(page.page, "widget-chat", sizes)
    await page.page.get_by_role("button", name="End chat").click()
    await look.take(page.page, "widget-question", sizes)
    await page.page.get_by_role("button", name="Keep chatting").click()
    await page.end()
    await look.take(page.page, "widget-ended", sizes)


async def main() -> None:
    """Start, pose, take."""
    async with demo() as (url, shop, _), async_playwright() as playwright:
        browser = await playwright.chromium.launch(**chromium().launch_options())
        await sign_in(browser, url, "ben")
        desk = await sign_in(browser, url, "ana")
        customers = Customers(url, shop)
        await a_lively_desk(desk, customers)
        await the_picture(desk)
        if "--all" in sys.argv[1:]:
            await all_screens(browser, desk, customers)
        for visitor in customers.here:
            await visitor.close()
        await browser.close()


if __name__ == "__main__":
    asyncio.run(main())
