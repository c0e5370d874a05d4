"""The table of what differs by channel, cell by cell, at the desktop (DOMAIN §2).

One journey per channel walks through all its cells and reports each by itself, as
`S-messenger-formatting` (the seed's own) or `R-…` (our reading). Expectations are typed out from
the seed; nothing of the product is imported for them. What the doors hold besides is in
`tests/journeys/test_table_of_channels.py`.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import FilePayload, expect

from tests.browser.channel_customers import Act, customer_on, rgb
from tests.browser.stage import Stage
from tests.browser.test_mail import at_once, mode, quick
from tests.browser.test_workflows import works
from tests.browser.test_writing import RED
from tests.journeys.other_system import other_system

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
CHANNELS = ("messenger", "sms", "webchat", "email", "whatsapp")
ALL = (True,) * 5


async def popover_shows(act: Act, fields: tuple[str, ...]) -> None:
    # Seed: "displays the Queue Name, Source Page, Timer, and Accept button"
    # Seed: "displays the Queue Name, Phone Number, Source Number, Timer, and Accept button"
    # Seed: "displays the Customers Name, Email, Queue Name, Timer, and Accept button"
    # Seed: "displays the Customers Name, Customer Phone Number, Source Number, Queue Name, and
    # Accept button"
    for field in fields:
        await expect(act.ana.offers).to_contain_text(field)
    await expect(act.ana.offers.get_by_role("time")).to_have_text(re.compile(r"^\d:\d\d$"))
    await expect(act.ana.offers.get_by_role("button", name="Accept")).to_be_enabled()


async def shortcuts(act: Act, there: bool) -> None:
    # Seed: "Click the Accept button, in the request. The request opens in the compose box, and an
    # interaction pane is displayed."
    assert there
    await act.ana.page.keyboard.press("Control+Alt+KeyA")
    await act.ana.reads("Hello")
    await expect(quick(act.ana) if act.mail else act.ana.composer).to_be_focused()


async def pane_shows(act: Act, fields: tuple[str, ...]) -> None:
    """Besides the customer's name, the thread and the timer."""
    await expect(act.ana.pane.get_by_role("heading")).not_to_be_empty()
    await expect(act.ana.pane.get_by_role("time")).to_have_text(re.compile(r"^\d+:\d\d$"))
    shown = await act.ana.pane.locator("dl > div").all_inner_texts()
    for field in fields:
        assert any(field in one for one in shown), shown
    if act.mail:
        thread = act.ana.thread
        for text in ("dana@mail.example", "help@shop.example", "A broken cup", "Received"):
            await expect(thread.get_by_text(text).first).to_be_visible()
        for name in ("Reply", "Reply All", "Forward"):
            await expect(mode(act.ana, name)).to_be_visible()
        await expect(act.ana.pane.get_by_role("button", name="Transfer")).to_be_visible()


async def customer_bubble(act: Act, inside: str | None) -> None:
    if inside is None:
        await expect(act.ana.thread.locator("article[data-seq]")).to_have_count(1)
        return
    bubble = act.ana.bubble("Hello").locator("> div").first
    await expect(bubble.locator("[aria-hidden]").first).to_have_text(re.compile(inside))
    red, green, blue = await rgb(bubble)
    # Grey: no colour stands out.
    assert max(red, green, blue) - min(red, green, blue) < 24


async def agent_bubble(act: Act, blue_one: bool) -> None:
    await act.says("Good morning")
    if not blue_one:
        await expect(act.ana.thread.locator("article[data-seq]")).to_have_count(2)
        return
    red, green, blue = await rgb(act.ana.bubble("Good morning").locator("> div").first)
    assert blue > 150
    assert blue - max(red, green) > 80


async def announcements(act: Act, shown: bool) -> None:
    assert shown
    await act.ana.announces("Ana accepted the conversation")


