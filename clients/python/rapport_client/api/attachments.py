"""Methods of the group attachments.

Made from the API's description by tools/python_client.py; changes here are lost."""

from __future__ import annotations

from typing import Any

from rapport_client.connection import Connection, segment


class Attachments:
    """Methods of the group attachments."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def upload(self, conversation_id: int, *, filename: str) -> dict[str, Any]:
        """Upload a file (raw body) for a later message of this conversation."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/conversations/{segment(conversation_id)}/attachments",
            query={"filename": filename},
        )
        return answer

    def download(self, attachment_id: int) -> bytes:
        """The file: images inline, everything else as a download, never sniffed."""
        answer: bytes = self._connection.read("GET", f"/attachments/{segment(attachment_id)}")
        return answer

    def thumbnail(self, attachment_id: int) -> bytes:
        """A picture at most 480 pixels wide and high, as WebP without metadata."""
        answer: bytes = self._connection.read(
            "GET", f"/attachments/{segment(attachment_id)}/thumbnail"
        )
        return answer
