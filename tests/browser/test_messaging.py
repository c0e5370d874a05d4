"""WhatsApp at the desktop: signed webhooks in, the real connector out, a provider on a socket."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.browser.axe import findings
from tests.browser.desk import AgentDesk
from tests.browser.stage import Stage
from tests.contract.graph_server import Provider, provider

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SECRET = "s" * 32
NUMBER_ID = "106540000000001"
CUSTOMER = "15555550142"
TEMPLATE: dict[str, Any] = {
    "name": "order_sent",
    "language": "en",
    "category": "UTILITY",
    "status": "APPROVED",
    "header": None,
    "body": "Your order {{1}} is on its way.",
    "footer": "Example Shop",
    "buttons": [],
    "header_fields": 0,
    "body_fields": 1,
}


@dataclass
class Phone:
    """A customer's WhatsApp, as its webhooks tell."""

    stage: Stage
    account: int
    provider: Provider
    numbers: count[int] = field(default_factory=lambda: count(1))

    async def sends(self, kind: str, body: Any, **more: Any) -> str:
        """A message of a kind; its id at the provider."""
        external_id = f"wamid.in{next(self.numbers)}"
        stamp = str(int(self.stage.centre.clock.now().timestamp()))
        message = {"from": CUSTOMER, "id": external_id, "timestamp": stamp, "type": kind}
        await self.deliver(messages=[message | {kind: body} | more])
        return external_id

    async def deliver(self, **value: Any) -> None:
        whole = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15555550100", "phone_number_id": NUMBER_ID},
            "contacts": [{"profile": {"name": "Ada Example"}, "wa_id": CUSTOMER}],
            **value,
        }
        change = {"field": "messages", "value": whole}
        entry = [{"id": "102290000000001", "changes": [change]}]
        body = json.dumps({"object": "whatsapp_business_account", "entry": entry}).encode()
        signature = hmac.digest(SECRET.encode(), body, hashlib.sha256).hex()
        async with httpx2.AsyncClient(timeout=30) as client:
            answer = await client.post(
                f"{self.stage.centre.url}/webhooks/whatsapp/{self.account}",
                content=body,
                headers={"X-Hub-Signature-256": f"sha256={signature}"},
            )
        assert answer.status_code == 200, answer.text

    async def takes(self, external_id: str) -> dict[str, Any]:
        """What waits is sent; the request that came to the provider."""
        self.provider.answers.append({"messages": [{"id": external_id}]})
        seen = len(self.provider.received)
        await self.leaves()
        (request,) = self.provider.received[seen:]
        body: dict[str, Any] = request.json
        return body

    async def leaves(self) -> None:
        """One message is tried: the page shows it before the server has it."""
        async with asyncio.timeout(30):
            while not await self.stage.centre.node.postman.deliver():
                await asyncio.sleep(0.01)

    async def reports(self, external_id: str, status: str, **more: Any) -> None:
        stamp = str(int(self.stage.centre.clock.now().timestamp()))
        report = {"id": external_id, "status": status, "timestamp": stamp, "recipient_id": CUSTOMER}
        await self.deliver(statuses=[report | more])

    async def writes(self, text: str) -> str:
        return await self.sends("text", {"body": text})


@pytest_asyncio.fixture(loop_scope="session")
async def phone(stage: Stage) -> AsyncIterator[Phone]:
    # Read reports and typing signs go their own way, whenever they like.
    async with provider(aside=lambda request: b'"status":"read"' in request.body) as graph:
        centre = stage.centre
        account = await centre.put(
            "accounts",
            "Shop on WhatsApp",
            {
                "channel": "whatsapp",
                "address": NUMBER_ID,
                "joined_text": None,
                "settings": {"api_url": graph.address},
            },
            {"app_secret": SECRET, "verify_token": "v" * 20, "access_token": "t" * 20},
        )
        queue = await centre.put("queues", "chat", {"channels": ["whatsapp"]})
        await centre.put("entry_points", "whatsapp entry", {"account": account, "queue": queue})
        yield Phone(stage, account, graph)


async def in_conversation(stage: Stage, phone: Phone) -> AgentDesk:
    ana = await stage.agent("ana")
    await phone.writes("Where is my order?")
    assert await stage.centre.offered() == 1
    await ana.accept("Ada Example")
    return ana