async def composer_limit(act: Act, limit: int | None) -> None:
    # Seed: "The compose box supports a maximum of 1000 characters."
    # Seed: "The composer box supports a maximum of 4096 characters."
    # Seed: "Whenever the character count exceeds the configured limit, the Send button is
    # disabled, and an error message is displayed below the composer box in red to correct the
    # character limit."
    await act.compose()
    await act.ana.composer.fill("x" * (20_000 if limit is None else limit))
    await expect(act.ana.send).to_be_enabled()
    if limit is not None:
        await act.ana.composer.fill("x" * (limit + 3))
        await expect(act.ana.send).to_be_disabled()
        error = act.ana.page.get_by_role("alert")
        await expect(error).to_have_text("The message is too long: delete 3 characters to send it.")
        await expect(error).to_have_css("color", RED)
        box = await act.ana.composer.bounding_box()
        below = await error.bounding_box()
        assert box is not None
        assert below is not None
        assert below["y"] >= box["y"] + box["height"]
    await act.ana.composer.fill("")


async def formatting(act: Act, arrives: str | None) -> None:
    # Seed: "Rich Formatting"
    await act.compose()
    keys, bold = act.ana.page.keyboard, act.ana.page.get_by_role("button", name="Bold")
    await expect(bold).to_have_count(0 if arrives is None else 1)
    await keys.type("Warm regards")
    await keys.press("Home")
    for _ in "Warm":
        await keys.press("Shift+ArrowRight")
    await keys.press("Control+KeyB")
    await act.send()
    await act.customer.gets(arrives or "Warm regards")


async def emojis(act: Act, warned: bool) -> None:
    await act.compose()
    await act.ana.page.get_by_role("button", name="Emojis").click()
    search = act.ana.page.get_by_role("textbox", name="Search emojis")
    await search.fill("teapot")
    await expect(act.ana.page.get_by_role("button", name="teapot")).to_be_visible()
    await search.press("Enter")
    await expect(act.ana.composer).to_be_focused()
    warning = act.ana.page.get_by_text("leaves only 70 characters to an SMS.")
    await expect(warning).to_have_count(1 if warned else 0)
    await act.send()
    await act.customer.gets("🫖")


async def attachments(act: Act, taken: bool) -> None:
    await act.compose()
    attach = act.ana.page.get_by_role("button", name="Attach files")
    await expect(attach).to_have_count(1 if taken else 0)
    if not taken:
        return
    terms = FilePayload(name="terms.txt", mimeType="text/plain", buffer=b"No returns.\n")
    await act.ana.attach(terms)
    await expect(act.ana.page.get_by_role("button", name="Remove terms.txt")).to_be_visible()
    await act.ana.page.keyboard.type("Our terms")
    await act.send()
    await act.customer.gets("terms.txt")


async def templates(act: Act, offered: bool) -> None:
    # Seed: "Attach a Template"
    # Seed: "Locked Templates"
    # Seed: "Templates with Replaceable Parameters"
    # Seed: "Templates with Dynamic Substitution of System Parameters in the Chat Console"
    assert offered
    await act.compose()
    keys, box = act.ana.page.keyboard, act.ana.dialog("Templates")
    for search in ("locked", "order"):
        await keys.press("Control+Alt+KeyV")
        await box.get_by_role("combobox").fill(search)
        await expect(box.get_by_role("option")).to_have_count(1)
        await keys.press("Enter")
        await expect(box).to_be_hidden()
        if search == "locked":
            await act.ana.has_written("No returns.")
            await keys.press("End")
            await keys.type(" Or some")
            await act.ana.has_written("No returns.")
            await act.ana.page.get_by_role("button", name="Remove", exact=True).click()
    await act.ana.has_written("Dear customer, Ana sends order <number>.")
    await keys.type("7")
    await act.send()
    await act.customer.gets("Dear customer, Ana sends order 7.")


async def workflows(act: Act, offered: bool) -> None:
    # Seed: "Trigger Workflow"
    assert offered
    await act.ana.page.get_by_role("button", name="Trigger a workflow").first.click()
    await act.ana.dialog("Trigger a workflow").get_by_role("option", name="Delivery").click()
    await expect(act.ana.page.get_by_role("button", name="Trigger", exact=True)).to_be_focused()
    await act.ana.page.keyboard.press("Enter")
    await act.ana.announces("Ana triggered “Delivery”")
    await works(act.stage)
    await act.ana.announces("“Delivery” is done")


