"""Methods of the group desk.

Made from the API's description by tools/python_client.py; changes here are lost."""

from __future__ import annotations

from typing import Any

from rapport_client import models
from rapport_client.connection import Connection, segment


class Desk:
    """Methods of the group desk."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def snapshot(self) -> dict[str, Any]:
        """The agent's whole state at an exact stream position."""
        answer: dict[str, Any] = self._connection.call("GET", "/snapshot")
        return answer

    def catalog(self) -> dict[str, Any]:
        """Names and rules that views need."""
        answer: dict[str, Any] = self._connection.call("GET", "/catalog")
        return answer

    def change_state(
        self, body: models.StateChange, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Available, or Idle with a code; while engaged Idle stays pending."""
        answer: dict[str, Any] = self._connection.call(
            "POST", "/me/state", idempotency_key=idempotency_key, json=body
        )
        return answer

    def own_history(
        self,
        *,
        q: str | None = None,
        channel: models.ChannelType | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> dict[str, Any]:
        """The conversations that the agent has handled in the last 24 hours, newest first."""
        answer: dict[str, Any] = self._connection.call(
            "GET",
            "/me/history",
            query={"q": q, "channel": channel, "cursor": cursor, "limit": limit},
        )
        return answer

    def messages(
        self,
        conversation_id: int,
        *,
        before: int | None = None,
        after: int | None = None,
        limit: int | None = None,
    ) -> dict[str, Any]:
        """A page of the thread, ascending, as far as the agent may see it."""
        answer: dict[str, Any] = self._connection.call(
            "GET",
            f"/conversations/{segment(conversation_id)}/messages",
            query={"before": before, "after": after, "limit": limit},
        )
        return answer

    def presence(self, conversation_id: int) -> dict[str, Any]:
        """Whether the customer is on the website now; null on other channels.

        The stream tells what changes from here on."""
        answer: dict[str, Any] = self._connection.call(
            "GET", f"/conversations/{segment(conversation_id)}/presence"
        )
        return answer

    def draft(self, conversation_id: int, *, mode: str | None = None) -> dict[str, Any]:
        """The agent's own draft; version 0 is none. An e-mail has one per composer mode."""
        answer: dict[str, Any] = self._connection.call(
            "GET", f"/conversations/{segment(conversation_id)}/draft", query={"mode": mode}
        )
        return answer

    def save_draft(
        self, conversation_id: int, body: models.Draft, *, mode: str | None = None
    ) -> dict[str, Any]:
        """Keep what was typed; `stale_version` carries the stored draft."""
        answer: dict[str, Any] = self._connection.call(
            "PUT",
            f"/conversations/{segment(conversation_id)}/draft",
            query={"mode": mode},
            json=body,
        )
        return answer

    def contact(self, contact_id: int) -> dict[str, Any]:
        """Who the customer is and what was talked about before."""
        answer: dict[str, Any] = self._connection.call("GET", f"/contacts/{segment(contact_id)}")
        return answer

    def queues(self) -> dict[str, Any]:
        """Queues that the agent may take conversations from; supervisors see all, `takes` says which.

        With how many wait, and since when the first."""
        answer: dict[str, Any] = self._connection.call("GET", "/queues")
        return answer

    def waiting_tasks(
        self, queue_id: int, *, cursor: str | None = None, limit: int | None = None
    ) -> dict[str, Any]:
        """Who waits in a queue that the agent may take from, in the order of service."""
        answer: dict[str, Any] = self._connection.call(
            "GET", f"/queues/{segment(queue_id)}/tasks", query={"cursor": cursor, "limit": limit}
        )
        return answer
