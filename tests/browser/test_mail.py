"""Mails at the desk: quick and standard replies, modes and drafts, the guard, the original."""

from __future__ import annotations

from collections.abc import AsyncIterator
from email.message import EmailMessage

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from tests.browser.axe import findings
from tests.browser.desk import AgentDesk
from tests.browser.pseudo_locale import by_placeholder
from tests.browser.stage import Stage
from tests.journeys.test_email import DANA, DESK, ROBIN, Mailbox, mailbox

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
BANNER = "You are not replying to the latest email"


@pytest_asyncio.fixture(loop_scope="session")
async def box(stage: Stage) -> AsyncIterator[Mailbox]:
    async with mailbox(stage.centre) as box:
        yield box


def quick(desk: AgentDesk) -> Locator:
    return by_placeholder(desk.page, "Quick reply here")


def mails(desk: AgentDesk) -> Locator:
    """The mails of the thread that the server has."""
    return desk.thread.locator("article[data-seq]")


def people(desk: AgentDesk, field: str) -> Locator:
    return desk.page.get_by_role("group", name=field, exact=True)


def mode(desk: AgentDesk, name: str) -> Locator:
    return desk.page.get_by_role("group", name="How to answer").get_by_role(
        "button", name=name, exact=True
    )


async def at_once(desk: AgentDesk) -> None:
    """Mails leave without waiting for who may take them back."""
    await desk.page.get_by_role("button", name="Preferences").click()
    dialog = desk.dialog("Preferences")
    await dialog.get_by_text("Off", exact=True).click()
    await expect(dialog.get_by_role("radio", name="Off")).to_be_checked()
    await desk.page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()


async def answering(
    stage: Stage, box: Mailbox, text: str, *, waits: bool = False, **headers: str
) -> tuple[AgentDesk, str]:
    """An agent with a customer's mail open."""
    ana = await stage.agent("ana")
    if not waits:
        await at_once(ana)
    first = await box.comes(text, **headers)
    assert await stage.centre.offered() == 1
    await ana.offers.filter(has_text="Dana").get_by_role("button", name="Accept").click()
    await expect(quick(ana)).to_be_focused()
    await ana.reads(text)
    return ana, first


async def test_a_quick_reply_goes_to_the_sender_and_the_answer_joins_the_thread(
    stage: Stage, box: Mailbox
) -> None:
    # Seed: "Enter the response in the Quick reply here composer box."
    ana, _ = await answering(stage, box, "The cup is broken.")
    await expect(ana.thread.get_by_text("Received")).to_be_visible()
    await quick(ana).fill("We send a new one.")
    await quick(ana).press("Enter")
    await quick(ana).press_sequentially("Regards")
    await quick(ana).press("Control+Enter")
    await expect(quick(ana)).to_have_value("")
    await expect(mails(ana)).to_have_count(2)
    out = await box.deliver()
    assert out.get_content().splitlines()[:2] == ["We send a new one.", "Regards"]
    assert box.postbox.recipients == [[DANA]]
    answer = mails(ana).last
    await expect(answer.get_by_text("Sent").first).to_be_visible()
    # The newest mail is open, the earlier one folded to a line.
    await expect(answer.get_by_text("Re: A broken cup")).to_be_visible()
    earlier = mails(ana).first
    await expect(earlier.get_by_role("button", expanded=False).first).to_be_visible()
    await box.comes("Thank you!", In_Reply_To=str(out["Message-ID"]))
    await ana.reads("Thank you!")
    await expect(ana.page.get_by_text(BANNER)).to_have_count(0)
    await quick(ana).fill("You are welcome.")
    await ana.page.get_by_role("button", name="Send and end").click()
    await ana.wrap_up("Sold")
    await expect(ana.page.get_by_text("All quiet. New requests appear here.")).to_be_visible()
    assert (await box.deliver()).get_content().startswith("You are welcome.")


