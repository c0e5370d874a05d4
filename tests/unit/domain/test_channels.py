"""The capability table against DOMAIN §2, cell by cell."""

from __future__ import annotations

import pytest

from rapport.domain.channel import CAPABILITIES, KINDS, ChannelKind, ChannelType

MESSENGER, SMS, WEBCHAT, EMAIL, WHATSAPP = (
    ChannelType(x) for x in ("messenger", "sms", "webchat", "email", "whatsapp")
)
# One row per capability, in the order Messenger, SMS, WebChat, Email, WhatsApp.
ORDER = (MESSENGER, SMS, WEBCHAT, EMAIL, WHATSAPP)
CUSTOMER_MAIL = ("customer", "email", "queue", "timer")
TABLE: dict[str, tuple[object, ...]] = {
    # Seed: "displays the Queue Name, Source Page, Timer, and Accept button"
    # Seed: "displays the Queue Name, Phone Number, Source Number, Timer, and Accept button"
    # Seed: "displays the Customers Name, Email, Queue Name, Timer, and Accept button"
    # Seed: "displays the Customers Name, Customer Phone Number, Source Number, Queue Name, and
    # Accept button"
    "popover_fields": (
        ("queue", "source", "timer"),
        ("queue", "phone", "source", "timer"),
        CUSTOMER_MAIL,
        CUSTOMER_MAIL,
        ("customer", "phone", "source", "queue", "timer"),
    ),
    # Seed: "The compose box supports a maximum of 1000 characters."
    # Seed: "The composer box supports a maximum of 4096 characters."
    "composer_limit": (1000, 1000, 1000, None, 4096),
    "attachments": (True, False, True, True, True),
    "rich_text": ("subset", "none", "subset", "full", "subset"),
    "receipts": (True, True, True, True, True),
    # Seed: "You cannot transfer an email to any specific agent or supervisor."
    # Seed: "you can transfer the chat request to another agent or supervisor."
    "transfer_to": (
        ("queue", "agent"),
        ("queue", "agent"),
        ("queue", "agent", "supervisor"),
        ("queue",),
        ("queue", "agent"),
    ),
    "conference_with": (("agent",), ("agent",), ("agent",), (), ("agent", "queue")),
    # Seed: "The customer and you can see a message that an agent has joined the chat."
    # Seed: "you and the customer see a message that another agent has joined the conversation."
    "joined_seen_by_customer": (False, False, True, False, True),
    # Seed: "you must take consent from the customer"
    # Seed: "it is a good practice to ask the customer to end"
    "before_end": ("consent", "consent", "ask_to_end", None, "ask_to_end"),
    "customer_can_end": (False, False, True, False, True),
    # Seed: "You can select more than one wrap-up reason at a time."
    "several_reasons": (False, False, True, False, True),
    # Seed: "The customer messages are represented by a gray bubble with the initials of the
    # customer name inside the bubble."
    # Seed: "The customer messages are represented by a gray bubble with the letter C inside the
    # bubble."
    "customer_bubble": ("initials", "initials", "initials", "mail", "letter_c"),
    "window_s": (86_400, None, None, None, 86_400),
}


@pytest.mark.parametrize(
    ("capability", "place"), [(name, i) for name in TABLE for i in range(len(ORDER))]
)
def test_cell(capability: str, place: int) -> None:
    assert getattr(CAPABILITIES[ORDER[place]], capability) == TABLE[capability][place]


def test_the_conference_dialog_lists_everyone_but_on_whatsapp_the_available() -> None:
    # Seed: "The agent name is preceded by a colored icon indicating the current availability
    # state."
    lists = {channel: CAPABILITIES[channel].conference_lists for channel in ORDER}
    assert lists.pop(WHATSAPP) == "available_agents"
    assert set(lists.values()) == {"all_agents"}


@pytest.mark.parametrize(
    ("channel", "fields"),
    [
        (MESSENGER, {"customer", "queue", "agent", "date", "timer"}),
        (SMS, {"customer", "queue", "agent", "date", "timer"}),
        (WEBCHAT, {"customer", "queue", "agent", "date", "timer"}),
        (EMAIL, {"email"}),
        (WHATSAPP, {"customer", "queue", "source", "phone", "date"}),
    ],
)
def test_the_interaction_pane_shows(channel: ChannelType, fields: set[str]) -> None:
    assert fields <= set(CAPABILITIES[channel].pane_fields)


def test_every_channel_is_described_and_counted_by_a_kind() -> None:
    assert set(CAPABILITIES) == set(ChannelType)
    assert {CAPABILITIES[x].kind for x in ChannelType} == set(KINDS)
    assert CAPABILITIES[WEBCHAT].kind is ChannelKind.CHAT
    assert CAPABILITIES[EMAIL].kind is ChannelKind.EMAIL
    assert [kind.slot for kind in KINDS] == [0, 1, 2]


def test_an_account_may_have_its_own_limit() -> None:
    own = CAPABILITIES[SMS].with_limit(160)
    assert own.composer_limit == 160
    assert own.with_limit(1000) == CAPABILITIES[SMS]
