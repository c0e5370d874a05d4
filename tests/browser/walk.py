"""Every page and every dialog of the desktop, and how a person gets there.

The list is the application's own: `registry.ts`, read as text. A dialog or page that is added
there without a way to it here fails the test that walks them.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from playwright.async_api import FilePayload, Route, expect

from rapport_simulators.visitors import draw_picture
from tests.browser.desk import AgentDesk, ShopPage
from tests.browser.stage import Stage

REGISTRY = Path(__file__).parents[2] / "web" / "apps" / "desktop" / "src" / "app" / "registry.ts"
Opener = Callable[[AgentDesk], Awaitable[None]]


def dialogs_of_the_registry() -> list[str]:
    """The names of all dialogs."""
    return re.findall(r"^  (\w+): lazy\(", REGISTRY.read_text(), re.MULTILINE)


def pages_of_the_registry() -> list[str]:
    """The paths of all pages."""
    return re.findall(r'\{ path: "([^"]+)"', REGISTRY.read_text())


async def _transfer(desk: AgentDesk) -> None:
    await desk.do("Transfer")
    await expect(desk.page.get_by_role("option").first).to_be_visible()


async def _conference(desk: AgentDesk) -> None:
    await desk.do("Conference")
    await expect(desk.page.get_by_role("option").first).to_be_visible()


async def _consent(desk: AgentDesk) -> None:
    """No channel of today asks for consent: the browser is told that this one does."""

    async def with_consent(route: Route) -> None:
        answer = await route.fetch()
        snapshot: dict[str, Any] = await answer.json()
        for account in snapshot["catalog"]["accounts"]:
            account["capabilities"]["before_end"] = "consent"
        await route.fulfill(response=answer, body=json.dumps(snapshot))

    await desk.page.route("**/api/v1/snapshot", with_consent)
    await desk.page.reload()
    await desk.do("End")


async def _message(desk: AgentDesk) -> None:
    await desk.message_menu("I am sorry to see that!", "Details")


async def _park(desk: AgentDesk) -> None:
    await desk.do("Park")


async def _approved_template(desk: AgentDesk) -> None:
    """WebChat has no approved templates: the browser is told that this account does."""

    async def with_templates(route: Route) -> None:
        answer = await route.fetch()
        snapshot: dict[str, Any] = await answer.json()
        for account in snapshot["catalog"]["accounts"]:
            account["capabilities"]["approved_templates"] = True
        await route.fulfill(response=answer, body=json.dumps(snapshot))

    async def two(route: Route) -> None:
        form = {
            "language": "en",
            "category": "UTILITY",
            "status": "APPROVED",
            "synced_at": "2026-11-23T09:00:00Z",
            "header": None,
            "body": "Your order {{1}} is on its way.",
            "footer": "Example Shop",
            "buttons": [],
            "header_fields": 0,
            "body_fields": 1,
        }
        items = [{**form, "name": "order_sent"}, {**form, "name": "old", "status": "REJECTED"}]
        await route.fulfill(json={"items": items})

    await desk.page.route("**/api/v1/snapshot", with_templates)
    await desk.page.route("**/api/v1/accounts/*/templates", two)
    await desk.page.reload()
    await desk.page.get_by_role("button", name="Approved templates").click()
    await desk.page.get_by_role("option", name="order sent").click()
    await expect(desk.page.get_by_role("textbox", name="Field 1")).to_be_visible()
    await desk.page.unroute("**/api/v1/snapshot")


async def _wrap_up(desk: AgentDesk) -> None:
    await desk.page.unroute("**/api/v1/snapshot")
    await desk.page.reload()
    await desk.do("End")


async def _image(desk: AgentDesk) -> None:
    await desk.page.get_by_role("button", name="Show cup.png").click()
    await expect(desk.page.get_by_role("dialog").get_by_role("img", name="cup.png")).to_be_visible()


def _pressing(chord: str) -> Opener:
    async def press(desk: AgentDesk) -> None:
        await desk.page.keyboard.press(chord)

    return press


async def _preferences(desk: AgentDesk) -> None:
    await desk.page.get_by_role("button", name="Preferences").click()


# In this order: the conversation ends with the reasons. RONA is a state, `rona` below leads there.
WAYS: dict[str, Opener] = {
    "transfer": _transfer,
    "conference": _conference,
    "shortcuts": _pressing("Control+Alt+KeyF"),
    "palette": _pressing("Control+KeyK"),
    "preferences": _preferences,
    "image": _image,
    "message": _message,
    "park": _park,
    "approved_template": _approved_template,
    "consent": _consent,
    "wrap_up": _wrap_up,
}


async def lively(stage: Stage) -> tuple[AgentDesk, ShopPage]:
    """A conversation with everything in it, and others who could take part."""
    ana, dana = await stage.conversation(customer="Dana Example")
    await stage.agent("ben")
    picture = FilePayload(
        name="cup.png", mimeType="image/png", buffer=draw_picture(random.Random(1))
    )
    await dana.send_file(picture, "It came like this. Is there another? https://shop.example/")
    await ana.reply("I am sorry to see that!")
    await dana.reads("I am sorry to see that!")
    await expect(ana.page.get_by_role("button", name="Show cup.png")).to_be_visible()
    return ana, dana


async def rona(stage: Stage, desk: AgentDesk) -> None:
    """Somebody writes whom the agent does not answer."""
    await (await stage.visitor()).start("Leo Sample")
    assert await stage.centre.route() == 1
    await expect(desk.offers).to_be_visible()
    await stage.pass_time(31)
    await expect(desk.page.get_by_role("dialog")).to_be_visible()
