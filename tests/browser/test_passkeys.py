"""Passkeys in the browser, with its virtual authenticator (W3C Web Authentication, 11)."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.axe import findings
from tests.browser.stage import Stage
from tests.browser.test_administration import administrator, open_item
from tests.browser.test_second_factor import sign_in
from tests.centre import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
FINGER = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


async def laptop(stage: Stage) -> Page:
    """A browser whose machine has a finger print reader, at the sign-in page by its host name."""
    context = await stage.context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    devices = await context.new_cdp_session(page)
    await devices.send("WebAuthn.enable")
    await devices.send("WebAuthn.addVirtualAuthenticator", {"options": FINGER})
    await page.goto(stage.centre.url.replace("127.0.0.1", "localhost"))
    return page


async def add(page: Page) -> None:
    form = page.get_by_role("form", name="Add a passkey")
    await expect(form.get_by_role("textbox", name="Name")).to_be_focused()
    await form.get_by_role("textbox", name="Name").fill("Work laptop")
    await form.get_by_role("textbox", name="Present password").fill(PASSWORD)
    assert await findings(page, "a new passkey", desktop=True) == []
    await form.get_by_role("button", name="Add", exact=True).click()


async def test_added_used_and_removed(stage: Stage) -> None:
    stage.complaints.expect(r"401 .*/session")
    page = await laptop(stage)
    await sign_in(page, "ana")
    shell = page.get_by_role("navigation", name="Pages")
    await expect(shell).to_be_visible()
    here = page.url.split("/", 3)[:3]
    await page.goto("/".join([*here, "account"]))
    card = page.get_by_role("region", name="Passkeys")
    await card.get_by_role("button", name="Add a passkey").click()
    await add(page)
    await expect(card.get_by_role("listitem").filter(has_text="Work laptop")).to_be_visible()
    await expect(card.get_by_text("never used")).to_be_visible()
    assert await findings(page, "a passkey", desktop=True) == []

    await page.context.clear_cookies()
    await page.goto("/".join([*here, ""]))
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(shell).to_be_visible()

    await page.goto("/".join([*here, "account"]))
    await card.get_by_role("button", name="Remove: Work laptop").click()
    await expect(card.get_by_role("listitem")).to_have_count(0)
    await page.context.clear_cookies()
    await page.goto("/".join([*here, ""]))
    await page.get_by_role("button", name="Sign in with a passkey").click()
    await expect(page.get_by_text("This passkey is not known here.")).to_be_visible()


async def test_a_role_requires_it_and_it_is_lost(stage: Stage) -> None:
    stage.complaints.expect(r"401 .*/session")
    await stage.centre.put("settings", "settings", {"password": {"second_factor_for": ["agent"]}})
    page = await laptop(stage)
    await sign_in(page, "ana")
    await page.get_by_role("button", name="Add a passkey instead").click()
    await add(page)
    shell = page.get_by_role("navigation", name="Pages")
    await expect(shell).to_be_visible()

    context = await stage.context()
    other = await context.new_page()
    await other.goto(stage.centre.url)
    # By a number instead of a name browsers make no passkeys: nothing is offered that cannot be.
    await expect(other.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    await expect(other.get_by_role("button", name="Sign in with a passkey")).to_have_count(0)
    await sign_in(other, "ana")
    await expect(other.get_by_text("Your password is not enough")).to_be_visible()

    root = await administrator(stage)
    await open_item(root, "Users", "Ana")
    panel = root.get_by_role("region", name="Second factor")
    await expect(panel.get_by_text("1 passkey.")).to_be_visible()
    await panel.get_by_role("button", name="Reset").click()
    await expect(panel.get_by_text("It is asked for no more")).to_be_visible()
    await expect(page.get_by_role("heading", name="Sign in to Rapport")).to_be_visible()
