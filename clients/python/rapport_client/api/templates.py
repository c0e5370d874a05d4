"""Methods of the group templates.

Made from the API's description by tools/python_client.py; changes here are lost."""

from __future__ import annotations

from typing import Any

from rapport_client.connection import Connection, segment


class Templates:
    """Methods of the group templates."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def for_task(self, task_id: int, *, q: str | None = None) -> dict[str, Any]:
        """Templates for this task's channel and the agent's teams."""
        answer: dict[str, Any] = self._connection.call(
            "GET", f"/tasks/{segment(task_id)}/templates", query={"q": q}
        )
        return answer

    def filled(self, task_id: int, template_id: int) -> dict[str, Any]:
        """One of them with its system parameters filled in, and its fields as ranges."""
        answer: dict[str, Any] = self._connection.call(
            "GET", f"/tasks/{segment(task_id)}/templates/{segment(template_id)}"
        )
        return answer

    def lend_files(
        self, task_id: int, template_id: int, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """The template's files as uploads of this conversation, for its next message."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/tasks/{segment(task_id)}/templates/{segment(template_id)}/files",
            idempotency_key=idempotency_key,
        )
        return answer

    def files(self, template_id: int) -> dict[str, Any]:
        """The files that go with a template."""
        answer: dict[str, Any] = self._connection.call(
            "GET", f"/config/templates/{segment(template_id)}/files"
        )
        return answer

    def upload(self, template_id: int, *, filename: str) -> dict[str, Any]:
        """Add a file (raw body) to a template."""
        answer: dict[str, Any] = self._connection.call(
            "POST", f"/config/templates/{segment(template_id)}/files", query={"filename": filename}
        )
        return answer

    def remove(self, template_id: int, file_id: int) -> None:
        """Take a file away; conversations that have it already keep it."""
        answer: None = self._connection.call(
            "DELETE", f"/config/templates/{segment(template_id)}/files/{segment(file_id)}"
        )
        return answer
