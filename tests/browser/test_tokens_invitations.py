"""Everybody's tokens and open invitations in the browser."""

from __future__ import annotations

import httpx2
import pytest
from playwright.async_api import expect

from rapport.application.letters import BACK_OFF_S
from tests.access.test_invitations import link
from tests.access.tokens import a_token
from tests.browser.axe import findings
from tests.browser.stage import Stage
from tests.browser.test_administration import administrator, area, open_item
from tests.configuration.administrator import Administrator
from tests.journeys.test_email import mailbox

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_anybodys_token_is_found_by_its_owner_and_revoked(stage: Stage) -> None:
    page = await administrator(stage)
    root = await Administrator.sign_in(stage.centre, "root")
    text, _ = await a_token(root, "reports")
    await a_token(root, "addresses", user_id=stage.centre.ids["ana"])
    await area(page, "API tokens")
    rows = page.get_by_role("list", name="API tokens").get_by_role("listitem")
    await expect(rows).to_have_count(2)
    await page.get_by_role("combobox", name="Owner").select_option("Ana")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("never used")
    await page.get_by_role("combobox", name="Owner").select_option("Root")
    await expect(rows).to_contain_text(text[:10])
    await expect(page.get_by_text(text)).to_have_count(0)
    assert await findings(page, "tokens", desktop=True) == []
    await rows.get_by_role("button").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("acts for Root")
    assert await findings(page, "revoking", desktop=True) == []
    await dialog.get_by_role("button", name="Revoke").click()
    await expect(page.get_by_text("There are no such tokens.")).to_be_visible()
    async with httpx2.AsyncClient(base_url=stage.centre.url, timeout=30) as program:
        headers = {"Authorization": f"Bearer {text}"}
        assert (await program.get("/api/v1/reports/saved", headers=headers)).status_code == 401
    await page.get_by_role("combobox", name="Which").select_option("Also expired and revoked")
    await expect(rows).to_contain_text("revoked")
    await area(page, "Audit log")
    log = page.get_by_role("list", name="Audit log")
    await expect(log.get_by_role("listitem").filter(has_text="Token revoked")).to_have_count(1)


async def test_invitations_are_renewed_mailed_and_withdrawn(stage: Stage) -> None:
    page = await administrator(stage)
    root = await Administrator.sign_in(stage.centre, "root")
    spec = {"login": "dora", "email": "dora@mail.example"}
    dora = await root.create("users", "Dora Example", spec)
    for user_id in (dora["id"], stage.centre.ids["ben"]):
        assert (await root.send("POST", f"/users/{user_id}/invitation")).status_code == 200
    async with mailbox(stage.centre) as box:
        await area(page, "Invitations")
        rows = page.get_by_role("list", name="Invitations").get_by_role("listitem")
        await expect(rows).to_have_count(2)
        await expect(page.get_by_role("button", name="Send again: Ben")).to_have_count(0)
        assert await findings(page, "invitations", desktop=True) == []
        await page.get_by_role("button", name="Send again: Dora Example").click()
        await expect(page.get_by_text("on its way to dora@mail.example")).to_be_visible()
        # A mail server that is away loses nothing, and the list tells how far it is.
        row = rows.filter(has_text="Dora Example")
        await expect(row).to_contain_text("The mail to dora@mail.example is on its way.")
        box.postbox.busy = 1
        assert await stage.centre.node.invitation_mailer.run_due() == 1
        await expect(row).to_contain_text("has not been sent yet; next try")
        assert await findings(page, "a mail that waits", desktop=True) == []
        stage.centre.clock.advance(seconds=BACK_OFF_S[0])
        assert await stage.centre.node.invitation_mailer.run_due() == 1
        await expect(row).to_contain_text("The mail to dora@mail.example has been sent.")
        _, token = link(box.postbox.mails[0])
        await open_item(page, "Users", "Dora Example")
        await page.get_by_role("button", name="Send the link by e-mail").click()
        await expect(page.get_by_text("on its way to dora@mail.example")).to_be_visible()
        await expect(
            page.get_by_text("The mail to dora@mail.example is on its way.")
        ).to_be_visible()
        assert await findings(page, "a link by mail", desktop=True) == []
        assert await stage.centre.node.invitation_mailer.run_due() == 1
        await expect(page.get_by_text("to dora@mail.example has been sent.")).to_be_visible()
        assert link(box.postbox.mails[1])[1] != token
        _, token = link(box.postbox.mails[1])
        await area(page, "Invitations")
    answer = await root.http.post("/api/v1/invitation/look", json={"token": token})
    assert answer.json()["login"] == "dora"
    await page.get_by_role("button", name="New link: Ben").click()
    renewed = await page.get_by_role("textbox", name="Link for Ben").input_value()
    answer = await root.http.post(
        "/api/v1/invitation/look", json={"token": renewed.partition("#invitation=")[2]}
    )
    assert answer.json()["login"] == "ben"
    assert await findings(page, "a new link", desktop=True) == []
    await page.get_by_role("button", name="Withdraw: Ben").click()
    await expect(page.get_by_text("The invitation of Ben is withdrawn.")).to_be_visible()
    await expect(rows).to_have_count(1)
    # Among the changes they stand at their time, and for themselves.
    await area(page, "Changes")
    log = page.get_by_role("list", name="Changes")
    await expect(log.get_by_text("Link for a password withdrawn")).to_be_visible()
    await expect(log.get_by_role("link", name="Dora Example").first).to_be_visible()
    await page.get_by_role("combobox", name="What").select_option("Invitations")
    await expect(log.get_by_role("listitem")).to_have_count(8)
    await expect(log.get_by_role("button")).to_have_count(0)
    assert await findings(page, "changes", desktop=True) == []
