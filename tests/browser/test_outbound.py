"""An agent writes first and follows up, in the browser."""

from __future__ import annotations

import pytest
from playwright.async_api import FilePayload, expect

from tests.browser.axe import findings
from tests.browser.stage import Stage
from tests.journeys.providers import sms
from tests.journeys.test_email import mailbox
from tests.journeys.test_outbound import allowing, said

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_mail_is_written_first_and_followed_up(stage: Stage) -> None:
    await allowing(stage.centre)
    async with mailbox(stage.centre) as box:
        ana = await stage.agent("ana")
        await ana.page.keyboard.press("Control+Alt+KeyS")
        dialog = ana.dialog("New message")
        send = dialog.get_by_role("button", name="Send")
        await expect(dialog.get_by_role("combobox", name="From")).to_be_visible()
        await expect(dialog.get_by_text("For the queue sales")).to_be_visible()
        await dialog.get_by_role("textbox", name="To").fill("dana@mail.example")
        await dialog.get_by_role("textbox", name="Message").fill("Your cup is ready.")
        await expect(send).to_be_disabled()
        await dialog.get_by_role("textbox", name="Subject").fill("Your cup")
        assert await findings(ana.page, "new message", desktop=True) == []
        await send.click()
        await expect(dialog).to_be_hidden()
        await ana.announces("Ana started the conversation")
        assert (await box.deliver())["Subject"] == "Your cup"

        # The same person again: told so, and led to the conversation.
        stage.complaints.expect("409")
        await ana.page.get_by_role("link", name="My last day").click()
        await ana.page.keyboard.press("Control+Alt+KeyS")
        await dialog.get_by_role("textbox", name="To").fill("Dana@mail.example")
        await dialog.get_by_role("textbox", name="Subject").fill("Again")
        await dialog.get_by_role("textbox", name="Message").fill("Again")
        await send.click()
        await expect(
            dialog.get_by_text("A conversation with this customer is open")
        ).to_be_visible()
        await dialog.get_by_role("button", name="Open it").click()
        await expect(dialog).to_be_hidden()
        await ana.announces("Ana started the conversation")

        await ana.do("End")
        await ana.wrap_up("Sold")
        await ana.page.get_by_role("link", name="My last day").click()
        await ana.page.get_by_role("main").get_by_role("button").filter(has_text="dana").click()
        await ana.page.get_by_role("button", name="Follow up").click()
        again = ana.dialog("Follow up with dana@mail.example")
        await expect(again.get_by_text("To dana@mail.example")).to_be_visible()
        await again.get_by_role("textbox", name="Message").fill("Do you like it?")
        assert await findings(ana.page, "follow up", desktop=True) == []
        await again.get_by_role("button", name="Send").click()
        await expect(again).to_be_hidden()
        await ana.announces("Ana followed up the conversation")
        first = box.postbox.mails[0]
        assert (await box.deliver())["In-Reply-To"] == first["Message-ID"]


async def test_first_words_have_styles_templates_files_and_a_count(stage: Stage) -> None:
    stage.pseudo = True
    await allowing(stage.centre)
    body = "Dear @@customer.first_name|customer@@, order <number> is here."
    await stage.centre.put("templates", "Order", {"body": body})
    await stage.centre.put("templates", "Terms", {"body": "No returns.", "locked": True})
    async with mailbox(stage.centre) as box, sms(stage.centre) as connected:
        ana = await stage.agent("ana")
        keys = ana.page.keyboard
        await keys.press("Control+Alt+KeyS")
        dialog = ana.dialog("New message")
        field = dialog.get_by_role("textbox", name="Message", exact=True)
        send = dialog.get_by_role("button", name="Send")
        await dialog.get_by_role("combobox", name="From").select_option(label="Email · mail")
        await dialog.get_by_role("textbox", name="To").fill("dana@mail.example")
        await dialog.get_by_role("textbox", name="Subject").fill("Your order")
        await dialog.get_by_role("button", name="Templates").click()
        await expect(dialog.get_by_role("option")).to_have_text(["Order", "Terms"])
        assert await findings(ana.page, "templates of a first message", desktop=True) == []
        await keys.press("Enter")
        await expect(field.locator("> div")).to_have_text("Dear customer, order <number> is here.")
        await expect(field).to_be_focused()
        # Send goes to what is missing instead.
        await send.click()
        await expect(dialog.get_by_text("Fill in: number")).to_be_visible()
        await keys.type("7")
        await keys.press("End")
        await keys.type(" Enjoy!")
        await keys.press("Shift+Home")
        await keys.press("Control+KeyB")
        await dialog.locator("input[type=file]").set_input_files(
            FilePayload(name="terms.txt", mimeType="text/plain", buffer=b"No returns.\n")
        )
        await expect(dialog.get_by_role("button", name="Remove terms.txt")).to_be_visible()
        assert await findings(ana.page, "a first message with all", desktop=True) == []
        await send.click()
        await expect(dialog).to_be_hidden()
        sent = await box.deliver()
        html = sent.get_body(("html",))
        assert html is not None
        assert "<strong>Dear customer, order 7 is here. Enjoy!</strong>" in html.get_content()
        assert [part.get_filename() for part in sent.iter_attachments()] == ["terms.txt"]

        # On a channel without styles: none are offered, and the parts are counted.
        number = next(iter(connected.provider.customers)).id
        await keys.press("Control+Alt+KeyS")
        await dialog.get_by_role("combobox", name="From").select_option(label="SMS · sms")
        await dialog.get_by_role("textbox", name="To").fill(number)
        await expect(dialog.get_by_role("button", name="Bold")).to_have_count(0)
        await expect(dialog.get_by_role("button", name="Attach files")).to_have_count(0)
        await field.fill("x" * 161)
        await expect(dialog.get_by_text("2 SMS")).to_be_visible()
        await field.fill("x" * 1002)
        await expect(dialog.get_by_role("alert")).to_have_text(
            "The message is too long: delete 2 characters to send it."
        )
        await expect(send).to_be_disabled()
        await field.fill("/ter")
        suggested = dialog.get_by_role("listbox", name="Templates that fit")
        await expect(suggested.get_by_role("option")).to_have_count(1)
        await field.press("Enter")
        await expect(dialog.get_by_text("“Terms” is locked")).to_be_visible()
        await keys.type("Or some")
        await expect(field.locator("> div")).to_have_text("No returns.")
        await send.click()
        await expect(dialog).to_be_hidden()
        await connected.deliver()
        assert said(connected, number) == ["No returns."]
