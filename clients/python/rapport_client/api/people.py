"""Methods of the group people.

Made from the API's description by tools/python_client.py; changes here are lost."""

from __future__ import annotations

from typing import Any

from rapport_client import models
from rapport_client.connection import Connection, segment


class People:
    """Methods of the group people."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, *, search: str) -> dict[str, Any]:
        """Customers by part of a name or address, or by a provider's id; the newest 50."""
        answer: dict[str, Any] = self._connection.call("GET", "/people", query={"search": search})
        return answer

    def look(self, person_id: int) -> models.PersonView:
        """How much is kept of a person, without what was said."""
        answer: models.PersonView = self._connection.call("GET", f"/people/{segment(person_id)}")
        return answer

    def export(self, person_id: int) -> bytes:
        """Everything that is kept of a person, as a zip of JSON and files.

        Whoever fetches it needs the right `addresses`, too."""
        answer: bytes = self._connection.read("GET", f"/people/{segment(person_id)}/export")
        return answer

    def erase(self, person_id: int, *, idempotency_key: str | None = None) -> dict[str, Any]:
        """Erase a person for good: what was said, files, sources, logs, and who it was.

        Refused with `person_in_conversation` while a conversation is open."""
        answer: dict[str, Any] = self._connection.call(
            "POST", f"/people/{segment(person_id)}/erase", idempotency_key=idempotency_key
        )
        return answer