async def test_modes_fill_in_the_fields_and_keep_a_draft_each(stage: Stage, box: Mailbox) -> None:
    # Seed: "When you switch from Reply to Forward, the To and Cc field are emptied, and the email
    # body is saved as a draft."
    # Seed: "When you Reply to an email, the To and Subject fields are auto-populated and cannot be
    # edited."
    stage.pseudo = True
    ana, _ = await answering(
        stage, box, "The cup is broken.", Cc=ROBIN, to=f"{DESK}, kim@mail.example"
    )
    await quick(ana).fill("Dear Dana")
    await mode(ana, "Reply").click()
    await ana.has_written("Dear Dana")
    await expect(people(ana, "To")).to_have_text("Dana Example <dana@mail.example>")
    await expect(people(ana, "To").get_by_role("textbox")).to_have_count(0)
    await expect(people(ana, "Cc")).to_have_text("")
    await expect(people(ana, "Subject")).to_contain_text("Re: A broken cup")
    await mode(ana, "Forward").click()
    await expect(people(ana, "Subject")).to_contain_text("Fwd: A broken cup")
    await expect(people(ana, "To")).to_have_text("")
    await expect(ana.send).to_be_disabled()
    await ana.composer.fill("Dear potter")
    await ana.page.get_by_role("button", name="Show the quoted mail").click()
    await expect(ana.page.get_by_role("region", name="Quoted mail")).to_contain_text("The cup is")
    await mode(ana, "Reply All").click()
    await ana.has_written("Dear potter")
    await ana.composer.fill("Dear all")
    await expect(people(ana, "To")).to_contain_text("kim@mail.example")
    await expect(people(ana, "Cc")).to_contain_text(ROBIN)
    await mode(ana, "Reply").click()
    await ana.has_written("Dear Dana")
    await mode(ana, "Forward").click()
    await ana.has_written("Dear potter")
    await mode(ana, "Reply All").click()
    await ana.has_written("Dear all")
    await ana.page.reload()
    await ana.has_written("Dear all")

    copies = people(ana, "Cc").get_by_role("textbox")
    await people(ana, "Cc").get_by_role("button", name=f"Remove {ROBIN}").click()
    await copies.fill("nobody")
    await copies.press("Enter")
    await expect(ana.page.get_by_text("Not an e-mail address: nobody")).to_be_visible()
    await expect(ana.send).to_be_disabled()
    await people(ana, "Cc").get_by_role("button", name="Remove nobody").click()
    await copies.fill("lee@mail.example")
    await copies.press("Enter")
    found = await findings(ana.page, "standard reply", desktop=True)
    assert not found, "\n".join(found)
    await ana.send.click()
    await expect(quick(ana)).to_be_visible()
    await expect(mails(ana)).to_have_count(2)
    out = await box.deliver()
    assert out.get_content().startswith("Dear all")
    assert sorted(box.postbox.recipients[-1]) == [DANA, "kim@mail.example", "lee@mail.example"]
    await mode(ana, "Forward").click()
    await ana.has_written("Dear potter")
    await people(ana, "To").get_by_role("textbox").fill("potter@mail.example")
    await ana.composer.click()
    await ana.page.get_by_role("button", name="Bold").click()
    await ana.composer.press_sequentially("!")
    await ana.composer.press("Control+Enter")
    await expect(mails(ana)).to_have_count(3)
    out = await box.deliver()
    assert (out["To"], out["Subject"]) == ("potter@mail.example", "Fwd: A broken cup")
    plain, html = out.get_body(("plain",)), out.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert "Dear potter!" in plain.get_content()
    assert "The cup is broken." in plain.get_content()
    assert "<strong>!</strong>" in html.get_content()
    assert "The cup is broken." in html.get_content()


async def test_a_newer_mail_has_to_be_read_before_anything_is_sent(
    stage: Stage, box: Mailbox
) -> None:
    stage.pseudo = True
    ana, first = await answering(stage, box, "The cup is broken.")
    await quick(ana).fill("Only the cup?")
    await box.comes("And the pot as well.", In_Reply_To=first, Cc=ROBIN)
    banner = ana.page.get_by_role("alert").filter(has_text=BANNER)
    await expect(banner).to_be_visible()
    await expect(ana.send).to_be_disabled()
    await expect(ana.page.get_by_role("button", name="Send and end")).to_be_disabled()
    await quick(ana).press("Control+Enter")
    await expect(quick(ana)).to_have_value("Only the cup?")
    await mode(ana, "Reply All").click()
    await expect(banner).to_be_visible()
    found = await findings(ana.page, "banner", desktop=True)
    assert not found, "\n".join(found)
    await banner.get_by_role("button", name="Read it").click()
    await expect(banner).to_have_count(0)
    await expect(people(ana, "Cc")).to_contain_text(ROBIN)
    await ana.has_written("Only the cup?")
    await ana.send.click()
    await expect(mails(ana)).to_have_count(3)
    out = await box.deliver()
    assert out.get_content().startswith("Only the cup?")
    await expect(quick(ana)).to_have_value("")


