"""Workflows at the desk: chosen, filled in, triggered; they run, are done, fail, run again."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Route, expect

from tests.browser.axe import findings
from tests.browser.desk import AgentDesk
from tests.browser.stage import Stage
from tests.browser.test_mail import answering, mode
from tests.journeys.other_system import OtherSystem, other_system
from tests.journeys.test_email import mailbox

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
ANSWER = {
    "announcement": "@@answer.status@@",
    "composer": "Your order is @@answer.status@@.",
}


async def workflows(stage: Stage, system: OtherSystem) -> None:
    inputs = [
        {"name": "order", "label": "Order number", "required": True},
        {"name": "why", "label": "Reason", "kind": "select", "options": ["Late", "Lost"]},
    ]
    await stage.centre.put(
        "workflows",
        "Order status",
        {
            "url": system.url,
            "inputs": inputs,
            "retries": 0,
            "body": '{"order": "@@input.order@@", "why": "@@input.why@@"}',
            "answer": ANSWER,
        },
    )
    await stage.centre.put("workflows", "Send the catalogue", {"url": system.url})


async def works(stage: Stage) -> None:
    """The worker does what was triggered."""
    async with asyncio.timeout(30):
        while await stage.centre.node.workflows.run_due() == 0:
            await asyncio.sleep(0.02)


async def fill_in(desk: AgentDesk) -> None:
    """From the open list by keyboard to Trigger."""
    box = desk.dialog("Trigger a workflow")
    await expect(box.get_by_role("option")).to_have_text(["Order status", "Send the catalogue"])
    await box.get_by_role("combobox").fill("order")
    await desk.page.keyboard.press("Enter")
    await expect(desk.page.get_by_role("textbox", name="Order number")).to_be_focused()
    await desk.page.keyboard.type("KC-1")
    await desk.page.keyboard.press("Enter")
    await expect(desk.dialog("Order status")).to_be_hidden()


async def test_it_runs_fails_and_runs_again(stage: Stage) -> None:
    # Seed: "Trigger Workflow"
    stage.pseudo = True
    async with other_system((500, {}), (200, {"status": "on its way"})) as system:
        await workflows(stage, system)
        ana, _ = await stage.conversation(customer="Dana Example")
        await ana.composer.press_sequentially("Well: ")
        await ana.page.get_by_role("button", name="Trigger a workflow").last.click()
        await expect(ana.dialog("Trigger a workflow")).to_be_visible()
        assert not await findings(ana.page, "workflows", desktop=True)
        await fill_in(ana)
        await ana.announces("Ana triggered “Order status”")
        await expect(ana.thread.get_by_text("running…")).to_be_visible()
        await works(stage)
        await ana.announces("“Order status” has failed: the other system has a fault")
        await expect(ana.thread.get_by_text("running…")).to_have_count(0)
        await ana.thread.get_by_role("button", name="Try again").click()
        await expect(ana.thread.get_by_text("running…")).to_be_visible()
        await works(stage)
        await expect(ana.thread.get_by_text("“Order status” is done")).to_contain_text("on its way")
        await ana.has_written("Well: Your order is on its way.")
        assert [one.json for one in system.asked] == [{"order": "KC-1", "why": ""}] * 2
        # Another window of the same agent does not write it too, but can on request.
        await ana.page.reload()
        await ana.has_written("Well: Your order is on its way.")
        await ana.composer.fill("")
        await ana.thread.get_by_role("button", name="Insert the text").click()
        await ana.has_written("Your order is on its way.")


async def test_a_list_without_options_says_so_in_words(stage: Stage) -> None:
    """While it loads and when nothing fits: a status beside the list, which stays a sound list."""
    stage.pseudo = True
    async with other_system((200, {})) as system:
        await workflows(stage, system)
        ana, _ = await stage.conversation(customer="Dana Example")
        loads = asyncio.Event()

        async def held(route: Route) -> None:
            await loads.wait()
            await route.continue_()

        await ana.page.route("**/api/v1/tasks/*/workflows", held)
        await ana.page.get_by_role("button", name="Trigger a workflow").last.click()
        box = ana.dialog("Trigger a workflow")
        await expect(box.get_by_role("status")).to_have_text("Loading…")
        assert not await findings(ana.page, "workflows, loading", desktop=True)
        loads.set()
        await expect(box.get_by_role("option")).to_have_count(2)
        await expect(box.get_by_role("status")).to_be_empty()
        await box.get_by_role("combobox").fill("qqq")
        await expect(box.get_by_role("status")).to_have_text("Nothing found")
        assert not await findings(ana.page, "workflows, nothing found", desktop=True)


async def test_what_is_not_taken_is_said_at_its_field(stage: Stage) -> None:
    stage.pseudo = True
    async with other_system((200, {})) as system:
        await workflows(stage, system)
        ana, _ = await stage.conversation(customer="Dana Example")
        await ana.page.keyboard.press("Control+Alt+KeyC")
        box = ana.dialog("Trigger a workflow")
        await box.get_by_role("option", name="Order status").click()
        trigger = ana.page.get_by_role("button", name="Trigger", exact=True)
        await expect(trigger).to_be_disabled()
        form = ana.dialog("Order status")
        await form.get_by_role("combobox", name="Reason").click()
        await ana.page.get_by_role("option", name="Lost").click()
        await form.get_by_role("textbox", name="Order number").fill("KC-2")
        assert not await findings(ana.page, "workflow inputs", desktop=True)
        await form.get_by_role("button", name="Back").click()
        await box.get_by_role("option", name="Send the catalogue").click()
        await expect(trigger).to_be_focused()
        await ana.page.keyboard.press("Enter")
        await ana.announces("Ana triggered “Send the catalogue”")
        await works(stage)
        await ana.announces("“Send the catalogue” is done")
        assert len(system.asked) == 1


async def test_in_a_mail(stage: Stage) -> None:
    async with other_system((200, {"status": "lost"})) as system, mailbox(stage.centre) as box:
        await workflows(stage, system)
        ana, _ = await answering(stage, box, "Where is my order?")
        await mode(ana, "Reply").click()
        await expect(ana.composer).to_be_focused()
        await ana.page.get_by_role("button", name="Trigger a workflow").first.click()
        await fill_in(ana)
        await works(stage)
        await ana.has_written("Your order is lost.")
