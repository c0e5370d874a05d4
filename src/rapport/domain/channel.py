"""Channels differ by data: one capability table drives composer, dialogs, validation and docs.

Source: DOMAIN §2; the seed guide's five chapters, one per channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal


class ChannelType(StrEnum):
    """The medium a customer writes on. `custom` is a signed JSON webhook of one's own."""

    WEBCHAT = "webchat"
    EMAIL = "email"
    MESSENGER = "messenger"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    CUSTOM = "custom"


class ChannelKind(StrEnum):
    """What capacity is counted by. The order is the order of an agent's capacity arrays."""

    CHAT = "chat"
    EMAIL = "email"
    SOCIAL = "social"

    @property
    def slot(self) -> int:
        """Position in `Agent.used` and `Agent.capacity`."""
        return KINDS.index(self)


KINDS: tuple[ChannelKind, ...] = tuple(ChannelKind)

TransferTarget = Literal["queue", "agent", "supervisor"]
PaneField = Literal["customer", "email", "phone", "source", "queue", "timer", "agent", "date"]


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What can be done on a channel, and how its conversations are shown.

    `composer_limit` is in characters after rendering, None where there is none.
    `before_end` is what the seed asks of the agent before ending: the customer's consent, or to
    ask the customer to end.
    """

    kind: ChannelKind
    composer_limit: int | None
    attachments: bool
    rich_text: Literal["none", "subset", "full"]
    emojis: bool
    receipts: bool
    transfer_to: tuple[TransferTarget, ...]
    conference_with: tuple[Literal["agent", "queue"], ...]
    conference_lists: Literal["all_agents", "available_agents"]
    joined_seen_by_customer: bool
    customer_can_end: bool
    before_end: Literal["consent", "ask_to_end"] | None
    several_reasons: bool
    popover_fields: tuple[PaneField, ...]
    pane_fields: tuple[PaneField, ...]
    customer_bubble: Literal["initials", "letter_c", "mail"]
    window_s: int | None
    """How long after the customer's last message free text may be sent; None: always."""
    longer_window_s: int | None
    """The same where the account is allowed to answer late (Messenger's human agent tag)."""
    pushed: bool
    """Messages leave through the outbox; otherwise the customer's page reads the stream."""
    replies: bool = False
    """A message can point at the one it answers, and the customer sees that."""
    survey: Literal["number", "buttons", "link"] = "number"
    """How satisfaction is told: by a message with a number, in the widget, on a page of ours."""
    choices: tuple[tuple[int, int], ...] = ()
    """What can be tapped: per form (buttons, a list) how many choices, and how long each may be."""
    approved_templates: bool = False
    """Forms that the provider has approved may be sent, also outside the window."""

    def with_limit(self, composer_limit: int | None) -> Capabilities:
        """The same channel with an account's own composer limit."""
        return replace(self, composer_limit=composer_limit)

    def can_tap(self, labels: Sequence[str]) -> bool:
        """Whether the channel has a form for these choices; others go as numbered text only."""
        return any(
            len(labels) <= most and all(len(label) <= longest for label in labels)
            for most, longest in self.choices
        )


STARTED_ON = frozenset({ChannelType.EMAIL, ChannelType.SMS, ChannelType.WHATSAPP})
"""Where an agent may write first: there the customer has an address that is known before."""

_MESSENGER = Capabilities(
    kind=ChannelKind.SOCIAL,
    composer_limit=1000,
    attachments=True,
    rich_text="subset",
    emojis=True,
    receipts=True,
    transfer_to=("queue", "agent"),
    conference_with=("agent",),
    conference_lists="all_agents",
    joined_seen_by_customer=False,
    customer_can_end=False,
    before_end="consent",
    several_reasons=False,
    popover_fields=("queue", "source", "timer"),
    pane_fields=("customer", "queue", "agent", "date", "timer"),
    customer_bubble="initials",
    window_s=86_400,
    longer_window_s=7 * 86_400,
    pushed=True,
)

CAPABILITIES: dict[ChannelType, Capabilities] = {
    ChannelType.MESSENGER: replace(_MESSENGER, replies=True, choices=((13, 20),)),
    ChannelType.SMS: replace(
        _MESSENGER,
        attachments=False,
        rich_text="none",
        popover_fields=("queue", "phone", "source", "timer"),
        window_s=None,
        longer_window_s=None,
    ),
    ChannelType.WEBCHAT: replace(
        _MESSENGER,
        kind=ChannelKind.CHAT,
        rich_text="subset",
        transfer_to=("queue", "agent", "supervisor"),
        joined_seen_by_customer=True,
        customer_can_end=True,
        before_end="ask_to_end",
        several_reasons=True,
        popover_fields=("customer", "email", "queue", "timer"),
        window_s=None,
        longer_window_s=None,
        pushed=False,
        survey="buttons",
        choices=((10, 60),),
    ),
    ChannelType.EMAIL: replace(
        _MESSENGER,
        kind=ChannelKind.EMAIL,
        composer_limit=None,
        rich_text="full",
        transfer_to=("queue",),
        conference_with=(),
        before_end=None,
        popover_fields=("customer", "email", "queue", "timer"),
        pane_fields=("email", "source", "queue", "agent", "date", "timer"),
        customer_bubble="mail",
        survey="link",
        window_s=None,
        longer_window_s=None,
    ),
    ChannelType.WHATSAPP: replace(
        _MESSENGER,
        composer_limit=4096,
        conference_with=("agent", "queue"),
        conference_lists="available_agents",
        joined_seen_by_customer=True,
        customer_can_end=True,
        before_end="ask_to_end",
        several_reasons=True,
        popover_fields=("customer", "phone", "source", "queue", "timer"),
        pane_fields=("customer", "queue", "source", "phone", "agent", "date", "timer"),
        customer_bubble="letter_c",
        longer_window_s=None,
        replies=True,
        choices=((3, 20), (10, 24)),
        approved_templates=True,
    ),
    ChannelType.CUSTOM: replace(
        _MESSENGER,
        rich_text="none",
        popover_fields=("customer", "source", "queue", "timer"),
        window_s=None,
        longer_window_s=None,
    ),
}
