"""The fictional business at Meta, its customers and how the simulator behaves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rapport_simulators.provider.customers import Customer

WHATSAPP = "whatsapp"
MESSENGER = "messenger"


def _templates() -> tuple[Mapping[str, Any], ...]:
    def template(
        name: str, body: str, examples: int = 0, status: str = "APPROVED", language: str = "en"
    ) -> Mapping[str, Any]:
        component: dict[str, Any] = {"type": "BODY", "text": body}
        if examples:
            component["example"] = {"body_text": [[f"example {n + 1}" for n in range(examples)]]}
        return {
            "name": name,
            "language": language,
            "status": status,
            "category": "UTILITY",
            "components": [component],
        }

    return (
        template("order_shipped", "Hello {{1}}, your order {{2}} is on its way.", 2),
        template("order_shipped", "Hallo {{1}}, Ihre Bestellung {{2}} ist da.", 2, language="de"),
        template("follow_up", "Do you still need our help? Just answer this message."),
        template("appointment", "Hello {{1}}, see you on {{2}} at {{3}}.", 3),
        template("old_offer", "Our offer has ended.", status="PAUSED"),
        template("new_offer", "A kettle is waiting for you.", status="PENDING"),
    )


def fictional_customers() -> tuple[Customer, ...]:
    """Three people on WhatsApp, three on Messenger."""
    return (
        Customer(
            id="4915555500101",
            channel=WHATSAPP,
            name="Dana Example",
            user_id="DE.dana0000000000000101",
        ),
        Customer(
            id="15550100102",
            channel=WHATSAPP,
            name="Robin Sample",
            user_id="US.robin000000000000102",
        ),
        Customer(
            id="4915555500103",
            channel=WHATSAPP,
            name="Kim Muster",
            user_id="DE.kim00000000000000103",
            hides_number=True,
        ),
        Customer(id="7000000000000201", channel=MESSENGER, name="Alex Placeholder"),
        Customer(id="7000000000000202", channel=MESSENGER, name="Noor Beispiel"),
        Customer(id="7000000000000203", channel=MESSENGER, name="Sam Private", private=True),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphSettings:
    """Everything about a simulated Graph; all defaults are fictional.

    Attributes:
        webhook_whatsapp: Where WhatsApp's webhooks go; empty for nowhere.
        closed_window: How WhatsApp tells that the window is closed: in the "answer", or by
            accepting the message and reporting a "status" failed.
        messages_per_second: The limit that is enforced per number; None for none.
        human_agent: Whether the page may use the tag HUMAN_AGENT.
        echoes: Whether the page's own messages come back by webhook.
        sent_after_s: How long after acceptance a message is sent, and `delivered_after_s` how long
            after that it is delivered.
    """

    port: int = 0
    webhook_whatsapp: str = ""
    webhook_messenger: str = ""
    app_id: str = "900000000000001"
    app_secret: str = "fictional-app-secret"  # noqa: S105 - fictional
    access_token: str = "fictional-access-token"  # noqa: S105 - fictional
    verify_token: str = "fictional-verify-token"  # noqa: S105 - fictional
    phone_number_id: str = "100000000000001"
    display_phone_number: str = "15550100100"
    business_account_id: str = "200000000000001"
    verified_name: str = "Kettle & Clay"
    page_id: str = "300000000000001"
    page_name: str = "Kettle & Clay"
    closed_window: str = "answer"
    messages_per_second: int | None = None
    human_agent: bool = True
    echoes: bool = True
    sent_after_s: float = 0.0
    delivered_after_s: float = 0.0
    retry_first_s: float = 1.0
    templates: tuple[Mapping[str, Any], ...] = field(default_factory=_templates)
    customers: tuple[Customer, ...] = field(default_factory=fictional_customers)
