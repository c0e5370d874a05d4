"""Methods of the group search.

Made from the API's description by tools/python_client.py; changes here are lost."""

from __future__ import annotations

from typing import Any, Literal

from rapport_client import models
from rapport_client.connection import Connection


class Search:
    """Methods of the group search."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def search(
        self,
        *,
        q: str,
        kind: Literal["messages", "conversations", "contacts"] | None = None,
        channel: models.ChannelType | None = None,
        queue_id: int | None = None,
        agent_id: int | None = None,
        since: str | None = None,
        until: str | None = None,
        state: Literal["open", "ended"] | None = None,
        has_files: bool | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> dict[str, Any]:
        """Newest first; the last word may be the start of one, unless a space follows it."""
        answer: dict[str, Any] = self._connection.call(
            "GET",
            "/search",
            query={
                "q": q,
                "kind": kind,
                "channel": channel,
                "queue_id": queue_id,
                "agent_id": agent_id,
                "since": since,
                "until": until,
                "state": state,
                "has_files": has_files,
                "cursor": cursor,
                "limit": limit,
            },
        )
        return answer
