"""The sample company of the demo: fictional people, queues and a shop."""

from __future__ import annotations

from typing import Any

from rapport.application.access import Access
from rapport.application.configuration.snapshot import Configuration
from rapport.application.configuration.writing import WorkflowSpec
from rapport.application.ports import Clock
from rapport.storage.configuration import StoredConfiguration
from rapport.storage.configuration_writer import Delete, Put, write_configuration
from rapport.storage.database import Database

PASSWORD = "demo-demo"  # noqa: S105 - printed for everybody to see
SITE = "demo"
PEOPLE = {
    "ana": ("Ana Example", ["agent"], "Sales"),
    "ben": ("Ben Example", ["agent"], "Sales"),
    "cleo": ("Cleo Example", ["agent"], "Support"),
    "sam": ("Sam Example", ["agent", "supervisor", "administrator"], "Support"),
}


TEMPLATES: dict[str, dict[str, Any]] = {
    "Welcome": {
        "group": "Greetings",
        "language": "en",
        "body": "Hello @@customer.first_name|and welcome@@, this is @@agent.first_name@@ from"
        " @@company.name@@. How can I help you?",
    },
    "Goodbye": {
        "group": "Greetings",
        "language": "en",
        "body": "Thank you for writing to @@company.name@@. Have a good day!",
    },
    "Begrüßung": {
        "group": "Greetings",
        "language": "de",
        "body": "Guten Tag @@customer.name|und willkommen@@, hier ist @@agent.first_name@@."
        " Was kann ich für Sie tun?",
    },
    "On its way": {
        "group": "Orders",
        "language": "en",
        "body": "Your order <order number> is on its way and should be with you on <day>.",
    },
    "Ask for a picture": {
        "group": "Orders",
        "language": "en",
        "body": "I am sorry to hear that. Could you send me a picture of it, and the number of your"
        " order?",
    },
    "Right of return": {
        "group": "Legal",
        "language": "en",
        "locked": True,
        "body": "You can return order <order number> within 30 days, unused and in its box."
        " We bear the cost of sending it back.",
        "styles": [{"kind": "bold", "start": 36, "end": 50}],
    },
}
ORDER_STATUS = "Order status"


async def connect_shop(
    database: Database, configuration: StoredConfiguration, clock: Clock, shop: str
) -> None:
    """The workflow that asks the shop, where the shop is this time."""
    current = await configuration.refresh()
    spec = {
        "inputs": [{"name": "order", "label": "Order number, such as KC-48213", "required": True}],
        "url": f"{shop}/api/order-status",
        "body": '{"order": "@@input.order@@"}',
        "answer": {
            "announcement": "@@answer.order@@ is @@answer.status@@",
            "composer": "Your order @@answer.order@@ is @@answer.status@@ (@@answer.day@@).",
            "variables": {"order_status": "status"},
        },
    }
    found = [i for i in current.by_kind["workflows"] if i.name == ORDER_STATUS]
    if found and found[0].spec == WorkflowSpec.model_validate(spec):
        return
    change = Put("workflows", ORDER_STATUS, spec, id=found[0].id if found else None)
    await write_configuration(database, [change], None, clock.now())
    await configuration.refresh()


async def create_sample_company(
    database: Database,
    configuration: StoredConfiguration,
    access: Access,
    clock: Clock,
) -> None:
    """Set the sample company up on an empty installation; does nothing on any other."""
    if (await configuration.refresh()).items:
        return

    async def put(kind: str, name: str, spec: dict[str, Any]) -> int:
        changes: list[Put | Delete] = [Put(kind, name, spec)]
        (item_id,) = await write_configuration(database, changes, None, clock.now())
        return item_id

    await put("settings", "settings", {"company": "Kettle & Clay"})
    profile = await put("profiles", "Standard", {"chat": 4, "email": 5, "social": 5})
    teams = {name: await put("teams", name, {}) for name in ("Sales", "Support")}
    for name, default in (("Break", True), ("Lunch", False), ("Meeting", False)):
        await put("idle_codes", name, {"default": default})
    for login, (name, roles, team) in PEOPLE.items():
        spec = {"login": login, "roles": roles, "teams": [teams[team]], "profile": profile}
        await put("users", name, spec)
    queues = {
        "Sales": await put(
            "queues",
            "Sales",
            {
                "channels": ["webchat", "whatsapp", "messenger", "sms", "custom"],
                "groups": [
                    {"after_s": 0, "teams": [teams["Sales"]]},
                    {"after_s": 30, "teams": [teams["Support"]]},
                ],
                "last_agent_s": 10,
                "outbound": True,
            },
        ),
        "Support": await put(
            "queues",
            "Support",
            {
                "channels": ["webchat", "whatsapp", "messenger", "sms", "custom"],
                "self_assign": True,
                "outbound": True,
            },
        ),
    }
    for name, channel_teams in (("Mail", ["Sales", "Support"]), ("Mail back office", ["Support"])):
        groups = [{"after_s": 0, "teams": [teams[team] for team in channel_teams]}]
        await put(
            "queues",
            name,
            {"channels": ["email"], "groups": groups, "last_agent_s": 10, "outbound": True},
        )
    for name, default in (
        ("Question answered", True),
        ("Order placed", False),
        ("Complaint", False),
        ("Return or refund", False),
        ("Passed on", False),
    ):
        await put("reasons", name, {"default": default})
    for name, spec in TEMPLATES.items():
        await put("templates", name, spec)
    account = await put(
        "accounts",
        "Kettle & Clay shop",
        {
            "channel": "webchat",
            "address": "shop.example",
            "webchat": {
                "site_key": SITE,
                "allowed_origins": ["*"],
                "greeting": "Welcome to Kettle & Clay! How can we help you?",
                "wait_text": "One of us will be with you in a moment.",
                "fields": [
                    {"name": "name", "label": "Your name", "required": True},
                    {"name": "email", "label": "E-mail", "kind": "email"},
                ],
                "theme": {"color": "#7a3e1d"},
            },
        },
    )
    await put("entry_points", "Shop chat", {"account": account, "queue": queues["Sales"]})
    current: Configuration = await configuration.refresh()
    for user_id in current.users:
        await access.set_password(user_id, PASSWORD)
