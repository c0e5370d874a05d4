"""Mails at the desk: every change of the mode, taking back, splitting, transfer, other browsers."""

from __future__ import annotations

import base64
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.axe import findings
from tests.browser.desk import AgentDesk
from tests.browser.stage import Stage
from tests.browser.test_mail import answering, at_once, mails, mode, people, quick
from tests.journeys.test_email import DANA, DESK, ROBIN, Mailbox, mailbox

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
KIM = "kim@mail.example"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6364f8cf"
    "500f00038601805a34577d0000000049454e44ae426082"
)
SENDER = "Dana Example <dana@mail.example>"


@pytest_asyncio.fixture(loop_scope="session")
async def box(stage: Stage) -> AsyncIterator[Mailbox]:
    async with mailbox(stage.centre) as box:
        yield box


async def shows(desk: AgentDesk, to: list[str], cc: list[str], subject: str) -> None:
    """The composer's fields."""
    for field, wanted in (("To", to), ("Cc", cc)):
        for one in wanted:
            await expect(people(desk, field)).to_contain_text(one)
        if not wanted:
            await expect(people(desk, field)).to_have_text("")
    await expect(people(desk, "Subject")).to_contain_text(subject)


async def test_all_six_changes_of_the_mode(stage: Stage, box: Mailbox) -> None:
    # Seed: "When you switch from Reply to Reply All, the To fields are automatically populated,
    # and the Cc field gets auto-populated with the original Ccs of that email and can be edited.
    # The email body is saved as a draft."
    # Seed: "When you switch from Forward to Reply All, the To and Cc fields get auto-populated,
    # and the email body is saved as a draft."
    ana, _ = await answering(stage, box, "The cup is broken.", Cc=ROBIN, to=f"{DESK}, {KIM}")
    fields = {
        "Reply": ([SENDER], [], "Re: A broken cup"),
        "Reply All": ([DANA, KIM], [ROBIN], "Re: A broken cup"),
        "Forward": ([], [], "Fwd: A broken cup"),
    }
    await mode(ana, "Reply").click()
    await ana.composer.fill("As a reply")
    await shows(ana, *fields["Reply"])
    texts = {"Reply": "As a reply"}
    way = ["Reply All", "Reply", "Forward", "Reply", "Reply All", "Forward", "Reply All"]
    before = "Reply"
    seen = set()
    for after in way:
        await mode(ana, after).click()
        await shows(ana, *fields[after])
        if after in texts:
            await ana.has_written(texts[after])
        else:
            # M3: a mode without a draft of its own takes over what was typed.
            await ana.has_written(texts[before])
            texts[after] = f"As a {after}"
            await ana.composer.fill(texts[after])
        editable = people(ana, "To").get_by_role("textbox")
        await expect(editable).to_have_count(1 if after == "Forward" else 0)
        await expect(people(ana, "Cc").get_by_role("textbox")).to_have_count(1)
        seen.add((before, after))
        before = after
    assert len(seen) == 6

    # The drafts are on the server: another browser has them.
    other = await stage.agent("ana", available=False)
    await other.page.goto(ana.page.url)
    await expect(quick(other)).to_be_visible()
    for name in ("Forward", "Reply", "Reply All"):
        await mode(other, name).click()
        await other.has_written(texts[name])


async def test_a_mail_is_taken_back_and_corrected(stage: Stage, box: Mailbox) -> None:
    stage.pseudo = True
    ana, _ = await answering(stage, box, "The cup is broken.", waits=True)
    await mode(ana, "Reply").click()
    await ana.composer.press_sequentially("We send a ")
    await ana.page.get_by_role("button", name="Bold").click()
    await ana.composer.press_sequentially("new cup")
    await ana.send.click()
    answer = mails(ana).last
    await expect(answer.get_by_text("Leaves in a moment.")).to_be_visible()
    found = await findings(ana.page, "mail that waits", desktop=True)
    assert not found, "\n".join(found)
    await answer.get_by_role("button", name="Undo").click()
    await ana.has_written("We send a new cup")
    await expect(ana.composer.get_by_text("new cup")).to_have_css("font-weight", "700")
    await expect(answer.get_by_text("Taken back, not sent.")).to_be_visible()
    await at_once(ana)
    await ana.composer.press("End")
    await ana.composer.press_sequentially(" today")
    await ana.send.click()
    await expect(mails(ana)).to_have_count(3)
    out = await box.deliver()
    assert len(box.postbox.mails) == 1
    html = out.get_body(("html",))
    assert html is not None
    assert "<strong>new cup today</strong>" in html.get_content()


