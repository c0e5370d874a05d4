"""Methods of the group outbound.

Made from the API's description by tools/python_client.py; changes here are lost."""

from __future__ import annotations

from typing import Any

from rapport_client import models
from rapport_client.connection import Connection, segment


class Outbound:
    """Methods of the group outbound."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def choices(self) -> dict[str, Any]:
        """The accounts on which the agent may write first, each with the queue it is done for."""
        answer: dict[str, Any] = self._connection.call("GET", "/outbound")
        return answer

    def write_first(
        self, body: models.Start, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Start a conversation with its first message; the agent owns it.

        `already_open` carries the task that there is; `outbound_off`, `not_your_queue`, `opted_out`,
        `template_needed` and the states in which nobody is given work refuse it."""
        answer: dict[str, Any] = self._connection.call(
            "POST", "/outbound", idempotency_key=idempotency_key, json=body
        )
        return answer

    def how_to_write_again(self, conversation_id: int) -> dict[str, Any]:
        """Whether the agent may write again here, and how; a `queue_id` of null: they may not.

        `template_needed` says that only an approved template would arrive."""
        answer: dict[str, Any] = self._connection.call(
            "GET", f"/conversations/{segment(conversation_id)}/follow-up"
        )
        return answer

    def write_again(
        self, conversation_id: int, body: models.Words, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Write again after a conversation has ended: same account, a mail in its thread."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/conversations/{segment(conversation_id)}/follow-up",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer

    def templates(
        self,
        *,
        account_id: int,
        contact_id: int | None = None,
        conversation_id: int | None = None,
        q: str | None = None,
    ) -> dict[str, Any]:
        """Templates for a first message on the account: to a contact, or in a conversation again."""
        answer: dict[str, Any] = self._connection.call(
            "GET",
            "/outbound/templates",
            query={
                "account_id": account_id,
                "contact_id": contact_id,
                "conversation_id": conversation_id,
                "q": q,
            },
        )
        return answer

    def filled(
        self,
        template_id: int,
        *,
        account_id: int,
        contact_id: int | None = None,
        conversation_id: int | None = None,
    ) -> dict[str, Any]:
        """One of them, filled; what is not known before the first message is a field."""
        answer: dict[str, Any] = self._connection.call(
            "GET",
            f"/outbound/templates/{segment(template_id)}",
            query={
                "account_id": account_id,
                "contact_id": contact_id,
                "conversation_id": conversation_id,
            },
        )
        return answer

    def lend_files(
        self, template_id: int, *, account_id: int, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """The template's files as the agent's uploads for a first message."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/outbound/templates/{segment(template_id)}/files",
            query={"account_id": account_id},
            idempotency_key=idempotency_key,
        )
        return answer

    def upload(self, *, account_id: int, filename: str) -> dict[str, Any]:
        """Upload a file (raw body) for a first message; a day later it is gone if none was sent."""
        answer: dict[str, Any] = self._connection.call(
            "POST", "/outbound/attachments", query={"account_id": account_id, "filename": filename}
        )
        return answer
