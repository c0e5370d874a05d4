"""The agent's own tools in the browser: the last day, the queues, notices, details of a task."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.axe import findings
from tests.browser.stage import Stage

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_the_last_day_is_looked_up_and_read(stage: Stage) -> None:
    ana, dana = await stage.conversation(customer="Dana Example")
    await dana.say("Is the blue one back?")
    await ana.reads("Is the blue one back?")
    await ana.page.get_by_role("link", name="My last day").click()
    await expect(ana.page.get_by_text("Nothing yet.")).to_be_visible()
    await ana.page.get_by_role("link", name="Desk").click()
    await ana.active.filter(has_text="Dana Example").click()
    stage.centre.clock.advance(minutes=3)
    await ana.do("End")
    await ana.wrap_up("Sold")
    await ana.page.get_by_role("link", name="My last day").click()
    part = ana.page.get_by_role("main").get_by_role("button").filter(has_text="Dana Example")
    await expect(part).to_contain_text("sales")
    await expect(part).to_contain_text("Ended")
    await expect(part).to_contain_text("Sold")
    await expect(part).to_contain_text("Handle time 3:0")
    assert await findings(ana.page, "my last day", desktop=True) == []
    await ana.page.get_by_role("combobox", name="Channel").select_option("sms")
    await expect(ana.page.get_by_text("None of your conversations")).to_be_visible()
    await ana.page.get_by_role("combobox", name="Channel").select_option("webchat")
    await ana.page.get_by_role("textbox", name="Customer or queue").fill("dana")
    await part.click()
    reading = ana.dialog("Dana Example")
    await expect(reading.get_by_text("Is the blue one back?")).to_be_visible()
    await expect(reading.get_by_role("textbox")).to_have_count(0)


async def test_a_waiting_conversation_is_read_and_taken(stage: Stage) -> None:
    centre = stage.centre
    await centre.put(
        "entry_points", "entry", {"account": centre.ids["site"], "queue": centre.ids["help"]}
    )
    await (await stage.visitor()).start("Dana Example", "My cup is broken")
    await (await stage.visitor()).start(
        "Leo Sample", "Where is my order?", "You're number 2 in the queue."
    )
    ana, ben = await stage.agent("ana"), await stage.agent("ben", available=False)
    for desk in (ana, ben):
        await desk.page.get_by_role("link", name="Queues").click()
        await expect(desk.page.get_by_role("button", name="help, 2 waiting")).to_be_visible()
    await expect(ben.page.get_by_text("Become Available to take")).to_be_visible()
    await expect(ben.page.get_by_role("button", name="Assign Dana Example to me")).to_be_disabled()
    await expect(ana.page.get_by_text("Where is my order?")).to_be_visible()
    assert await findings(ana.page, "queues", desktop=True) == []
    await ana.page.get_by_role("button", name="Read Leo Sample").click()
    reading = ana.dialog("Leo Sample")
    await expect(reading.get_by_text("Where is my order?")).to_be_visible()
    assert await findings(ana.page, "waiting", desktop=True) == []
    # Ben is quicker.
    stage.complaints.expect("409")
    await ben.go("Available")
    await ben.page.get_by_role("button", name="Assign Leo Sample to me").click()
    await expect(ben.pane.get_by_role("heading", name="Leo Sample")).to_be_visible()
    await reading.get_by_role("button", name="Assign to me").click()
    await expect(ana.page.get_by_text("Somebody else has this conversation now.")).to_be_visible()
    await expect(reading).to_be_hidden()
    await expect(ana.page.get_by_role("button", name="Read Leo Sample")).to_have_count(0)
    await ana.page.get_by_role("button", name="Assign Dana Example to me").click()
    await expect(ana.pane.get_by_role("heading", name="Dana Example")).to_be_visible()
    await ana.announces("Ana accepted the")


# A browser without a screen allows no notifications and shows none: what it would be given is
# kept, and pressed by hand. Page and worker are the real ones.
ALLOWED = """
Object.defineProperty(Notification, "permission", {get: () => "granted"});
Object.defineProperty(document, "hidden", {configurable: true, get: () => window.away === true});
"""
KEEP = """
self.shown = [];
self.registration.showNotification = async (heading, options) => {
  self.shown.push({heading, ...options});
};
"""
SHOWN = "() => self.shown.at(-1)"
PRESS = """([data, action]) => {
  const event = new ExtendableEvent("notificationclick");
  self.dispatchEvent(Object.assign(event, {notification: {data, close() {}}, action}));
}"""


async def test_sounds_and_notices_as_the_agent_wants_them(stage: Stage) -> None:
    ana, _ = await stage.conversation(customer="Dana Example")
    ben = await stage.agent("ben")
    await ana.page.get_by_role("button", name="Preferences").click()
    box = ana.dialog("Preferences")
    await box.get_by_role("switch", name="Messages").uncheck()
    await box.get_by_role("button", name="Listen: Warnings").click()
    await box.get_by_role("button", name="Close").click()
    # What a colleague did is in the notification centre, unread until it was looked at.
    await ana.request_conference("Ben")
    await ben.accept("Dana Example")
    bell = ana.page.get_by_role("button", name="Notifications, 1 unread")
    await bell.click()
    entry = ana.page.get_by_role("button", name="Ben has joined the conversation with Dana")
    await expect(entry).to_be_visible()
    assert await findings(ana.page, "notices", desktop=True) == []
    await ana.page.keyboard.press("Escape")
    # It outlasts a reload, as the choice of sounds does in any browser.
    await ana.page.reload()
    await ana.page.get_by_role("button", name="Notifications, 0 unread").click()
    await expect(entry).to_be_visible()
    await ana.page.get_by_role("button", name="Clear").click()
    await expect(ana.page.get_by_text("Nothing new.")).to_be_visible()
    other = await stage.agent("ana", available=False)
    await other.page.get_by_role("button", name="Preferences").click()
    box = other.dialog("Preferences")
    await expect(box.get_by_role("switch", name="Messages")).not_to_be_checked()
    await expect(box.get_by_role("switch", name="New requests")).to_be_checked()
    assert await findings(other.page, "preferences", desktop=True) == []


async def test_a_request_is_accepted_from_a_desktop_notification(stage: Stage) -> None:
    ana = await stage.agent("ana")
    await ana.page.add_init_script(ALLOWED)
    await ana.page.reload()
    async with ana.context.expect_event("serviceworker") as coming:
        await ana.page.evaluate(
            "navigator.serviceWorker.register('/static/desktop/notifications.js')"
        )
    worker = await coming.value
    await worker.evaluate(KEEP)
    await ana.page.get_by_role("button", name="Preferences").click()
    box = ana.dialog("Preferences")
    wanted = box.get_by_role("switch", name="Desktop notifications")
    await wanted.press("Space")
    await expect(wanted).to_be_checked()
    await box.get_by_role("button", name="Try it").click()
    await box.get_by_role("button", name="Close").click()
    await ana.page.evaluate("window.away = true")
    for customer, action in (("Dana Example", "accept"), ("Leo Sample", "")):
        await (await stage.visitor()).start(customer)
        assert await stage.centre.offered() == 1
        await expect(ana.offers).to_be_visible()
        await expect(ana.page.locator("link[rel=icon]")).to_have_attribute(
            "href", re.compile("^data:image/png")
        )
        shown = await worker.evaluate(SHOWN)
        assert shown["heading"] == f"New request: {customer}"
        assert [each["action"] for each in shown["actions"]] == ["accept"]
        assert shown["requireInteraction"]
        await worker.evaluate(PRESS, [shown["data"], action])
        if action:
            await expect(ana.pane.get_by_role("heading", name=customer)).to_be_visible()
        else:
            # A click elsewhere shows the request; it goes on ringing.
            await expect(ana.page).to_have_url(re.compile(f"/tasks/{shown['data']['taskId']}$"))
            await expect(ana.offers.filter(has_text=customer)).to_be_visible()


async def test_details_are_corrected_and_the_linked_page_opens(stage: Stage) -> None:
    centre = stage.centre
    queue = centre.node.configuration.current.queue_specs[centre.ids["sales"]].model_dump()
    link = "https://crm.example/find?name={contact.name}&order={task.variables.order_number}"
    await centre.put(
        "queues", "sales", {**queue, "editable_variables": ["order_number"], "screen_pop": link}
    )
    ana, _ = await stage.conversation(customer="Dana & Leo")
    panel = ana.page.get_by_role("complementary", name="Customer")
    await expect(panel.get_by_role("link", name="Open the linked page")).to_have_attribute(
        "href", "https://crm.example/find?name=Dana%20%26%20Leo&order="
    )
    await panel.get_by_role("button", name="Correct the details").click()
    box = ana.dialog("Details of the request")
    await box.get_by_role("textbox", name="order number").fill("K 77/1")
    assert await findings(ana.page, "details", desktop=True) == []
    # Somebody is quicker; what they wrote is seen before it is written over.
    other = await stage.tab(ana.context)
    await other.active.filter(has_text="Dana & Leo").click()
    await other.page.get_by_role("button", name="Correct the details").click()
    quick = other.dialog("Details of the request")
    await quick.get_by_role("textbox", name="order number").fill("K-5")
    await quick.get_by_role("textbox", name="order number").press("Enter")
    await expect(quick).to_be_hidden()
    await expect(box.get_by_text("Changed meanwhile to: K-5")).to_be_visible()
    stage.complaints.expect("409")
    await box.get_by_role("button", name="Save").click()
    await expect(ana.page.get_by_text("Somebody has changed this meanwhile.")).to_be_visible()
    await box.get_by_role("button", name="Save").click()
    await expect(box).to_be_hidden()
    await expect(panel.get_by_text("K 77/1")).to_be_visible()
    await expect(panel.get_by_text("order number · Ana")).to_be_visible()
    await expect(panel.get_by_role("link", name="Open the linked page")).to_have_attribute(
        "href", "https://crm.example/find?name=Dana%20%26%20Leo&order=K%2077%2F1"
    )
    await expect(other.page.get_by_role("complementary").get_by_text("K 77/1")).to_be_visible()


async def test_the_linked_page_opens_by_itself_where_the_agent_wants_that(stage: Stage) -> None:
    centre = stage.centre
    entry = {"account": centre.ids["site"], "queue": centre.ids["sales"]}
    link = "https://crm.example/customers/{contact.name}"
    await centre.put("entry_points", "entry", {**entry, "screen_pop": link})
    ana = await stage.agent("ana")
    await ana.context.route("https://crm.example/**", lambda r: r.fulfill(body="The customer"))
    await ana.page.get_by_role("button", name="Preferences").click()
    box = ana.dialog("Preferences")
    await box.get_by_role("switch", name="Open the linked page on acceptance").press("Space")
    await box.get_by_role("button", name="Close").click()
    await (await stage.visitor()).start("Dana Example")
    assert await centre.offered() == 1
    async with ana.context.expect_page() as coming:
        await ana.offers.get_by_role("button", name="Accept").click()
    page = await coming.value
    await expect(page).to_have_url("https://crm.example/customers/Dana%20Example")
    assert await page.evaluate("window.opener") is None