async def test_styles_are_seen_while_written_and_reach_the_customer(
    stage: Stage, phone: Phone
) -> None:
    ana = await in_conversation(stage, phone)
    keys = ana.page.keyboard
    await keys.type("It is ")
    await keys.press("Control+KeyB")
    await keys.type("almost ")
    await keys.press("Control+KeyI")
    await keys.type("there")
    await keys.press("Control+KeyB")
    await expect(ana.page.get_by_role("button", name="Bold")).to_have_attribute(
        "aria-pressed", "false"
    )
    await keys.type(" now")
    await expect(ana.composer.locator("b")).to_have_text(["almost ", "there"])
    await expect(ana.composer.locator("i")).to_have_text(["there", " now"])
    await keys.press("Control+KeyZ")
    await keys.press("Control+KeyY")
    await keys.press("Enter")
    await ana.has_written("")
    await expect(ana.bubble("It is almost").locator("strong")).to_have_text(["almost ", "there"])
    sent = await phone.takes("wamid.out1")
    assert sent["text"]["body"] == "It is *almost _there_* _now_"


async def test_a_list_is_written_and_left_by_an_empty_line(stage: Stage, phone: Phone) -> None:
    ana = await in_conversation(stage, phone)
    keys = ana.page.keyboard
    await ana.page.get_by_role("button", name="Bulleted list").click()
    await keys.type("one")
    await keys.press("Shift+Enter")
    await keys.type("two")
    await keys.press("Shift+Enter")
    await keys.press("Shift+Enter")
    await keys.type("after")
    await ana.has_written("one\ntwo\nafter")
    await expect(ana.composer.locator("[data-bullet-list]")).to_have_text(["one", "two"])
    await keys.press("Enter")
    await ana.has_written("")
    assert (await phone.takes("wamid.out1"))["text"]["body"] == "- one\n- two\nafter"


async def test_what_is_pasted_keeps_what_the_channel_carries(stage: Stage, phone: Phone) -> None:
    ana = await in_conversation(stage, phone)
    await ana.composer.evaluate(
        """(field) => {
          const data = new DataTransfer();
          data.setData("text/html", '<p style="color:red">a <b>bold</b> <u>word</u>'
            + '<script>x()</script><img src="https://elsewhere.example/x.png"></p>');
          data.setData("text/plain", "a bold word");
          field.dispatchEvent(new ClipboardEvent("paste",
            {clipboardData: data, bubbles: true, cancelable: true}));
        }"""
    )
    await ana.has_written("a bold word")
    markup = await ana.composer.inner_html()
    assert markup == "<div>a <b>bold</b> word</div>"


async def test_the_way_of_a_message_and_its_details(stage: Stage, phone: Phone) -> None:
    ana = await in_conversation(stage, phone)
    await ana.reply("On its way")
    await expect(ana.thread.get_by_title("Sending")).to_be_visible()
    await phone.takes("wamid.out1")
    await expect(ana.thread.get_by_title("Sent")).to_be_visible()
    await phone.reports("wamid.out1", "delivered")
    await expect(ana.thread.get_by_title("Delivered")).to_be_visible()
    await phone.reports("wamid.out1", "read")
    await expect(ana.thread.get_by_title("Read")).to_be_visible()
    await ana.message_menu("On its way", "Details")
    details = ana.dialog("Message details")
    for stage_name in ("Written", "Sent", "Delivered", "Read"):
        await expect(details.get_by_text(stage_name, exact=True)).to_be_visible()
    await details.locator("summary").first.click()
    await expect(details.get_by_text("Request", exact=True)).to_be_visible()
    await expect(details).not_to_contain_text("t" * 20)
    await ana.page.keyboard.press("Escape")

    await ana.reply("And the invoice")
    phone.provider.answers.append(
        {"status": 400, "json": {"error": {"code": 131026, "message": "Undeliverable"}}}
    )
    await phone.leaves()
    failed = ana.bubble("And the invoice")
    await expect(failed.get_by_title("Not delivered")).to_be_visible()
    await expect(failed.get_by_role("button", name="Send again")).to_be_visible()


