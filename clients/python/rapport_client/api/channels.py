"""Methods of the group channels.

Made from the API's description by tools/python_client.py; changes here are lost."""

from __future__ import annotations

from typing import Any

from rapport_client import models
from rapport_client.connection import Connection, segment


class Channels:
    """Methods of the group channels."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def channels(self) -> dict[str, Any]:
        """Every channel there is, with what an account of it needs."""
        answer: dict[str, Any] = self._connection.call("GET", "/channels")
        return answer

    def health(self) -> dict[str, Any]:
        """How every account fares: state, last heard, last sent, last error."""
        answer: dict[str, Any] = self._connection.call("GET", "/channel-health")
        return answer

    def probe(self, account_id: int, *, idempotency_key: str | None = None) -> dict[str, Any]:
        """Ask the provider now whether the account's credentials work."""
        answer: dict[str, Any] = self._connection.call(
            "POST", f"/accounts/{segment(account_id)}/probe", idempotency_key=idempotency_key
        )
        return answer

    def probe_unsaved(
        self, channel: str, body: models.Unsaved, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Ask a provider whether credentials work that are not stored yet."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/channels/{segment(channel)}/probe",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer

    def templates(self, account_id: int) -> dict[str, Any]:
        """The account's approved message forms, as last read from the provider."""
        answer: dict[str, Any] = self._connection.call(
            "GET", f"/accounts/{segment(account_id)}/templates"
        )
        return answer

    def sync_templates(
        self, account_id: int, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Read the approved message forms from the provider."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/accounts/{segment(account_id)}/templates/sync",
            idempotency_key=idempotency_key,
        )
        return answer

    def message_log(self, message_id: int) -> dict[str, Any]:
        """What was asked of the provider for a message, and what it said; without secrets.

        It names the customer's address, so the right `addresses` is needed."""
        answer: dict[str, Any] = self._connection.call(
            "GET", f"/messages/{segment(message_id)}/log"
        )
        return answer
