"""The read side, as a port: what screens ask for. Implemented in `storage/queries/`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rapport.application.views import View


@dataclass(frozen=True, slots=True)
class FileRow:
    """An attachment's row, for serving it."""

    id: int
    conversation_id: int
    filename: str
    media_type: str
    size: int
    storage_key: str
    """Empty where the file was refused."""
    held: bool = False
    refusal_code: str | None = None
    refusal_message: str | None = None


@dataclass(frozen=True, slots=True)
class Sight:
    """How far somebody sees."""

    reader_id: int
    everything: bool = False
    queue_ids: Sequence[int] = ()
    """Queues whose conversations the reader's teams may find."""
    take_from: Sequence[int] = ()
    """Queues whose waiting conversations the reader may look at before taking one."""


class Reader(Protocol):
    """Bounded queries without side effects."""

    async def snapshot(self, agent_id: int) -> View:
        """An agent's state at an exact stream position."""

    async def thread(
        self,
        conversation_id: int,
        sight: Sight,
        *,
        before: int | None,
        after: int | None,
        limit: int,
    ) -> View:
        """A page of messages."""

    async def targets(
        self, task_id: int, reader_id: int, query: str, now: datetime, *, conference: bool
    ) -> View:
        """Whom a conversation can be handed to."""

    async def handled(
        self,
        agent_id: int,
        *,
        since: datetime,
        before: tuple[datetime, int],
        channel: str | None,
        words: str,
        queue_ids: Sequence[int],
        limit: int,
    ) -> tuple[list[View], tuple[datetime, int] | None]:
        """An agent's own parts that are over, newest first, and where the next page starts."""

    async def contact(self, contact_id: int, sight: Sight) -> View:
        """The customer panel."""

    async def contact_attributes(self, contact_id: int) -> dict[str, str]:
        """The customer's own fields."""

    async def may_read(self, conversation_id: int, agent_id: int) -> bool:
        """Whether the agent has, or had, a part in the conversation."""

    async def sees(self, conversation_id: int, sight: Sight) -> bool:
        """Whether anything of the conversation may be read."""

    async def presence(self, conversation_id: int, sight: Sight) -> bool | None:
        """Whether the customer has a page open; None on a channel without pages.

        Raises:
            Forbidden: the reader may see nothing of the conversation.
        """

    async def draft(self, user_id: int, conversation_id: int, mode: str = "") -> View:
        """The server-side draft, empty at version 0; an e-mail has one per mode."""

    async def save_draft(
        self,
        user_id: int,
        conversation_id: int,
        text: str,
        version: int,
        now: datetime,
        mode: str = "",
        fields: View | None = None,
    ) -> View:
        """Store a draft written on top of `version`; Stale carries the stored one."""

    async def preferences(self, user_id: int) -> View:
        """The person's own preferences."""

    async def merge_preferences(self, user_id: int, patch: View) -> View:
        """Merge-patch them."""

    async def add_attachment(
        self,
        attachment_id: int,
        conversation_id: int,
        file: FileRow,
        *,
        by_customer: bool,
        now: datetime,
    ) -> None:
        """Note an uploaded file."""

    async def attachment(self, attachment_id: int) -> FileRow | None:
        """An uploaded file."""

    async def waiting_counts(self, queue_ids: Sequence[int]) -> dict[int, View]:
        """How many wait in each of these queues, and since when; empty ones are left out."""

    async def waiting_in(
        self, queue_id: int, after: tuple[datetime, int] | None, limit: int
    ) -> tuple[list[View], tuple[datetime, int] | None]:
        """Who waits in a queue, in the order of service, and where the next page starts."""

    async def account_of(self, conversation_id: int) -> int | None:
        """The account that a conversation is held on."""

    async def visitor_conversation(self, account_id: int, contact_key: str) -> View | None:
        """A visitor's conversation: ids, state and how far it has come."""

    async def seen_by_customer(self, conversation_id: int, after: int, before: int) -> View:
        """A page of what the customer sees of a thread, oldest first, between two numbers."""

    async def visitor_thread(
        self, conversation_id: int, *, after: int, before: int | None, limit: int
    ) -> View:
        """What the customer may see of their thread: `{messages, more}`."""

    async def participants(self, conversation_id: int) -> list[int]:
        """Agents who are in the conversation now."""