async def test_an_absence_note_is_no_newer_mail(stage: Stage, box: Mailbox) -> None:
    """A program's answer holds up no person's (M5), and none is written to it."""
    ana, first = await answering(stage, box, "The cup is broken.")
    await quick(ana).fill("Only the cup?")
    await box.comes(
        "I am away.",
        In_Reply_To=first,
        Auto_Submitted="auto-replied",
        message_id="<away@mail.example>",
    )
    await ana.reads("I am away.")
    await expect(ana.send).to_be_enabled()
    await expect(ana.page.get_by_role("alert").filter(has_text=BANNER)).to_have_count(0)
    await ana.send.click()
    await expect(mails(ana)).to_have_count(3)
    assert (await box.deliver())["In-Reply-To"] == first
    # The next answer is to the mail, too.
    await expect(quick(ana)).to_have_value("")
    await quick(ana).fill("Or the lid?")
    await ana.send.click()
    await expect(mails(ana)).to_have_count(4)
    assert (await box.deliver())["In-Reply-To"] == first


async def test_the_original_is_shown_complete_and_can_run_nothing(
    stage: Stage, box: Mailbox
) -> None:
    # Seed: "Click View Original Email, to view the initial customer email."
    # axe asks every frame; the mail's has no origin and no script to answer with, as it must be.
    stage.pseudo = True
    stage.complaints.expect("recipient window's origin \\('null'\\)")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Dana Example <{DANA}>", DESK, "Table"
    mail["Message-ID"] = "<table@mail.example>"
    mail.set_content("plain")
    mail.add_alternative("<table><tr><td>cup</td></tr></table>", subtype="html")
    mail.add_attachment(b"A list", maintype="text", subtype="plain", filename="list.txt")
    ana = await stage.agent("ana")
    await box.raw(mail.as_bytes())
    assert await stage.centre.node.fetcher.fetch_due() == 1
    assert await stage.centre.offered() == 1
    await ana.offers.get_by_role("button", name="Accept").click()
    await expect(quick(ana)).to_be_focused()
    await ana.do("View Original Email")
    dialog = ana.dialog("Complete mail")
    page = dialog.frame_locator("iframe")
    await expect(page.get_by_role("cell", name="cup")).to_be_visible()
    await expect(dialog.locator("iframe")).to_have_attribute("sandbox", "allow-popups")
    await expect(dialog.get_by_text(DANA, exact=True)).to_be_visible()
    async with ana.page.expect_download() as download:
        await dialog.get_by_role("link", name="Download source").click()
    assert (await (await download.value).path()).read_bytes() == mail.as_bytes()
    # Seed: "Click the icon, to change the background and font colours of an email to light on
    # dark."
    await dialog.get_by_role("button", name="Light on dark").click()
    await expect(page.locator("html")).to_have_css("background-color", "rgb(27, 27, 29)")
    await expect(page.get_by_role("cell", name="cup")).to_be_visible()
    await dialog.get_by_role("button", name="Load remote images").click()
    await expect(page.get_by_role("cell", name="cup")).to_be_visible()
    found = await findings(ana.page, "complete mail", desktop=True)
    assert not found, "\n".join(found)
    await ana.page.keyboard.press("Escape")
    await ana.thread.get_by_role("button", name="Show the complete mail").click()
    await expect(dialog).to_be_visible()
    await ana.page.keyboard.press("Escape")
    await mode(ana, "Forward").click()
    await expect(ana.page.get_by_role("button", name="Remove list.txt")).to_be_visible()
    await mode(ana, "Reply").click()
    await expect(ana.page.get_by_role("button", name="Remove list.txt")).to_have_count(0)