async def test_a_refused_recipient_stands_by_the_mail(stage: Stage, box: Mailbox) -> None:
    box.postbox.refuse = {ROBIN}
    ana, _ = await answering(stage, box, "The cup is broken.", Cc=ROBIN)
    await mode(ana, "Reply All").click()
    await ana.composer.fill("We send a new one.")
    await ana.send.click()
    await expect(mails(ana)).to_have_count(2)
    await box.deliver()
    note = mails(ana).last.get_by_role("note")
    await expect(note).to_contain_text(f"Not taken by the mail server for: {ROBIN}")
    await expect(mails(ana).last.get_by_text("Sent").first).to_be_visible()


async def test_a_mail_is_split_off_in_one_click(stage: Stage, box: Mailbox) -> None:
    ana, first = await answering(stage, box, "The cup is broken.")
    await box.comes("And now something else.", In_Reply_To=first)
    await ana.reads("And now something else.")
    await quick(ana).fill("About the cup")
    await ana.message_menu("And now something else.", "Split to a new conversation")
    await ana.announces("Ana split a mail to a new conversation")
    moved = mails(ana).last.get_by_text("This mail has a conversation of its own.")
    await expect(moved).to_be_visible()
    await quick(ana).press("Control+Enter")
    await expect(quick(ana)).to_have_value("")
    await expect(mails(ana)).to_have_count(3)
    assert (await box.deliver())["In-Reply-To"] == first
    assert await stage.centre.offered() == 1
    await ana.offers.get_by_role("button", name="Accept").click()
    await expect(mails(ana)).to_have_count(1)
    await ana.reads("And now something else.")


async def test_a_mail_goes_to_an_email_queue_and_to_nobody(stage: Stage, box: Mailbox) -> None:
    # Seed: "You cannot transfer an email to any specific agent or supervisor."
    back = await stage.centre.put("queues", "Back office", {"channels": ["email"]})
    chats = await stage.centre.put("queues", "Chats only", {"channels": ["webchat"]})
    assert back != chats
    ana, _ = await answering(stage, box, "The cup is broken.")
    await ana.do("Transfer")
    dialog = ana.dialog("Transfer Request")
    await expect(dialog.get_by_role("option", name="Back office")).to_be_visible()
    await expect(dialog.get_by_role("option", name="Chats only")).to_have_count(0)
    await expect(dialog.get_by_text("Agent", exact=True)).to_have_count(0)
    await ana.choose_target("Transfer Request", "Back office", "Transfer")
    await ana.wrap_up("Sold")
    await expect(ana.page.get_by_text("All quiet. New requests appear here.")).to_be_visible()


async def test_the_composer_has_a_window_of_its_own(stage: Stage, box: Mailbox) -> None:
    # Seed: "Click the icon, to change the background and font colours of an email to light on
    # dark."
    stage.pseudo = True
    ana, _ = await answering(stage, box, "The cup is broken.")
    await mode(ana, "Reply").click()
    await ana.composer.fill("Dear Dana")
    dark = ana.page.get_by_role("button", name="Light on dark")
    await dark.click()
    await expect(dark).to_have_attribute("aria-pressed", "true")
    await expect(ana.composer).to_have_css("color", "rgb(241, 241, 243)")
    found = await findings(ana.page, "composer, light on dark", desktop=True)
    assert not found, "\n".join(found)
    docked = await ana.composer.bounding_box()
    await ana.page.get_by_role("button", name="Minimise").click()
    await expect(ana.composer).to_be_hidden()
    await ana.page.get_by_role("button", name="Minimise").click()
    await ana.has_written("Dear Dana")
    await ana.page.get_by_role("button", name="Maximise").click()
    await expect(ana.send).to_be_visible()
    assert docked is not None
    await ana.page.get_by_role("button", name="Discard the draft").click()
    await expect(quick(ana)).to_have_value("")
    await mode(ana, "Reply").click()
    await ana.has_written("")


