"""Every page and every dialog of the desktop, and how a person gets there.

The list is the application's own: `registry.ts`, read as text. A dialog or page that is added
there without a way to it here fails the test that walks them.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from playwright.async_api import FilePayload, Route, expect

from rapport_simulators.visitors import draw_picture
from tests.browser.desk import AgentDesk, ShopPage
from tests.browser.stage import Stage

REGISTRY = Path(__file__).parents[2] / "web" / "apps" / "desktop" / "src" / "app" / "registry.ts"
ADMINISTRATION = REGISTRY.parents[1] / "features" / "administration"
Opener = Callable[[AgentDesk], Awaitable[None]]


def dialogs_of_the_registry() -> list[str]:
    """The names of all dialogs."""
    return re.findall(r"^  (\w+): later\(", REGISTRY.read_text(), re.MULTILINE)


def pages_of_the_registry() -> list[str]:
    """The paths of all pages."""
    return re.findall(r'\{ path: "([^"]+)"', REGISTRY.read_text())


def areas_of_administration() -> list[str]:
    """The paths of all pages of the administration."""
    text = "".join((ADMINISTRATION / name).read_text() for name in ("areas.ts", "tools.ts"))
    return ["/admin", *(f"/admin/{name}" for name in re.findall(r'\{ id: "([a-z-]+)"', text))]


async def _transfer(desk: AgentDesk) -> None:
    await desk.do("Transfer")
    await expect(desk.page.get_by_role("option").first).to_be_visible()


async def _conference(desk: AgentDesk) -> None:
    await desk.do("Conference")
    await expect(desk.page.get_by_role("option").first).to_be_visible()


async def _consent(desk: AgentDesk) -> None:
    """No channel of today asks for consent: the browser is told that this one does."""

    async def with_consent(route: Route) -> None:
        answer = await route.fetch()
        snapshot: dict[str, Any] = await answer.json()
        for account in snapshot["catalog"]["accounts"]:
            account["capabilities"]["before_end"] = "consent"
        await route.fulfill(response=answer, body=json.dumps(snapshot))

    await desk.page.route("**/api/v1/snapshot", with_consent)
    await desk.page.reload()
    await desk.do("End")


async def _message(desk: AgentDesk) -> None:
    await desk.message_menu("I am sorry to see that!", "Details")


async def _park(desk: AgentDesk) -> None:
    await desk.do("Park")


async def _templates(desk: AgentDesk) -> None:
    """With one template, that the browser is told of."""
    item = {
        "id": 1,
        "name": "On its way",
        "group": "Orders",
        "language": "en",
        "locked": True,
        "excerpt": "Your order <number>",
        "files": 1,
        "favourite": False,
        "recent": None,
    }
    whole = {
        **item,
        "text": "Your order <number> is on its way.",
        "styles": [{"kind": "bold", "start": 5, "end": 10, "url": None}],
        "fields": [{"name": "number", "start": 11, "end": 19}],
        "files": [{"id": 2, "filename": "care.pdf", "media_type": "application/pdf", "size": 9}],
    }
    tasks = "**/api/v1/tasks/*/templates"
    await desk.page.route(tasks, lambda r: r.fulfill(json={"items": [item], "more": False}))
    await desk.page.route(f"{tasks}/1", lambda r: r.fulfill(json=whole))
    await desk.page.get_by_role("button", name="Templates", exact=True).click()
    await expect(desk.page.get_by_text("care.pdf")).to_be_visible()


async def _workflow(desk: AgentDesk) -> None:
    """With one workflow, that the browser is told of."""
    kinds = (("Order", "text"), ("Pieces", "number"), ("Since", "date"), ("Reason", "select"))
    inputs = [
        {
            "name": label.lower(),
            "label": label,
            "kind": kind,
            "required": kind == "text",
            "options": ["Late", "Lost"] if kind == "select" else [],
        }
        for label, kind in kinds
    ]
    item = {"id": 1, "name": "Order status", "inputs": inputs}

    async def with_workflows(route: Route) -> None:
        answer = await route.fetch()
        snapshot: dict[str, Any] = await answer.json()
        snapshot["catalog"]["settings"]["workflows"] = True
        await route.fulfill(response=answer, body=json.dumps(snapshot))

    await desk.page.route("**/api/v1/snapshot", with_workflows)
    await desk.page.route(
        "**/api/v1/tasks/*/workflows", lambda r: r.fulfill(json={"items": [item]})
    )
    await desk.page.reload()
    await desk.page.get_by_role("button", name="Trigger a workflow").first.click()
    await desk.page.get_by_role("option", name="Order status").click()
    await expect(desk.page.get_by_role("textbox", name="Order")).to_be_visible()
    await desk.page.unroute("**/api/v1/snapshot")


async def _approved_template(desk: AgentDesk) -> None:
    """WebChat has no approved templates: the browser is told that this account does."""

    async def with_templates(route: Route) -> None:
        answer = await route.fetch()
        snapshot: dict[str, Any] = await answer.json()
        for account in snapshot["catalog"]["accounts"]:
            account["capabilities"]["approved_templates"] = True
        await route.fulfill(response=answer, body=json.dumps(snapshot))

    async def two(route: Route) -> None:
        form = {
            "language": "en",
            "category": "UTILITY",
            "status": "APPROVED",
            "synced_at": "2026-11-23T09:00:00Z",
            "header": None,
            "body": "Your order {{1}} is on its way.",
            "footer": "Example Shop",
            "buttons": [],
            "header_fields": 0,
            "body_fields": 1,
        }
        items = [{**form, "name": "order_sent"}, {**form, "name": "old", "status": "REJECTED"}]
        await route.fulfill(json={"items": items})

    await desk.page.route("**/api/v1/snapshot", with_templates)
    await desk.page.route("**/api/v1/accounts/*/templates", two)
    await desk.page.reload()
    await desk.page.get_by_role("button", name="Approved templates").click()
    await desk.page.get_by_role("option", name="order sent").click()
    await expect(desk.page.get_by_role("textbox", name="Field 1")).to_be_visible()
    await desk.page.unroute("**/api/v1/snapshot")


async def _wrap_up(desk: AgentDesk) -> None:
    await desk.page.unroute("**/api/v1/snapshot")
    await desk.page.reload()
    await desk.do("End")


async def _image(desk: AgentDesk) -> None:
    await desk.page.get_by_role("button", name="Show cup.png").click()
    await expect(desk.page.get_by_role("dialog").get_by_role("img", name="cup.png")).to_be_visible()


def _pressing(chord: str) -> Opener:
    async def press(desk: AgentDesk) -> None:
        await desk.page.keyboard.press(chord)

    return press


async def _contact(desk: AgentDesk) -> None:
    await desk.page.get_by_role("button", name="Edit the customer").click()
    await expect(desk.page.get_by_role("textbox", name="Phone")).to_be_visible()


async def _merge(desk: AgentDesk) -> None:
    await _contact(desk)
    await desk.page.get_by_role("button", name="Merge with another…").click()
    await expect(desk.page.get_by_role("textbox", name="Who is the same person?")).to_be_visible()


async def _reading(desk: AgentDesk) -> None:
    """An earlier conversation, opened where it is listed."""
    await _contact(desk)
    await desk.page.get_by_role("button", name="Read", exact=True).click()
    await expect(desk.page.get_by_role("dialog").get_by_text("I am sorry")).to_be_visible()


async def _variables(desk: AgentDesk) -> None:
    """With one that may be corrected, that the browser is told of."""

    async def with_names(route: Route) -> None:
        answer = await route.fetch()
        snapshot: dict[str, Any] = await answer.json()
        for queue in snapshot["catalog"]["queues"]:
            queue["editable_variables"] = ["order_number"]
        await route.fulfill(response=answer, body=json.dumps(snapshot))

    await desk.page.route("**/api/v1/snapshot", with_names)
    await desk.page.reload()
    await desk.page.get_by_role("button", name="Correct the details").click()
    await expect(desk.page.get_by_role("textbox", name="order number")).to_be_visible()
    await desk.page.unroute("**/api/v1/snapshot")


async def _preferences(desk: AgentDesk) -> None:
    await desk.page.get_by_role("button", name="Preferences").click()


SUPERVISORS_DIALOGS = {
    "reassign",
    "notice",
    "agent_state",
    "save_report",
    "schedule_report",
    "delete_report",
}
"""What opens from the floor and the reports; test_supervision and test_saved_reports walk it."""


# In this order: the conversation ends with the reasons. RONA is a state, `rona` below leads there.
async def _new_message(desk: AgentDesk) -> None:
    """From an account on which the agent may write first, as the browser is told."""
    catalog = await (await desk.context.request.get(f"{desk.url}/api/v1/catalog")).json()
    account, queue = catalog["accounts"][0]["id"], catalog["queues"][0]["id"]
    choices = {"items": [{"account_id": account, "queue_id": queue}]}
    await desk.page.route("**/api/v1/outbound", lambda r: r.fulfill(json=choices))
    dana = {
        "id": 1,
        "version": 1,
        "name": "Dana Example",
        "email": "dana@mail.example",
        "phone": None,
        "conversations": 1,
        "channels": ["email"],
    }
    await desk.page.route(
        "**/api/v1/search?*", lambda r: r.fulfill(json={"items": [dana], "next": None})
    )
    await desk.page.reload()
    await desk.page.get_by_role("button", name="New message").click()
    dialog = desk.page.get_by_role("dialog")
    await dialog.get_by_role("textbox", name="To").fill("Dana")
    await expect(dialog.get_by_role("list", name="Customers")).to_be_visible()


async def _follow_up(desk: AgentDesk) -> None:
    """Where the conversation has ended; the browser is told that it may be followed up."""
    catalog = await (await desk.context.request.get(f"{desk.url}/api/v1/catalog")).json()
    fields = {
        "account_id": catalog["accounts"][0]["id"],
        "queue_id": 1,
        "template_needed": False,
        "to": [{"name": "Dana Example", "address": "dana@mail.example"}],
        "subject": "Re: A broken cup",
    }
    await desk.page.route("**/api/v1/conversations/*/follow-up", lambda r: r.fulfill(json=fields))
    await _reading(desk)
    await desk.page.get_by_role("button", name="Follow up").click()
    message = desk.page.get_by_role("dialog").get_by_role("textbox", name="Message")
    await expect(message).to_be_visible()


WAYS: dict[str, Opener] = {
    "transfer": _transfer,
    "conference": _conference,
    "shortcuts": _pressing("Control+Alt+KeyF"),
    "palette": _pressing("Control+KeyK"),
    "preferences": _preferences,
    "image": _image,
    "message": _message,
    "contact": _contact,
    "merge": _merge,
    "reading": _reading,
    "variables": _variables,
    "park": _park,
    "templates": _templates,
    "workflow": _workflow,
    "approved_template": _approved_template,
    "new_message": _new_message,
    "consent": _consent,
    "wrap_up": _wrap_up,
    "follow_up": _follow_up,
}


async def lively(stage: Stage) -> tuple[AgentDesk, ShopPage]:
    """A conversation with everything in it, and others who could take part."""
    ana, dana = await stage.conversation(customer="Dana Example")
    await stage.agent("ben")
    picture = FilePayload(
        name="cup.png", mimeType="image/png", buffer=draw_picture(random.Random(1))
    )
    await dana.send_file(picture, "It came like this. Is there another? https://shop.example/")
    await ana.reply("I am sorry to see that!")
    await dana.reads("I am sorry to see that!")
    await expect(ana.page.get_by_role("button", name="Show cup.png")).to_be_visible()
    return ana, dana


async def rona(stage: Stage, desk: AgentDesk) -> None:
    """Somebody writes whom the agent does not answer."""
    await (await stage.visitor()).start("Leo Sample")
    assert await stage.centre.offered() == 1
    await expect(desk.offers).to_be_visible()
    await stage.pass_time(31)
    await expect(desk.page.get_by_role("dialog")).to_be_visible()
