"""axe finds nothing: on every page and dialog of the desktop, in every state of the widget."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import FilePayload, Route, expect

from tests.browser.axe import findings
from tests.browser.desk import AgentDesk
from tests.browser.stage import Stage
from tests.browser.walk import (
    SUPERVISORS_DIALOGS,
    WAYS,
    areas_of_administration,
    dialogs_of_the_registry,
    lively,
    pages_of_the_registry,
    rona,
)

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_the_walk_knows_every_dialog() -> None:
    assert {*WAYS, *SUPERVISORS_DIALOGS, "rona", "mail"} == set(dialogs_of_the_registry())
    pages = {"/", "/queues", "/search", "/history", "/my-figures", "/account"}
    assert pages | {"/floor", "/reports", "/admin"} == set(pages_of_the_registry())


async def administrating(stage: Stage) -> AgentDesk:
    await stage.centre.person("root", "administrator", "supervisor")
    return await stage.agent("root", available=False)


async def test_pages(stage: Stage) -> None:
    stage.pseudo = True
    out = await (await stage.context()).new_page()
    await out.goto(stage.centre.url)
    await expect(out.get_by_role("button", name="Sign in")).to_be_visible()
    found = await findings(out, "sign-in", desktop=True)
    ana, dana = await lively(stage)
    await ana.choose_state("Break")
    await expect(ana.state).to_contain_text("Break")
    found += await findings(ana.page, "a state that follows", desktop=True)
    await ana.choose_state("Available")
    await (await stage.visitor()).start("Leo Sample", "My order has not arrived")
    assert await stage.centre.offered() == 1
    await expect(ana.offers).to_be_visible()
    await ana.composer.fill("A first draft")
    found += await findings(ana.page, "conversation and offer", desktop=True)
    for name in ("Your state", "Notifications", "Your account", "Emojis"):
        await ana.page.get_by_role("button", name=re.compile(name)).click()
        found += await findings(ana.page, name, desktop=True)
        await ana.page.keyboard.press("Escape")
    await dana.end()
    await expect(ana.send).to_be_disabled()
    found += await findings(ana.page, "the customer has left", desktop=True)
    for path in pages_of_the_registry():
        await ana.page.goto(stage.centre.url + path)
        await expect(ana.state).to_be_visible()
        found += await findings(ana.page, path, desktop=True)
    assert not found, "\n".join(found)


AREAS = areas_of_administration()


@pytest.mark.parametrize("paths", [AREAS[::3], AREAS[1::3], AREAS[2::3]], ids=["a", "b", "c"])
async def test_areas_of_the_administration(stage: Stage, paths: list[str]) -> None:
    stage.pseudo = True
    root = await administrating(stage)
    found = []
    assert len(paths) > 4
    for path in paths:
        await root.page.goto(stage.centre.url + path)
        await expect(root.page.get_by_role("heading", level=2)).to_be_visible()
        found += await findings(root.page, path, desktop=True)
    assert not found, "\n".join(found)


async def test_forms_of_the_administration(stage: Stage) -> None:
    stage.pseudo = True
    root = await administrating(stage)
    found = []
    for path, heading in (
        (f"/admin/queues/{stage.centre.ids['sales']}", "sales"),
        (f"/admin/users/{stage.centre.ids['ana']}", "Ana"),
        (f"/admin/channels/{stage.centre.ids['site']}", "site"),
        ("/admin/hours/new", "New: business hours"),
        ("/admin/templates/new", "New: template"),
        ("/admin/workflows/new", "New: workflow"),
    ):
        await root.page.goto(stage.centre.url + path)
        await expect(root.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        for fold in await root.page.locator('button[aria-expanded="false"]').all():
            if await fold.locator("xpath=ancestor::h3").count():
                await fold.click()
        found += await findings(root.page, path, desktop=True)
    assert not found, "\n".join(found)


async def test_guided_channels(stage: Stage) -> None:
    stage.pseudo = True
    root = await administrating(stage)
    found = []
    for channel in ("WebChat", "Email", "WhatsApp", "Messenger", "SMS"):
        await root.page.goto(f"{stage.centre.url}/admin/channels/new")
        await root.page.get_by_role("button", name=channel).click()
        await expect(root.page.get_by_role("heading", name=f"Connect: {channel}")).to_be_visible()
        found += await findings(root.page, f"connect {channel}", desktop=True)
    assert not found, "\n".join(found)


async def test_dialogs_of_the_administration(stage: Stage) -> None:
    stage.pseudo = True
    stage.complaints.expect("409 .*config/teams")
    root = await administrating(stage)
    page, found = root.page, []
    await page.goto(f"{stage.centre.url}/admin/teams/{stage.centre.ids['team']}")
    await page.get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("dialog", name="Delete “team”?")).to_be_visible()
    found += await findings(page, "delete", desktop=True)
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(page.get_by_role("list", name="In use by")).to_be_visible()
    found += await findings(page, "in use", desktop=True)
    await page.get_by_role("button", name="Close").last.click()
    await page.get_by_role("textbox", name="Name").fill("Other")
    await page.get_by_role("link", name="Queues").last.click()
    await expect(page.get_by_role("dialog", name="Leave without saving?")).to_be_visible()
    found += await findings(page, "leave", desktop=True)
    await page.get_by_role("button", name="Leave", exact=True).click()
    await page.goto(f"{stage.centre.url}/admin/users/{stage.centre.ids['ben']}")
    await page.get_by_role("button", name="Create a link for a new password").click()
    link = page.get_by_role("textbox", name="Link for this person")
    await expect(link).to_be_visible()
    found += await findings(page, "invitation link", desktop=True)
    invited = await (await stage.context()).new_page()
    await invited.goto(await link.input_value())
    await expect(invited.get_by_role("heading", name="Welcome, Ben")).to_be_visible()
    found += await findings(invited, "invitation", desktop=True)
    assert not found, "\n".join(found)


async def test_dialogs(stage: Stage) -> None:
    stage.pseudo = True
    ana, _ = await lively(stage)
    found = []
    for name, open_it in WAYS.items():
        await open_it(ana)
        await expect(ana.page.get_by_role("dialog")).to_be_visible()
        found += await findings(ana.page, name, desktop=True)
        await ana.page.keyboard.press("Escape")
        await expect(ana.page.get_by_role("dialog")).to_have_count(0)
    found += await findings(ana.page, "wrap-up", desktop=True)
    await rona(stage, ana)
    found += await findings(ana.page, "rona", desktop=True)
    assert not found, "\n".join(found)


async def test_the_widget_when_something_is_wrong(stage: Stage) -> None:
    stage.pseudo = True
    stage.complaints.expect("404|409|ERR_INTERNET_DISCONNECTED")
    centre = stage.centre
    mail = await centre.put("accounts", "mail", {"channel": "email", "address": "a@shop.example"})
    spec = centre.node.configuration.current.account_specs[centre.ids["site"]].model_dump()
    spec["webchat"]["transcripts"] = {"account": mail}
    await centre.put("accounts", "site", spec)
    _, dana = await lively(stage)
    await dana.attach(FilePayload(name="care.exe", mimeType="text/plain", buffer=b"MZ"))
    await expect(dana.page.get_by_role("button", name="Remove care.exe")).to_be_visible()
    await dana.composer.fill("Hello" * 300)
    await expect(dana.send).to_be_disabled()
    found = await findings(dana.page, "a refused file and too many characters", desktop=False)
    await dana.page.get_by_role("button", name="More").click()
    await dana.page.get_by_role("button", name="Get a transcript by e-mail").click()
    sheet = dana.page.get_by_role("alertdialog")
    await sheet.get_by_role("textbox").fill("dana")
    await sheet.get_by_role("button", name="Send").click()
    await expect(sheet.get_by_role("status")).not_to_be_empty()
    found += await findings(dana.page, "a wrong address for the transcript", desktop=False)
    await sheet.get_by_role("textbox").fill("dana@mail.example")
    await sheet.get_by_role("button", name="Send").click()
    await expect(sheet.get_by_text("The transcript is on its way")).to_be_visible()
    found += await findings(dana.page, "a transcript on its way", desktop=False)
    await sheet.get_by_role("button", name="Close").click()
    await dana.context.set_offline(True)
    await expect(dana.page.get_by_text("No connection.")).to_be_visible()
    found += await findings(dana.page, "offline", desktop=False)
    # Nobody is there at this hour.
    now = centre.clock.now()
    today = now.strftime("%A").lower()
    days = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
    hours = await centre.put(
        "hours", "office", {day: [{"opens": "08:00", "closes": "17:00"}] for day in days - {today}}
    )
    entry = {"account": centre.ids["site"], "queue": centre.ids["sales"], "hours": hours}
    await centre.put("entry_points", "entry", entry | {"when_closed": "refuse"})
    late = await stage.visitor()
    await late.launcher.click()
    await expect(late.panel.get_by_text("Please come back later.")).to_be_visible()
    found += await findings(late.page, "closed", desktop=False)
    # The site is no longer known; the panel was open on the page before.
    await late.context.route("**/widget/v1/*/session", unknown_site)
    await late.page.reload()
    await expect(late.panel.get_by_text("available on this page")).to_be_visible()
    found += await findings(late.page, "fault", desktop=False)
    assert not found, "\n".join(found)


async def unknown_site(route: Route) -> None:
    """What the server answers for a key that it does not know."""
    await route.fulfill(
        status=404, json={"error": {"code": "unknown_site", "message": "There is no chat."}}
    )


async def test_the_widget(stage: Stage) -> None:
    stage.pseudo = True
    page = await stage.visitor()
    found = await findings(page.page, "launcher", desktop=False)
    await page.open_chat()
    await page.page.get_by_role("button", name="Start chat").click()
    await expect(page.page.get_by_text("Please fill in.")).to_be_visible()
    found += await findings(page.page, "form", desktop=False)
    await page.page.keyboard.press("Escape")
    ana, dana = await lively(stage)
    found += await findings(dana.page, "chat", desktop=False)
    await dana.page.get_by_role("button", name="Emojis").click()
    await expect(dana.page.get_by_role("button", name="Emojis")).to_have_attribute(
        "aria-expanded", "true"
    )
    found += await findings(dana.page, "emojis", desktop=False)
    await dana.page.keyboard.press("Escape")
    await dana.page.get_by_role("button", name="More").click()
    found += await findings(dana.page, "menu", desktop=False)
    await dana.page.get_by_role("button", name="End chat").click()
    found += await findings(dana.page, "end question", desktop=False)
    await dana.page.get_by_role("button", name="Keep chatting").click()
    await ana.do("End")
    await expect(dana.page.get_by_role("button", name="Start a new chat")).to_be_visible()
    found += await findings(dana.page, "ended", desktop=False)
    await page.start("Leo Sample")
    found += await findings(page.page, "waiting", desktop=False)
    assert not found, "\n".join(found)