async def test_a_pasted_and_a_dropped_picture_are_in_the_text_of_the_mail(
    stage: Stage, box: Mailbox
) -> None:
    ana, _ = await answering(stage, box, "The cup is broken.")
    await mode(ana, "Reply").click()
    await ana.composer.press_sequentially("Like this: ")
    give = """(target, [kind, name, data]) => {
        const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
        const files = new DataTransfer();
        files.items.add(new File([bytes], name, { type: "image/png" }));
        const more = { bubbles: true, cancelable: true };
        target.dispatchEvent(kind === "paste"
            ? new ClipboardEvent("paste", { ...more, clipboardData: files })
            : new DragEvent("drop", { ...more, dataTransfer: files }));
    }"""
    picture = base64.b64encode(PNG).decode()
    await ana.composer.evaluate(give, ["paste", "new.png", picture])
    await ana.has_written("Like this: [image: new.png]")
    await ana.composer.press_sequentially(" or ")
    await ana.composer.evaluate(give, ["drop", "old.png", picture])
    await ana.has_written("Like this: [image: new.png] or [image: old.png]")
    await ana.attach({"name": "plan.png", "mimeType": "image/png", "buffer": PNG})
    await expect(ana.page.get_by_role("button", name="Remove plan.png")).to_be_visible()
    await expect(ana.send).to_be_enabled()
    await ana.send.click()
    await expect(mails(ana)).to_have_count(2)
    out = await box.deliver()
    html = out.get_body(("html",))
    assert html is not None
    related = {str(p["Content-ID"]).strip("<>"): p for p in out.walk() if p["Content-ID"]}
    assert len(related) == 2
    content = html.get_content()
    assert all(f'<img src="cid:{cid}"' in content for cid in related)
    assert all(p.get_payload(decode=True) == PNG for p in related.values())
    assert [p.get_filename() for p in out.iter_attachments()] == ["plan.png"]
    plain = out.get_body(("plain",))
    assert plain is not None
    assert "[image: new.png]" in plain.get_content()


async def test_a_rich_mail_arrives_as_it_was_written(stage: Stage, box: Mailbox) -> None:
    stage.pseudo = True
    ana, _ = await answering(stage, box, "The cup is broken.")
    await mode(ana, "Reply").click()
    page, write = ana.page, ana.composer.press_sequentially

    async def style(name: str) -> None:
        await page.get_by_role("button", name=name, exact=True).click()

    await style("Heading")
    await write("Offer")
    await ana.composer.press("Enter")
    await style("Heading")
    await write("Dear Dana")
    await ana.composer.press("Shift+Home")
    await style("Colour of the letters")
    await page.get_by_role("menuitem", name="Red").click()
    await expect(ana.composer.locator("[data-colour=red]")).to_have_text("Dear Dana")
    await expect(ana.composer).to_be_focused()
    await ana.composer.press("End")
    await page.wait_for_function("getSelection().isCollapsed")
    await ana.composer.press("Enter")
    table = "Table row: Tab goes to the next cell"
    await style(table)
    await write("Cup")
    await ana.composer.press("Tab")
    await write("9 EUR")
    await ana.composer.press("Enter")
    await style(table)
    await style("Indent")
    await write("See ")
    await style("Link")
    await page.get_by_role("textbox", name="Address of the link").fill("shop.example/cups")
    await page.keyboard.press("Enter")
    found = await findings(page, "rich mail", desktop=True)
    assert not found, "\n".join(found)
    await ana.send.click()
    await expect(mails(ana)).to_have_count(2)
    html = (await box.deliver()).get_body(("html",))
    assert html is not None
    content = html.get_content()
    assert "<h2>Offer</h2>" in content
    assert re.search(r'<span style="color: ?#c92a2a">Dear Dana</span>', content)
    assert re.search(r"<tr><td[^>]*>Cup</td><td[^>]*>9 EUR</td></tr>", content)
    assert re.search(
        r'<div style="margin-left: ?40px"><div>See <a href="https://shop.example/cups"', content
    )