async def receipts(act: Act, farthest: str) -> None:
    await act.says("On its way")
    if act.customer.reads is not None:
        await act.customer.reads()
    last = act.ana.thread.locator("[data-seq]").filter(has_text="On its way").last
    await expect(last.locator("[data-status]").first).to_have_attribute(
        "title", re.compile(farthest)
    )


async def conference_with(act: Act, kinds: tuple[str, ...]) -> None:
    # Seed: "The agent name is preceded by a colored icon indicating the current availability
    # state."
    button = act.ana.pane.get_by_role("button", name="Conference", exact=True)
    await expect(button).to_have_count(1 if kinds else 0)
    if not kinds:
        return
    await button.click()
    dialog = act.ana.dialog("Conference Request")
    await expect(dialog.get_by_role("radio")).to_have_count(2 if len(kinds) == 2 else 0)
    # Seed, of WhatsApp: "The drop-down list displays the names of available agents. The agent name
    # is preceded by a green icon."
    options = dialog.get_by_role("option")
    ben, idle = options.filter(has_text="Ben"), options.filter(has_text="Cleo")
    await expect(ben).to_have_text(re.compile("Available"))
    await expect(idle).to_have_count(1 if len(kinds) == 1 else 0)
    await ben.click()
    await dialog.get_by_role("button", name="Conference", exact=True).click()
    await act.ana.stands_at("Conference Requested")


async def joined_is_seen_by_the_customer(act: Act, seen: bool | None) -> None:
    # Seed: "You can see a message that an agent has joined the chat."
    # Seed: "The customer and you can see a message that an agent has joined the chat."
    # Seed: "you and the customer see a message that another agent has joined the conversation."
    if seen is None:
        return
    assert act.ben is not None
    await act.ben.catch_up(await act.stage.centre.position())
    task_id = max(act.ben.state.tasks)
    await act.ben.post(f"/tasks/{task_id}/accept")
    # Seed: "When the conference chat request is accepted by an agent, the Interaction Control pane
    # changes the state from Conference Requested to Conference."
    await act.ana.stands_at("Conference")
    await act.ana.announces("Ben has joined the chat")
    if seen:
        await act.customer.gets("Ben has joined")
    else:
        assert "joined" not in await act.customer.seen()
    await act.ben.post(f"/tasks/{task_id}/conference/exit")
    await act.ben.post(f"/tasks/{task_id}/wrap-up", {"reason_ids": [act.stage.centre.ids["Sold"]]})
    await act.ana.announces("Ben has left the chat")
    await act.ana.stands_at("Connected")


async def free_text_window(act: Act, closes: bool) -> None:
    """A day after the customer last wrote."""
    await act.stage.centre.node.database.pool.execute(
        "UPDATE conversation SET last_inbound_at = last_inbound_at - interval '25 hours'"
    )
    if not closes:
        await act.says("A day later")
        return
    act.stage.complaints.expect(r"409 .*messages")
    await act.compose()
    await act.ana.page.keyboard.type("Are you still there?")
    await act.send()
    words = (
        "takes no message until" if act.channel == "messenger" else "Send an approved template, or"
    )
    closed = act.ana.page.get_by_text(words)
    await expect(closed).to_be_visible()
    await expect(act.ana.send).to_be_disabled()
    only_templates = act.ana.page.get_by_role("button", name="Send an approved template")
    await expect(only_templates).to_have_count(1 if act.channel == "whatsapp" else 0)
    # The server's time stands; the refusal was at the browser's.
    act.stage.centre.clock.advance(seconds=120)
    await act.customer.says("Here I am")
    await expect(closed).to_have_count(0)
    await act.says("Welcome back")


