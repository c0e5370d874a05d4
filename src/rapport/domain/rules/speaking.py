"""What may be said to a customer: by whom, when, and how much (T4, §2)."""

from __future__ import annotations

from datetime import datetime

from rapport.domain.errors import Forbidden, Invalid, Refused
from rapport.domain.message import DeliveryStatus, Direction, Message
from rapport.domain.permissions import Position, position
from rapport.domain.rules.files import check_files
from rapport.domain.situation import Situation
from rapport.domain.task import TaskState

NOTE_LIMIT = 10_000


def check_has_part(s: Situation, agent_id: int) -> None:
    """Refuse whoever is not active in the conversation."""
    if position(s.task.leg_of(agent_id)) not in {Position.OWNER, Position.INVITED}:
        raise Forbidden("not_your_task", "You have no part in this conversation.")


def check_may_take_back(s: Situation, agent_id: int, author_id: int | None) -> None:
    """Refuse whoever is not active in the conversation; its author also while they wrap up.

    *Send and end* is the way of a mail (M8), and undoing it is offered after the end, too.
    """
    wraps_up = position(s.task.leg_of(agent_id)) is Position.WRAPPING_UP
    if not wraps_up or author_id != agent_id:
        check_has_part(s, agent_id)


def check_reachable(
    s: Situation, last_inbound_at: datetime | None, *, by_template: bool = False
) -> None:
    """Refuse what the provider would not deliver: outside its window, or after an opt-out."""
    if s.task.customer_opted_out_at is not None:
        raise Refused(
            "opted_out",
            "The customer has opted out of messages. They can opt in again by writing START.",
        )
    window = s.account.window
    if window is None or last_inbound_at is None or by_template:
        return
    if s.now >= last_inbound_at + window:
        raise Refused(
            "window_closed",
            "The customer's last message is too long ago for free text on this channel.",
            {"closed_at": (last_inbound_at + window).isoformat()},
        )


def check_may_send(
    s: Situation, agent_id: int, text: str, attachments: int, *, note: bool = False
) -> None:
    """Refuse what must not reach the customer; a note is for colleagues only.

    Nothing is said to a customer who has left. The limit is the channel's or the account's,
    in characters: "Whenever the character count exceeds the configured limit, the Send button
    is disabled" (seed); the server holds the same line.
    """
    stands = position(s.task.leg_of(agent_id))
    if stands is Position.OWNER_PARKED:
        raise Refused("task_parked", "The conversation is parked. Resume it first.")
    if stands not in {Position.OWNER, Position.INVITED}:
        if s.task.state is TaskState.ENDED:
            raise Refused("task_ended", "This conversation has already ended.")
        raise Forbidden("not_your_task", "You have no part in this conversation.")
    if not text.strip() and not attachments:
        raise Invalid.field("text", "Write something or attach a file.", code="empty_message")
    capabilities = s.account.capabilities
    limit = NOTE_LIMIT if note else capabilities.composer_limit
    if limit is not None and len(text) > limit:
        over = len(text) - limit
        raise Invalid(
            "over_limit",
            f"The message is {over} characters too long.",
            {"limit": limit, "length": len(text), "over": over},
        )
    if note:
        return
    if s.task.customer_left_at is not None:
        raise Refused("customer_left", "The customer has left the conversation.")
    if attachments and not capabilities.attachments:
        raise Refused("no_attachments_here", "This channel takes no attachments.")


def check_may_retry(s: Situation, agent_id: int, message: Message) -> None:
    """Refuse to send again what has arrived or is on its way, or what could not be sent now."""
    failed = message.status in {DeliveryStatus.FAILED, DeliveryStatus.UNKNOWN}
    check_may_send(s, agent_id, message.text, len(message.attachments))
    check_files(s.account.files_from_agents, message.attachments)
    if message.direction is not Direction.OUTBOUND or not failed:
        raise Refused("not_failed", "This message has not failed.")
