"""The read side, as a port: what screens ask for. Implemented in `storage/queries/`."""

from __future__ import annotations

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


class Reader(Protocol):
    """Bounded queries without side effects."""

    async def snapshot(self, agent_id: int) -> View:
        """An agent's state at an exact stream position."""

    async def thread(
        self,
        conversation_id: int,
        reader_id: int,
        *,
        before: int | None,
        after: int | None,
        limit: int,
        all_allowed: bool,
    ) -> View:
        """A page of messages."""

    async def targets(
        self, task_id: int, reader_id: int, query: str, now: datetime, *, conference: bool
    ) -> View:
        """Whom a conversation can be handed to."""

    async def contact(self, contact_id: int, reader_id: int, *, all_allowed: bool) -> View:
        """The customer panel."""

    async def may_read(self, conversation_id: int, agent_id: int) -> bool:
        """Whether the agent has, or had, a part in the conversation."""

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

    async def waiting_tasks(self, queue_id: int, after: str | None, limit: int) -> View:
        """Tasks that wait in a queue, paged."""

    async def visitor_conversation(self, account_id: int, contact_key: str) -> View | None:
        """A visitor's conversation: ids, state and how far it has come."""

    async def visitor_thread(
        self, conversation_id: int, *, after: int, before: int | None, limit: int
    ) -> View:
        """What the customer may see of their thread: `{messages, more}`."""

    async def participants(self, conversation_id: int) -> list[int]:
        """Agents who are in the conversation now."""
