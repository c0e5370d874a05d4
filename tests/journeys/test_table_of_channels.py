"""The table of what differs by channel, cell by cell, from outside (DOMAIN §2).

Expectations are typed out from the seed. A test's id says whether its cell is the seed's own or our
reading, the channel, and the feature: `S-whatsapp-composer_limit`. What the
agent's screen shows of each cell is in `tests/browser/test_table_of_channels.py`; journeys that
`IN_THE_BROWSER` names go deeper into some.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.architecture.quotations import functions_of
from tests.centre import Centre
from tests.journeys.channel_scenes import Scene, scene

ROOT = Path(__file__).parents[2]
CHANNELS = ("messenger", "sms", "webchat", "email", "whatsapp")
Check = Callable[[Scene, Any], Awaitable[None]]


async def composer_limit(there: Scene, limit: int | None) -> None:
    # Seed: "The compose box supports a maximum of 1000 characters."
    # Seed: "The composer box supports a maximum of 4096 characters."
    if limit is None:
        fields = await there.ana.get(f"{there.path}/reply-fields?mode=reply")
        body = {"mode": "reply", "latest_seq": fields["latest_seq"], "text": "x" * 20_000}
        await there.ana.post(f"{there.path}/mail", body)
        assert (await there.customer_saw())[-1].count("x") >= 20_000
        return
    await there.ana.post(f"{there.path}/messages", {"text": "x" * limit})
    answer = await there.ana.send("POST", f"{there.path}/messages", {"text": "x" * (limit + 3)})
    error = answer.json()["error"]
    assert error["code"] == "over_limit"
    assert error["details"] == {"limit": limit, "length": limit + 3, "over": 3}


async def attachments(there: Scene, taken: bool) -> None:
    file = await there.upload("terms.txt", b"No returns.\n")
    if await is_mail(there):
        fields = await there.ana.get(f"{there.path}/reply-fields?mode=reply")
        body = {"mode": "reply", "latest_seq": fields["latest_seq"], "text": "Our terms"}
        sent = await there.ana.post(f"{there.path}/mail", {**body, "attachment_ids": [file]})
    elif not taken:
        body = {"text": "Our terms", "attachment_ids": [file]}
        assert await there.ana.refused(f"{there.path}/messages", body) == (
            409,
            "no_attachments_here",
        )
        return
    else:
        body = {"text": "Our terms", "attachment_ids": [file]}
        sent = await there.ana.post(f"{there.path}/messages", body)
    assert [a["filename"] for a in sent["message"]["attachments"]] == ["terms.txt"]


async def templates(there: Scene, offered: bool) -> None:
    # Seed: "Attach a Template"
    # Seed: "Templates with Replaceable Parameters"
    await there.centre.put("templates", "Order", {"body": "Order <number> is on its way."})
    listed = await there.ana.get(f"{there.path}/templates")
    assert ([item["name"] for item in listed["items"]] == ["Order"]) is offered
    (item,) = listed["items"]
    loaded = await there.ana.get(f"{there.path}/templates/{item['id']}")
    assert [field["name"] for field in loaded["fields"]] == ["number"]


async def workflows(there: Scene, offered: bool) -> None:
    # Seed: "Trigger Workflow"
    await there.centre.put("workflows", "Order status", {"url": "https://orders.example/"})
    listed = await there.ana.get(f"{there.path}/workflows")
    assert ([item["name"] for item in listed["items"]] == ["Order status"]) is offered


async def announcements(there: Scene, shown: bool) -> None:
    assert ("accepted" in await there.codes()) is shown


async def receipts(there: Scene, statuses: set[str]) -> None:
    if await is_mail(there):
        fields = await there.ana.get(f"{there.path}/reply-fields?mode=reply")
        body = {"mode": "reply", "latest_seq": fields["latest_seq"], "text": "Hi"}
        sent = await there.ana.post(f"{there.path}/mail", body)
    else:
        sent = await there.ana.post(f"{there.path}/messages", {"text": "Hi"})
    assert (await there.customer_saw())[-1].startswith("Hi")
    (now,) = [m for m in await there.thread() if m["id"] == sent["message"]["id"]]
    assert now["status"] in statuses


async def transfer_to(there: Scene, kinds: set[str]) -> None:
    # Seed: "You cannot transfer an email to any specific agent or supervisor."
    # Seed: "you can transfer the chat request to another agent or supervisor."
    await there.centre.person("vera", "supervisor")
    ben, vera = await there.colleague("ben"), await there.colleague("vera")
    listed = await there.ana.get(f"{there.path}/transfer-targets")
    people = {a["name"]: a["supervisor"] for a in listed["agents"] if a["reachable"]}
    found = {"queue"} if listed["queues"] else set()
    found |= {"agent"} if people.get("Ben") is False else set()
    found |= {"supervisor"} if people.get("Vera") is True else set()
    assert found == kinds
    epoch = there.ana.task(there.task_id)["epoch"]
    for kind, who in (("agent", ben), ("supervisor", vera)):
        if kind not in kinds:
            body = {"epoch": epoch, "agent_id": who.user_id}
            status, _ = await there.ana.refused(f"{there.path}/transfer", body)
            assert status == 409
    target: dict[str, int] = (
        {"agent_id": ben.user_id} if "agent" in kinds else {"queue_id": there.centre.ids["help"]}
    )
    moved = await there.ana.post(f"{there.path}/transfer", {"epoch": epoch, **target})
    assert moved["task"]["legs"][0]["state"] == "wrapping_up"


async def conference_with(there: Scene, kinds: set[str]) -> None:
    # Seed: "The agent name is preceded by a colored icon indicating the current availability
    # state."
    ben = await there.colleague("ben")
    epoch = there.ana.task(there.task_id)["epoch"]
    by_queue = {"epoch": epoch, "queue_id": there.centre.ids["help"]}
    if "queue" not in kinds:
        status, _ = await there.ana.refused(f"{there.path}/conference", by_queue)
        assert status == 409
    by_agent = {"epoch": epoch, "agent_id": ben.user_id}
    if "agent" not in kinds:
        status, _ = await there.ana.refused(f"{there.path}/conference", by_agent)
        assert status == 409
        return
    asked = by_queue if "queue" in kinds else by_agent
    await there.ana.post(f"{there.path}/conference", asked)
    await there.accepted_by(ben)
    assert "joined" in await there.codes()


async def joined_is_seen_by_the_customer(there: Scene, seen: bool) -> None:
    # Seed: "The customer and you can see a message that an agent has joined the chat."
    # Seed: "you and the customer see a message that another agent has joined the conversation."
    ben = await there.colleague("ben")
    body = {"epoch": there.ana.task(there.task_id)["epoch"], "agent_id": ben.user_id}
    await there.ana.post(f"{there.path}/conference", body)
    await there.accepted_by(ben)
    told = await there.customer_saw()
    assert bool({"joined", "Ben has joined the conversation."} & set(told)) is seen


async def before_the_end(there: Scene, what: str) -> None:
    # Seed: "you must take consent from the customer"
    # Seed: "it is a good practice to ask the customer to end"
    epoch = there.ana.task(there.task_id)["epoch"]
    if what == "consent":
        assert await there.ana.refused(f"{there.path}/end", {"epoch": epoch}) == (
            409,
            "consent_missing",
        )
        await there.ana.post(f"{there.path}/end", {"epoch": epoch, "consent": True})
        return
    if what == "ask":
        asked = await there.ana.post(f"{there.path}/ask-to-end", {"epoch": epoch})
        assert asked["message"]["purpose"] == "ask_to_end"
        assert asked["message"]["text"] in await there.customer_saw()
    else:
        status, _ = await there.ana.refused(f"{there.path}/ask-to-end", {"epoch": epoch})
        assert status == 409
    await there.ana.post(f"{there.path}/end", {"epoch": epoch})


async def wrap_up_reasons(there: Scene, several: bool) -> None:
    # Seed: "You can select more than one wrap-up reason at a time."
    epoch = there.ana.task(there.task_id)["epoch"]
    await there.ana.post(f"{there.path}/end", {"epoch": epoch, "consent": True})
    ids = there.centre.ids
    both = {"reason_ids": [ids["Sold"], ids["Asked"]]}
    if several:
        done = await there.ana.post(f"{there.path}/wrap-up", both)
        assert done["task"]["legs"][0]["reason_ids"] == both["reason_ids"]
    else:
        status, code = await there.ana.refused(f"{there.path}/wrap-up", both)
        assert code == "one_reason_only"
        assert status in {409, 422}
        await there.ana.post(f"{there.path}/wrap-up", {"reason_ids": [ids["Sold"]]})


async def popover_shows(there: Scene, fields: tuple[str, ...]) -> None:
    # Seed: "displays the Queue Name, Source Page, Timer, and Accept button"
    # Seed: "displays the Queue Name, Phone Number, Source Number, Timer, and Accept button"
    # Seed: "displays the Customers Name, Email, Queue Name, Timer, and Accept button"
    account = there.ana.task(there.task_id)["account_id"]
    (found,) = [a for a in there.ana.snapshot["catalog"]["accounts"] if a["id"] == account]
    assert tuple(found["capabilities"]["popover_fields"]) == fields


async def is_mail(there: Scene) -> bool:
    return bool(there.ana.task(there.task_id)["channel"] == "email")


AGENTS, CUSTOMER_MAIL = {"queue", "agent"}, ("customer", "email", "queue", "timer")
ALL = (True,) * 5
# What each feature is on Messenger, SMS, WebChat, Email, WhatsApp; and which cells are our reading.
TABLE: list[tuple[Check, tuple[Any, ...], set[str]]] = [
    (composer_limit, (1000, 1000, 1000, None, 4096), set()),
    (attachments, (True, False, True, True, True), {"sms"}),
    (templates, ALL, set()),
    (workflows, ALL, {"email"}),
    (announcements, ALL, set()),
    (
        receipts,
        ({"delivered"}, {"delivered"}, {"sent", "delivered", "read"}, {"sent"}, {"delivered"}),
        {"webchat"},
    ),
    (transfer_to, (AGENTS, AGENTS, {*AGENTS, "supervisor"}, {"queue"}, AGENTS), set()),
    (conference_with, ({"agent"}, {"agent"}, {"agent"}, set(), {"agent", "queue"}), set()),
    (joined_is_seen_by_the_customer, (False, False, True, None, True), set()),
    (before_the_end, ("consent", "consent", "ask", "nothing", "ask"), {"email"}),
    (wrap_up_reasons, (False, False, True, False, True), set()),
    (
        popover_shows,
        (
            ("queue", "source", "timer"),
            ("queue", "phone", "source", "timer"),
            CUSTOMER_MAIL,
            CUSTOMER_MAIL,
            ("customer", "phone", "source", "queue", "timer"),
        ),
        set(),
    ),
]
CELLS = [
    pytest.param(
        check,
        channel,
        cells[place],
        id=f"{'R' if channel in readings else 'S'}-{channel}-{check.__name__}",
    )
    for check, cells, readings in TABLE
    for place, channel in enumerate(CHANNELS)
    # There is no conference by mail in which somebody could join.
    if cells[place] is not None or check is composer_limit
]


@pytest.mark.parametrize(("check", "channel", "expected"), CELLS)
async def test_cell(centre: Centre, check: Check, channel: str, expected: Any) -> None:
    async with scene(centre, channel) as there:
        await check(there, expected)
        await centre.settle()


IN_THE_BROWSER = {
    "S-over_the_limit": "test_writing.py::test_over_the_character_limit",
    "S-files": "test_writing.py::test_files_and_refused_files",
    "S-webchat-end": "test_task_life.py::test_offer_accept_reply_end_wrap_up",
    "S-webchat-customer_leaves": "test_task_life.py::test_the_customer_leaves_and_comes_back",
    "S-transfer_dialog": "test_two_agents.py::test_transfer_to_an_agent_who_accepts",
    "S-end_conference": "test_two_agents.py::test_conference_ended_by_its_owner",
    "S-templates": "test_templates.py::test_fields_are_walked_and_filled_in_before_it_is_sent",
    "S-workflows": "test_workflows.py::test_it_runs_fails_and_runs_again",
    "S-email-modes": "test_mail.py::test_modes_fill_in_the_fields_and_keep_a_draft_each",
    "S-email-latest": "test_mail.py::test_a_newer_mail_has_to_be_read_before_anything_is_sent",
    "S-whatsapp-formatting": "test_messaging.py::test_styles_are_seen_while_written_and_reach_the_customer",  # noqa: E501
    "S-whatsapp-receipts": "test_messaging.py::test_the_way_of_a_message_and_its_details",
    "S-whatsapp-emojis": "test_messaging.py::test_emojis_by_name_by_search_and_again",
    "R-whatsapp-window": "test_messaging.py::test_after_the_window_only_an_approved_template_goes_out",  # noqa: E501
    "S-shortcuts": "test_keyboard_shift.py::test_a_shift_by_keyboard",
    "S-every_cell_of_every_channel": "test_table_of_channels.py::test_channel",
}
"""Cells that only a screen can show, and the journey in which one does."""


@pytest.mark.parametrize("cell", sorted(IN_THE_BROWSER))
def test_a_journey_in_the_browser_shows(cell: str) -> None:
    file, _, name = IN_THE_BROWSER[cell].partition("::")
    assert name in functions_of(f"tests/browser/{file}")
