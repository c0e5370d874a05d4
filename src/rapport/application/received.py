"""What goes into receiving and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from rapport.domain.frozen import dataclass
from rapport.domain.message import (
    AgentEcho,
    Contact,
    Conversation,
    CustomerEvent,
    InboundMessage,
    Message,
)
from rapport.domain.task import Task

END_PAYLOAD = "rapport:end"
"""What the button carries by which a customer ends the conversation."""


class NoQueue(Exception):  # noqa: N818 - names the situation
    """No queue is configured: the input must be kept until there is one."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of one message: its place in the thread, or that of its first copy."""

    conversation_id: int
    task_id: int | None
    seq: int
    duplicate: bool
    ignored: str | None = None
    """Why nothing came of it, where nothing did."""


@dataclass(slots=True)
class Thread:
    """A locked conversation with what the decision needs; replaced as messages are folded in."""

    conversation: Conversation
    contact: Contact
    task: Task | None
    known: Mapping[str, int]
    """External ids already stored, with their `seq`."""
    referred: dict[str, Message] = field(default_factory=dict)
    """Messages that others of the batch answer or change, by external id; locked."""


Input = InboundMessage | CustomerEvent | AgentEcho


def no_thread() -> Received:
    """What becomes of input that is no message where there is no conversation."""
    return Received(0, None, 0, duplicate=False, ignored="no_conversation")