async def transfer_to(act: Act, kinds: tuple[str, ...]) -> None:
    # Seed: "you can transfer the chat request to a different agent."
    # Seed: "you can transfer the chat request to another agent or supervisor."
    # Seed: "You cannot transfer an email to any specific agent or supervisor."
    await act.ana.do("Transfer")
    dialog = act.ana.dialog("Transfer Request")
    options = dialog.get_by_role("option")
    await expect(dialog.get_by_role("radio")).to_have_count(0 if len(kinds) == 1 else 2)
    if "agent" in kinds:
        await dialog.get_by_text("Agent", exact=True).click()
        people = ["Ben.*Available", *(["Vera.*Supervisor"] if "supervisor" in kinds else [])]
        await expect(options).to_have_text([re.compile(one) for one in people])
        await dialog.get_by_text("Queue", exact=True).click()
    await expect(options.filter(has_text="help")).to_have_count(1)
    await dialog.get_by_role("button", name="Refresh the List").click()
    await dialog.get_by_role("combobox").fill("hel")
    await act.ana.choose_target("Transfer Request", "help", "Transfer")
    # Seed: "The transfer request is initiated and the Wrap Up Reasons dialog box appears."
    await act.ana.wrap_up("Asked")
    await comes_to_ana(act, "help")


async def before_the_end(act: Act, what: str) -> None:
    # Seed: "you must take consent from the customer"
    # Seed: "it is a good practice to ask the customer to end"
    ask = act.ana.pane.get_by_role("button", name="Ask to end")
    await expect(ask).to_have_count(1 if what == "ask" else 0)
    if what == "ask":
        await ask.click()
        await act.customer.gets("Is there anything else, or may we end this conversation?")
        return
    await act.ana.do("End")
    consent = act.ana.dialog("End this conversation?")
    if what == "consent":
        await consent.get_by_role("button", name="The customer agrees: End").click()
    await expect(consent).to_have_count(0)
    await expect(act.ana.dialog("Wrap Up Reasons")).to_be_visible()


async def ends_by(act: Act, who: str) -> None:
    # Seed: "When the customer ends the chat session, a message appears in the chat conversation
    # indicating that the customer has left the chat."
    assert (act.customer.leaves is not None) is (who == "both")
    if act.customer.leaves is not None:
        await act.customer.leaves()
        # What an agent has not read begins at the top of the thread; the newest may be below.
        left = act.ana.thread.get_by_text("The customer has left the chat")
        down = act.ana.page.get_by_role("button", name=re.compile("^(New replies|Latest)$"))
        await expect(left.or_(down).first).to_be_visible()
        if await down.count():
            await down.click()
        await expect(left).to_be_visible()
        await expect(act.ana.send).to_be_disabled()
        await act.ana.do("End")
    # Seed: "When you end the session, the Wrap Up Reasons dialog appears."
    await expect(act.ana.dialog("Wrap Up Reasons")).to_be_visible()


async def wrap_up_reasons(act: Act, several: bool) -> None:
    # Seed: "You can select more than one wrap-up reason at a time."
    # Seed: "You can either select the required reason from the drop-down list or use the search
    # field to filter the list."
    box = act.ana.dialog("Wrap Up Reasons")
    await box.get_by_role("combobox").fill("ask")
    await expect(box.get_by_role("option")).to_have_count(1)
    await box.get_by_role("combobox").fill("")
    for reason in ("Asked", "Sold"):
        await box.get_by_role("option", name=reason).click()
    await expect(box.get_by_role("option", selected=True)).to_have_count(2 if several else 1)
    await box.get_by_role("button", name="Submit Wrap Up").click()
    await expect(act.ana.page.get_by_text("All quiet. New requests appear here.")).to_be_visible()


async def the_agents_end_is_seen(act: Act, words: str | None) -> None:
    # Seed: "In that case, the customer sees a message saying that the agent has left the chat."
    if words is None:
        assert "Ana ended" not in await act.customer.seen()
        assert "Ana has left" not in await act.customer.seen()
        return
    assert act.customer.returns is not None
    await act.customer.returns()
    await comes_to_ana(act, "sales")
    await act.ana.do("End")
    await act.customer.gets(words)
    await act.ana.wrap_up("Sold")


async def comes_to_ana(act: Act, queue: str) -> None:
    """The others are away; what waits is offered to Ana, who accepts."""
    centre = act.stage.centre
    for other in centre.desktops.values():
        away = {"status": "idle", "idle_code_id": centre.ids["Break"]}
        await other.post("/me/state", away)
    assert await centre.offered() == 1
    await expect(act.ana.offers).to_contain_text(queue)
    await act.ana.offers.get_by_role("button", name="Accept").click()
    await act.ana.stands_at("Connected")


