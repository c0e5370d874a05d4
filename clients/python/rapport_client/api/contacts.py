"""Methods of the group contacts.

Made from the API's description by tools/python_client.py; changes here are lost."""

from __future__ import annotations

from typing import Any

from rapport_client import models
from rapport_client.connection import Connection, segment


class Contacts:
    """Methods of the group contacts."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def edit(self, contact_id: int, body: models.ContactFields, *, version: int) -> dict[str, Any]:
        """Change what is known; card and health data are taken out as everywhere."""
        answer: dict[str, Any] = self._connection.call(
            "PUT", f"/contacts/{segment(contact_id)}", version=version, json=body
        )
        return answer

    def add_note(
        self, contact_id: int, body: models.Note, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Note something for whoever serves the customer next."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/contacts/{segment(contact_id)}/notes",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer

    def delete_note(self, contact_id: int, note_id: int) -> None:
        """Take a note away."""
        answer: None = self._connection.call(
            "DELETE", f"/contacts/{segment(contact_id)}/notes/{segment(note_id)}"
        )
        return answer

    def merge(
        self, contact_id: int, body: models.Merge, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Make another contact part of this one. What was is kept, so that it can be taken back."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/contacts/{segment(contact_id)}/merge",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer

    def unmerge(
        self, contact_id: int, merge_id: int, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Take a merge back."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/contacts/{segment(contact_id)}/merge/{segment(merge_id)}/undo",
            idempotency_key=idempotency_key,
        )
        return answer
