"""One's own account in the browser: password, sessions, tokens; and what administrators do."""

from __future__ import annotations

import httpx2
import pytest
from playwright.async_api import expect

from tests.browser.axe import findings
from tests.browser.stage import Stage
from tests.browser.test_administration import administrator, area, open_item
from tests.centre import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_session_is_ended_from_another_browser(stage: Stage) -> None:
    elsewhere, here = await stage.agent("ana"), await stage.agent("ana")
    await here.page.get_by_role("button", name="Your account").click()
    await here.page.get_by_role("button", name="Your account", exact=True).last.click()
    sessions = here.page.get_by_role("region", name="Where you are signed in")
    await expect(sessions.get_by_role("listitem")).to_have_count(2)
    await expect(sessions.get_by_text("This one")).to_be_visible()
    assert await findings(here.page, "here", desktop=True) == []
    await sessions.get_by_role("button", name="End: Chrome · Linux").click()
    await expect(sessions.get_by_role("listitem")).to_have_count(1)
    await expect(elsewhere.page.get_by_role("heading", name="Sign in to Rapport")).to_be_visible()


async def test_on_a_narrow_screen_and_for_who_only_administers(stage: Stage) -> None:
    await stage.centre.person("only", "administrator")
    context = await stage.context(viewport={"width": 500, "height": 800})
    page = await context.new_page()
    for login in ("only", "ana"):
        answer = await context.request.post(
            f"{stage.centre.url}/api/v1/session", data={"login": login, "password": PASSWORD}
        )
        assert answer.ok
        await page.goto(f"{stage.centre.url}/account")
        await expect(page.get_by_role("heading", name="Your account")).to_be_in_viewport()
        await expect(page.get_by_text("This one")).to_be_visible()


async def test_the_own_password_is_changed(stage: Stage) -> None:
    stage.complaints.expect(r"422 .*me/password")
    ana = await stage.agent("ana")
    await ana.page.goto(f"{stage.centre.url}/account")
    card = ana.page.get_by_role("region", name="Password")
    await card.get_by_role("textbox", name="Present password").fill(PASSWORD)
    await card.get_by_role("textbox", name="New password").fill("password1234")
    await card.get_by_role("button", name="Change the password").click()
    await expect(card.get_by_text("Many people use this password")).to_be_visible()
    await card.get_by_role("textbox", name="New password").fill("seven grey herons")
    await card.get_by_role("button", name="Change the password").click()
    await expect(card.get_by_role("status")).to_have_text("Your password is changed.")


async def test_a_token_is_shown_once_works_and_is_revoked(stage: Stage) -> None:
    page = await administrator(stage)
    await page.goto(f"{stage.centre.url}/account")
    card = page.get_by_role("region", name="API tokens")
    await card.get_by_role("button", name="Create a token").click()
    await card.get_by_role("textbox", name="What it is for").fill("Nightly report")
    await card.get_by_role("checkbox", name="Reports").check()
    await card.get_by_role("checkbox", name="Only look, change nothing").check()
    assert await findings(page, "here", desktop=True) == []
    await card.get_by_role("button", name="Create", exact=True).click()
    text = await card.get_by_role("textbox", name="The new token").input_value()
    headers = {"Authorization": f"Bearer {text}"}
    async with httpx2.AsyncClient(
        base_url=stage.centre.url, headers=headers, timeout=30
    ) as program:
        report = "/api/v1/reports/figures?first=2026-11-23&last=2026-11-23"
        assert (await program.get(report)).status_code == 200
        assert (await program.get("/api/v1/config/users")).status_code == 403
        await page.reload()
        await expect(card.get_by_text(text[:10])).to_be_visible()
        await expect(card.get_by_text(text)).to_have_count(0)
        await card.get_by_role("button", name="Revoke: Nightly report").click()
        await expect(card.get_by_text("revoked")).to_be_visible()
        assert (await program.get(report)).status_code == 401


async def test_an_administrator_asks_for_another_password(stage: Stage) -> None:
    stage.complaints.expect(r"403 ")
    page = await administrator(stage)
    await stage.agent("ben")
    await open_item(page, "Users", "Ben")
    await expect(page.get_by_role("region", name="Where this person is signed in")).to_be_visible()
    await page.get_by_role("button", name="Ask for another password at the next step").click()
    await expect(page.get_by_text("Before this person goes on")).to_be_visible()
    assert await findings(page, "here", desktop=True) == []
    context = await stage.context()
    ben = await context.new_page()
    await ben.goto(stage.centre.url)
    await ben.get_by_role("textbox", name="Name").fill("ben")
    await ben.get_by_role("textbox", name="Password").fill(PASSWORD)
    await ben.get_by_role("button", name="Sign in").click()
    await expect(ben.get_by_role("heading", name="Choose another password")).to_be_visible()
    await ben.get_by_role("textbox", name="Present password").fill(PASSWORD)
    await ben.get_by_role("textbox", name="New password").fill("seven grey herons")
    await ben.get_by_role("button", name="Change the password").click()
    await expect(ben.get_by_role("heading", name="Choose another password")).to_be_hidden()
    await expect(ben.get_by_role("navigation", name="Pages")).to_be_visible()


async def test_the_audit_log_is_searched(stage: Stage) -> None:
    page = await administrator(stage)
    await stage.agent("ana", available=False)
    await area(page, "Audit log")
    log = page.get_by_role("list", name="Audit log")
    await expect(log.get_by_role("listitem").filter(has_text="Ana")).to_have_count(1)
    await page.get_by_role("textbox", name="Search").fill("nobody of this name")
    await expect(page.get_by_text("Nothing found.")).to_be_visible()
    await page.get_by_role("textbox", name="Search").fill("ana")
    await expect(log.get_by_role("listitem")).to_have_count(1)
    await page.get_by_role("combobox", name="What was done").select_option("Token revoked")
    await expect(page.get_by_text("Nothing found.")).to_be_visible()
    assert await findings(page, "here", desktop=True) == []
    async with page.expect_download() as download:
        await page.get_by_role("link", name="As CSV").click()
    assert (await download.value).suggested_filename == "audit.csv"
