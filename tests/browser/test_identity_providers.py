"""An identity provider in the browser: connected by an administrator, used by somebody, refused."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from rapport_simulators.openid import OpenIdProvider
from tests.browser.axe import findings
from tests.browser.stage import Stage
from tests.browser.test_administration import administrator, area, save

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_connected_and_signed_in_with(stage: Stage) -> None:
    clock = stage.centre.clock
    async with OpenIdProvider(lambda: clock.now().timestamp()) as provider:
        page = await administrator(stage)
        await area(page, "Identity providers")
        await page.get_by_role("link", name="New").click()
        await page.get_by_role("textbox", name="Name").fill("Example ID")
        await page.get_by_role("textbox", name="Issuer").fill(provider.issuer)
        await page.get_by_role("textbox", name="Client id").fill(provider.client_id)
        await page.get_by_role("textbox", name="Client secret").fill(provider.client_secret)
        await save(page)
        assert await findings(page, "a provider", desktop=True) == []

        context = await stage.context()
        other = await context.new_page()
        await other.goto(stage.centre.url)
        button = other.get_by_role("link", name="Sign in with Example ID")
        await expect(button).to_be_visible()
        assert await findings(other, "the sign-in page", desktop=True) == []
        await button.click()
        await expect(other.get_by_text("Nobody here has your e-mail address.")).to_be_visible()

        spec = stage.centre.node.configuration.current.users[stage.centre.ids["ana"]]
        user = {**spec.model_dump(mode="json"), "email": "dana@example.com"}
        await stage.centre.put("users", "Ana", user)
        await other.get_by_role("link", name="Sign in with Example ID").click()
        await expect(other.get_by_role("navigation", name="Pages")).to_be_visible()
        await expect(other.get_by_role("button", name="Your account: Ana")).to_be_visible()
        await forgotten(stage, page, provider.issuer)
        # Signed out by it: whoever has the address now is another.
        await expect(other.get_by_role("link", name="Sign in with Example ID")).to_be_visible()
        provider.person = {**provider.person, "sub": "2"}
        await other.get_by_role("link", name="Sign in with Example ID").click()
        await expect(other.get_by_role("button", name="Your account: Ana")).to_be_visible()
        provider.person = {**provider.person, "sub": "1"}
        third = await (await stage.context()).new_page()
        await third.goto(stage.centre.url)
        await third.get_by_role("link", name="Sign in with Example ID").click()
        await expect(third.get_by_text("Somebody else at the provider signed in")).to_be_visible()


async def forgotten(stage: Stage, page: Page, issuer: str) -> None:
    """The administrator forgets who Ana is at the provider."""
    await area(page, "Users")
    await page.get_by_role("link", name="Ana").click()
    await expect(page.get_by_text(f"{issuer}: known as 1 since")).to_be_visible()
    assert await findings(page, "a person with an identity", desktop=True) == []
    await page.get_by_role("button", name="Forget who they are there").click()
    await expect(page.get_by_text("Forgotten, and this person has been signed out")).to_be_visible()
    # What has ended stands there no more.
    await expect(page.get_by_text("Nowhere.", exact=True)).to_be_visible()
