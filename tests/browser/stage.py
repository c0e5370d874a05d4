"""Where a journey happens: a contact centre, a shop with its widget, and browsers at both."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, BrowserContext, expect

from rapport_simulators.shop.pages import ShopServer
from tests.browser.complaints import Complaints
from tests.browser.desk import AgentDesk, ShopPage
from tests.browser.pseudo_locale import dress
from tests.centre import PASSWORD, SITE, Centre

DESK_SIZE = {"width": 1440, "height": 900}
SHOP_SIZE = {"width": 1024, "height": 768}


@dataclass
class Stage:
    """Browsers that belong to one test, with the server's time in the test's hands."""

    centre: Centre
    browser: Browser
    shop: str
    complaints: Complaints = field(default_factory=Complaints)
    contexts: list[BrowserContext] = field(default_factory=list)
    pseudo: bool = False
    """Whether browsers that come from now on read the pseudo-locale."""

    async def context(self, **options: Any) -> BrowserContext:
        """A browser profile of its own."""
        context = await self.browser.new_context(
            **{"reduced_motion": "reduce", "locale": "en-GB", **options}
        )
        context.set_default_timeout(30_000)
        self.complaints.listen(context)
        if self.pseudo:
            await dress(context)
        self.contexts.append(context)
        return context

    async def agent(self, login: str, *, available: bool = True, **options: Any) -> AgentDesk:
        """An agent at the desktop, signed in."""
        context = await self.context(**{"viewport": DESK_SIZE, **options})
        answer = await context.request.post(
            f"{self.centre.url}/api/v1/session", data={"login": login, "password": PASSWORD}
        )
        assert answer.ok, await answer.text()
        desk = await self.tab(context)
        if available:
            await desk.go("Available")
        return desk

    async def tab(self, context: BrowserContext) -> AgentDesk:
        """One more desktop in a browser that is signed in."""
        desk = AgentDesk(await context.new_page(), context, self.centre.url)
        await desk.page.goto(self.centre.url)
        await expect(desk.state).to_be_visible()
        return desk

    async def visitor(self, **options: Any) -> ShopPage:
        """Somebody who looks at the shop."""
        context = await self.context(**{"viewport": SHOP_SIZE, **options})
        page = ShopPage(await context.new_page(), context)
        await page.page.goto(self.shop)
        await expect(page.launcher).to_be_visible()
        return page

    async def conversation(
        self, login: str = "ana", customer: str = "Dana Example", **options: Any
    ) -> tuple[AgentDesk, ShopPage]:
        """An agent in conversation with a customer who wrote Hello."""
        desk, page = await asyncio.gather(self.agent(login, **options), self.visitor())
        await page.start(customer)
        assert await self.centre.offered() == 1
        await desk.accept(customer)
        return desk, page

    async def away(self) -> None:
        """Until the server knows that the customer's last page has gone."""
        async with asyncio.timeout(30):
            while not await self.centre.node.database.pool.fetchval(
                "SELECT customer_away_since FROM conversation"
            ):
                await asyncio.sleep(0.01)

    async def pass_time(self, seconds: float) -> None:
        """Let time pass, and what is due happen."""
        self.centre.clock.advance(seconds=seconds)
        await self.centre.sweep()

    async def close(self) -> None:
        for context in self.contexts:
            await context.close()


@contextmanager
def shop_of(server: str) -> Iterator[str]:
    """The shop, open on a port of its own; its address."""
    with ShopServer(0, server, SITE) as shop:
        serving = threading.Thread(target=shop.serve_forever, args=(0.02,), daemon=True)
        serving.start()
        try:
            yield shop.address
        finally:
            shop.shutdown()
            serving.join()


@asynccontextmanager
async def staged(centre: Centre, browser: Browser) -> AsyncIterator[Stage]:
    """A stage on a furnished centre; at the end no page may have complained."""
    with shop_of(centre.url) as shop:
        spec = centre.node.configuration.current.account_specs[centre.ids["site"]].model_dump()
        spec["webchat"]["allowed_origins"] = [shop]
        await centre.put("accounts", "site", spec)
        stage = Stage(centre, browser, shop)
        try:
            yield stage
            complaints = stage.complaints.unexpected()
            assert not complaints, "\n".join(complaints)
        finally:
            await stage.close()