async def test_a_waiting_message_says_why_and_can_be_taken_back(stage: Stage, phone: Phone) -> None:
    ana = await in_conversation(stage, phone)
    await ana.reply("Too fast")
    phone.provider.answers.append(
        {"status": 429, "json": {"error": {"code": 130429, "message": "Rate limit hit"}}}
    )
    await phone.leaves()
    waiting = ana.bubble("Too fast")
    await expect(waiting.get_by_text("Waits: ")).to_be_visible()
    await expect(waiting.get_by_role("button", name="Send now")).to_be_visible()
    await waiting.get_by_role("button", name="Cancel").click()
    await expect(waiting.get_by_text("It was cancelled before it was sent.")).to_be_visible()


async def test_answering_one_message_and_finding_it_again(stage: Stage, phone: Phone) -> None:
    ana = await in_conversation(stage, phone)
    await phone.writes("And do you have it in blue?")
    await ana.message_menu("Where is my order?", "Reply")
    await expect(ana.composer).to_be_focused()
    cancel = ana.page.get_by_role("button", name="Do not answer this message")
    await expect(cancel).to_be_visible()
    await ana.reply("It left today")
    await expect(cancel).to_be_hidden()
    answer = ana.bubble("It left today")
    await answer.get_by_role("button", name="Where is my order?").click()
    await expect(ana.thread.locator("[data-flash]")).to_contain_text("Where is my order?")
    assert (await phone.takes("wamid.out1"))["context"] == {"message_id": "wamid.in1"}


async def test_what_customers_send_besides_text(stage: Stage, phone: Phone) -> None:
    stage.pseudo = True
    ana = await in_conversation(stage, phone)
    place = {"latitude": 52.5, "longitude": 13.4, "name": "Shop", "address": "1 Example Street"}
    await phone.sends("location", place)
    card = ana.bubble("1 Example Street")
    await expect(card.get_by_role("link", name="Open map")).to_have_attribute(
        "rel", "noopener noreferrer"
    )
    person = {"name": {"formatted_name": "Grace Example"}, "phones": [{"phone": "+1 555 555 0177"}]}
    await phone.sends("contacts", [person])
    await ana.reads("+1 555 555 0177")
    item = {
        "product_retailer_id": "cup-7",
        "quantity": 2,
        "item_price": 12.5,
        "currency": "EUR",
    }
    await phone.sends("order", {"catalog_id": "1", "product_items": [item], "text": "Please"})
    order = ana.thread.get_by_role("table", name="Order")
    await expect(order).to_contain_text("cup-7")
    await expect(order).to_contain_text("€12.50")
    choice = {"type": "button_reply", "button_reply": {"id": "yes", "title": "Yes please"}}
    await phone.sends("interactive", choice)
    await expect(ana.bubble("Yes please")).to_contain_text("Pressed a button")
    first = await phone.writes("A mistake")
    await phone.sends("reaction", {"message_id": first, "emoji": "👍"})
    await expect(ana.bubble("A mistake").get_by_role("img", name="Reaction 👍")).to_be_visible()
    edited = {"original_message_id": first, "message": {"type": "text", "text": {"body": "Right"}}}
    await phone.sends("edit", edited)
    await expect(ana.bubble("Right")).to_contain_text("edited")
    await phone.sends("revoke", {"original_message_id": first})
    await expect(ana.thread.get_by_text("Deleted by the customer")).to_be_visible()
    await expect(ana.message("Right")).to_have_count(0)
    found = await findings(ana.page, "all kinds of messages", desktop=True)
    assert not found, "\n".join(found)