Cell = Callable[[Act, Any], Awaitable[None]]
QUEUE_AGENT = ("queue", "agent")
# What each feature is on Messenger, SMS, WebChat, Email, WhatsApp, in the order of a conversation;
# and which cells are our reading. The seed's words for a source are its page or its number.
# Seed: "The customer messages are represented by a gray bubble with the initials of the
# customer name inside the bubble."
# Seed: "The customer messages are represented by a gray bubble with the letter C inside the
# bubble."
TABLE: list[tuple[Cell, tuple[Any, ...], set[str]]] = [
    (
        popover_shows,
        (
            ("sales", "messenger"),
            ("sales", "+4915555500301", "+15550100300"),
            ("Dana Example", "dana@example.com", "sales"),
            ("Dana Example", "dana@mail.example", "sales"),
            ("Dana Example", "+4915555500101", "whatsapp", "sales"),
        ),
        set(),
    ),
    (shortcuts, ALL, {"email"}),
    (
        pane_shows,
        (
            ("sales", "Ana", "Date"),
            ("sales", "Ana", "Date"),
            ("sales", "Ana", "Date"),
            (),
            ("sales", "whatsapp", "+4915555500101"),
        ),
        set(),
    ),
    (customer_bubble, (r"^[A-Z]{1,2}$", r"^[A-Z0-9]{1,2}$", r"^DE$", None, r"^C$"), set()),
    (announcements, ALL, set()),
    (agent_bubble, (True, True, True, False, True), set()),
    (composer_limit, (1000, 1000, 1000, None, 4096), set()),
    (
        formatting,
        (
            "*Warm* regards",
            None,
            "<strong>Warm</strong> regards",
            "<strong>Warm</strong> regards",
            "*Warm* regards",
        ),
        {"webchat"},
    ),
    (emojis, (False, True, False, False, False), {"messenger", "sms", "webchat", "email"}),
    (attachments, (True, False, True, True, True), {"sms"}),
    (templates, ALL, set()),
    (workflows, ALL, {"email"}),
    (receipts, ("Read", "Delivered", "Read", "Sent", "Read"), {"webchat"}),
    (conference_with, (("agent",), ("agent",), ("agent",), (), ("agent", "queue")), set()),
    (joined_is_seen_by_the_customer, (False, False, True, None, True), set()),
    (free_text_window, (True, False, False, False, True), set(CHANNELS)),
    (
        transfer_to,
        (QUEUE_AGENT, QUEUE_AGENT, (*QUEUE_AGENT, "supervisor"), ("queue",), QUEUE_AGENT),
        set(),
    ),
    (before_the_end, ("consent", "consent", "ask", "nothing", "ask"), {"email"}),
    (ends_by, ("agent", "agent", "both", "agent", "both"), {"email"}),
    (wrap_up_reasons, (False, False, True, False, True), set()),
    (
        the_agents_end_is_seen,
        (None, None, "Ana ended the chat.", None, "Ana has left the conversation."),
        {"email"},
    ),
]


@pytest.mark.parametrize("channel", CHANNELS)
async def test_channel(stage: Stage, channel: str, subtests: pytest.Subtests) -> None:
    centre = stage.centre
    body = "Dear customer, @@agent.first_name@@ sends order <number>."
    await centre.put("templates", "Order", {"body": body})
    await centre.put("templates", "Locked", {"body": "No returns.", "locked": True})
    await centre.person("vera", "supervisor")
    async with other_system((200, {})) as system:
        await centre.put("workflows", "Delivery", {"url": system.url})
        async with customer_on(stage, channel) as customer:
            ana = await stage.agent("ana")
            if channel == "email":
                await at_once(ana)
            assert await centre.offered() == 1
            act = Act(stage, channel, ana, customer)
            act.ben = await centre.sign_in("ben")
            await centre.sign_in("cleo", available=False)
            await centre.sign_in("vera")
            for check, cells, readings in TABLE:
                sign = "R" if channel in readings else "S"
                with subtests.test(f"{sign}-{channel}-{check.__name__}"):
                    await check(act, cells[CHANNELS.index(channel)])
