"""Methods of the group mail.

Made from the API's description by tools/python_client.py; changes here are lost."""

from __future__ import annotations

from typing import Any

from rapport_client import models
from rapport_client.connection import Connection, segment


class Mail:
    """Methods of the group mail."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def fields(self, task_id: int, *, mode: models.Mode | None = None) -> dict[str, Any]:
        """To, Cc, Subject and quote of a mode, from the customer's latest mail (M1)."""
        answer: dict[str, Any] = self._connection.call(
            "GET", f"/tasks/{segment(task_id)}/reply-fields", query={"mode": mode}
        )
        return answer

    def answer(
        self,
        task_id: int,
        body: models.RapportApiRoutesMailsAnswer,
        *,
        idempotency_key: str | None = None,
    ) -> dict[str, Any]:
        """Reply, Reply All or Forward. Refused while a newer mail has not been read (M5)."""
        answer: dict[str, Any] = self._connection.call(
            "POST", f"/tasks/{segment(task_id)}/mail", idempotency_key=idempotency_key, json=body
        )
        return answer

    def mail(
        self, message_id: int, *, remote_images: bool | None = None, dark: bool | None = None
    ) -> bytes:
        """The complete mail as a page for a sandboxed frame; nothing in it runs or calls home.

        `dark` shows it light on dark."""
        answer: bytes = self._connection.read(
            "GET",
            f"/messages/{segment(message_id)}/mail",
            query={"remote_images": remote_images, "dark": dark},
        )
        return answer

    def source(self, message_id: int) -> bytes:
        """The mail's source as it came, as a download."""
        answer: bytes = self._connection.read("GET", f"/messages/{segment(message_id)}/source")
        return answer

    def original(self, conversation_id: int) -> dict[str, Any]:
        """Which message is the conversation's first customer mail (View Original Email)."""
        answer: dict[str, Any] = self._connection.call(
            "GET", f"/conversations/{segment(conversation_id)}/original"
        )
        return answer

    def parse_again(self, message_id: int, *, idempotency_key: str | None = None) -> dict[str, Any]:
        """Read a kept mail once more, with the parser of today (M10). Twice is as once."""
        answer: dict[str, Any] = self._connection.call(
            "POST", f"/messages/{segment(message_id)}/parse-again", idempotency_key=idempotency_key
        )
        return answer

    def split(self, message_id: int, *, idempotency_key: str | None = None) -> dict[str, Any]:
        """Give a mail a conversation of its own; what answers it goes there from now on (M9).

        It is routed like any new one. Split twice is split once."""
        answer: dict[str, Any] = self._connection.call(
            "POST", f"/messages/{segment(message_id)}/split", idempotency_key=idempotency_key
        )
        return answer
