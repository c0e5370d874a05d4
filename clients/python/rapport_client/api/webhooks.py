"""Methods of the group webhooks.

Made from the API's description by tools/python_client.py; changes here are lost."""

from __future__ import annotations

from typing import Any, Literal

from rapport_client import models
from rapport_client.connection import Connection, segment


class Webhooks:
    """Methods of the group webhooks."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def webhooks(self) -> dict[str, Any]:
        """Every endpoint and how it fares."""
        answer: dict[str, Any] = self._connection.call("GET", "/webhooks")
        return answer

    def deliveries(
        self,
        endpoint_id: int,
        *,
        cursor: int | None = None,
        state: Literal["pending", "delivered", "failed"] | None = None,
        event: str | None = None,
        limit: int | None = None,
    ) -> dict[str, Any]:
        """What was told to an endpoint, the newest first."""
        answer: dict[str, Any] = self._connection.call(
            "GET",
            f"/webhooks/{segment(endpoint_id)}/deliveries",
            query={"cursor": cursor, "state": state, "event": event, "limit": limit},
        )
        return answer

    def delivery(self, endpoint_id: int, delivery_id: int) -> dict[str, Any]:
        """One delivery with its body, and the beginning of what was answered last."""
        answer: dict[str, Any] = self._connection.call(
            "GET", f"/webhooks/{segment(endpoint_id)}/deliveries/{segment(delivery_id)}"
        )
        return answer

    def test(self, endpoint_id: int, *, idempotency_key: str | None = None) -> dict[str, Any]:
        """Send a delivery of the type `test` now, once; answers with what came of it."""
        answer: dict[str, Any] = self._connection.call(
            "POST", f"/webhooks/{segment(endpoint_id)}/test", idempotency_key=idempotency_key
        )
        return answer

    def replay(
        self, endpoint_id: int, body: models.Replay, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Send finished deliveries once more, under their ids; at most 10,000 at a time."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/webhooks/{segment(endpoint_id)}/replay",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer

    def resume(self, endpoint_id: int, *, idempotency_key: str | None = None) -> dict[str, Any]:
        """Go on with a paused endpoint: what waits is sent at once."""
        answer: dict[str, Any] = self._connection.call(
            "POST", f"/webhooks/{segment(endpoint_id)}/resume", idempotency_key=idempotency_key
        )
        return answer
