"""The fictional account at Twilio and its customers."""

from __future__ import annotations

from dataclasses import dataclass, field

from rapport_simulators.provider.customers import Customer

SMS = "sms"


def fictional_customers() -> tuple[Customer, ...]:
    """Three people with a phone."""
    return (
        Customer(id="+4915555500301", channel=SMS, name="Mika Example"),
        Customer(id="+15550100302", channel=SMS, name="Jules Sample"),
        Customer(id="+15550100303", channel=SMS, name="Toni Placeholder"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioSettings:
    """Everything about a simulated Twilio; all defaults are fictional.

    Attributes:
        webhook: Where incoming messages are told; empty for nowhere.
        number: The account's number; the messaging service sends from it too.
        webhook_retries: How often a webhook without an answer is tried again.
        private_media: Whether files need the account's credentials.
        messages_per_second: The limit that is enforced (20429); None for none.
    """

    port: int = 0
    webhook: str = ""
    account_sid: str = "AC00000000000000000000000000000001"
    auth_token: str = "fictional-auth-token"  # noqa: S105 - fictional
    number: str = "+15550100300"
    messaging_service_sid: str = "MG00000000000000000000000000000001"
    friendly_name: str = "Kettle & Clay"
    webhook_retries: int = 1
    private_media: bool = True
    messages_per_second: int | None = None
    sent_after_s: float = 0.0
    delivered_after_s: float = 0.0
    customers: tuple[Customer, ...] = field(default_factory=fictional_customers)