async def test_after_the_window_only_an_approved_template_goes_out(
    stage: Stage, phone: Phone
) -> None:
    stage.pseudo = True
    ana = await in_conversation(stage, phone)
    reader = stage.centre.node.context.channel_reader
    await reader.keep_templates(phone.account, [TEMPLATE], stage.centre.clock.now())
    await stage.centre.node.database.pool.execute(
        "UPDATE conversation SET last_inbound_at = last_inbound_at - interval '25 hours'"
    )
    stage.complaints.expect(r"409 .*messages")
    await ana.composer.fill("Are you still there?")
    await ana.composer.press("Enter")
    banner = ana.page.get_by_text("The customer last wrote too long ago for a free message. Send")
    await expect(banner).to_be_visible()
    await expect(ana.composer).to_have_attribute("aria-disabled", "true")
    await expect(ana.send).to_be_disabled()
    found = await findings(ana.page, "the window is closed", desktop=True)
    await ana.page.get_by_role("button", name="Send an approved template").click()
    value = ana.page.get_by_role("textbox", name="Field 1")
    await expect(value).to_be_focused()
    await value.fill("KC-48213")
    dialog = ana.dialog("order sent")
    await expect(dialog.get_by_text("Your order KC-48213 is on its way.")).to_be_visible()
    found += await findings(ana.page, "an approved template", desktop=True)
    await dialog.get_by_role("button", name="Send", exact=True).click()
    await ana.reads("Your order KC-48213 is on its way.")
    sent = await phone.takes("wamid.out1")
    assert sent["template"]["name"] == "order_sent"
    assert sent["template"]["components"][0]["parameters"] == [{"type": "text", "text": "KC-48213"}]
    assert not found, "\n".join(found)


async def test_a_note_is_for_colleagues_and_looks_it(stage: Stage, phone: Phone) -> None:
    stage.pseudo = True
    ana = await in_conversation(stage, phone)
    await ana.page.keyboard.press("Control+Alt+KeyJ")
    field = ana.page.get_by_role("textbox", name="Internal note")
    await expect(field).to_be_focused()
    await field.fill("Has called before")
    found = await findings(ana.page, "a note", desktop=True)
    await field.press("Enter")
    await expect(ana.bubble("Has called before")).to_contain_text("Internal note")
    await expect(ana.composer).to_be_focused()
    await stage.centre.node.postman.deliver()
    assert phone.provider.received == []
    assert not found, "\n".join(found)


async def test_park_and_resume(stage: Stage, phone: Phone) -> None:
    ana = await in_conversation(stage, phone)
    await ana.do("Park")
    await ana.dialog("Park this conversation").get_by_role("button", name="In an hour").click()
    await ana.stands_at("Parked")
    await expect(ana.send).to_be_disabled()
    await ana.do("Resume")
    await ana.stands_at("Connected")


async def test_emojis_by_name_by_search_and_again(stage: Stage, phone: Phone) -> None:
    stage.pseudo = True
    ana = await in_conversation(stage, phone)
    keys = ana.page.keyboard
    await keys.type("Thanks :thumbsu")
    await expect(ana.page.get_by_role("option", name=":thumbsup:")).to_be_visible()
    await keys.press("Enter")
    await ana.has_written("Thanks 👍")
    await keys.type(" :tada:")
    await ana.has_written("Thanks 👍 🎉")
    await keys.press("Control+Alt+KeyB")
    search = ana.page.get_by_role("textbox", name="Search emojis")
    await expect(search).to_be_focused()
    await expect(ana.page.get_by_role("region", name="Recent").get_by_role("button")).to_have_count(
        2
    )
    await search.fill("teapot")
    await expect(ana.page.get_by_role("button", name="teapot")).to_be_visible()
    found = await findings(ana.page, "emojis", desktop=True)
    await search.press("Enter")
    await ana.has_written("Thanks 👍 🎉🫖")
    await keys.press("Control+Alt+KeyB")
    await expect(search).to_be_focused()
    await search.press("Escape")
    await expect(ana.composer).to_be_focused()
    await keys.type("!")
    await ana.has_written("Thanks 👍 🎉🫖!")
    assert not found, "\n".join(found)


async def test_somebody_of_a_queue_is_asked_into_the_conversation(
    stage: Stage, phone: Phone
) -> None:
    """Seed: WhatsApp's conference request lists agents, or queues."""
    ana = await in_conversation(stage, phone)
    ben = await stage.agent("ben")
    await ana.do("Conference")
    await ana.choose_target("Conference Request", "help", "Conference", tab="Queue")
    await ana.stands_at("Conference Requested")
    await ben.accept("Ada Example")
    await ana.stands_at("Conference")
    await ana.announces("Ben has joined the chat")
    await ben.reply("Hello from Ben")
    await ana.reads("Hello from Ben")
    await ben.do("Exit Conference")
    await ben.wrap_up("Asked", "Sold")
    await ana.announces("Ben has left the chat")
    await ana.stands_at("Connected")
