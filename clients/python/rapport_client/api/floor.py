"""Methods of the group floor.

Made from the API's description by tools/python_client.py; changes here are lost."""

from __future__ import annotations

from typing import Any

from rapport_client import models
from rapport_client.connection import Connection, segment


class Floor:
    """Methods of the group floor."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def see_floor(self, *, limit: int | None = None) -> models.Floor:
        """Queues and agents as they are now."""
        answer: models.Floor = self._connection.call("GET", "/floor", query={"limit": limit})
        return answer

    def set_agent_state(
        self, agent_id: int, body: models.StateChange, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Make an agent Available or Idle; the state is absolute, so twice is once."""
        answer: dict[str, Any] = self._connection.call(
            "POST", f"/agents/{segment(agent_id)}/state", idempotency_key=idempotency_key, json=body
        )
        return answer

    def sign_agent_out(
        self, agent_id: int, body: models.SignOut, *, idempotency_key: str | None = None
    ) -> None:
        """End an agent's sessions; refused while an offer rings or conversations are open.

        With `force` what rings goes back to its queue without RONA, and open conversations follow
        their queue's rule for an agent who has gone."""
        answer: None = self._connection.call(
            "POST",
            f"/agents/{segment(agent_id)}/sign-out",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer

    def tasks(
        self, *, queue_id: int | None = None, agent_id: int | None = None, limit: int | None = None
    ) -> dict[str, Any]:
        """Open conversations of a queue or an agent, the most urgent first."""
        answer: dict[str, Any] = self._connection.call(
            "GET",
            "/floor/tasks",
            query={"queue_id": queue_id, "agent_id": agent_id, "limit": limit},
        )
        return answer

    def watch(self, task_id: int, *, idempotency_key: str | None = None) -> dict[str, Any]:
        """Begin to read a conversation; its messages then come by the stream's `watch` frame."""
        answer: dict[str, Any] = self._connection.call(
            "POST", f"/floor/tasks/{segment(task_id)}/watch", idempotency_key=idempotency_key
        )
        return answer

    def whisper_to(
        self, task_id: int, body: models.Whisper, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Write a note to the agents of a conversation."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/floor/tasks/{segment(task_id)}/whisper",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer

    def join(
        self, task_id: int, body: models.AtEpoch, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Take part beside the owner."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/floor/tasks/{segment(task_id)}/join",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer

    def take_over(
        self, task_id: int, body: models.AtEpoch, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Own the conversation; the former owner wraps up."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/floor/tasks/{segment(task_id)}/take-over",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer

    def reassign(
        self, task_id: int, body: models.Target, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Give the conversation to an agent, at whom it rings, or to a queue."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/floor/tasks/{segment(task_id)}/reassign",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer

    def requeue(
        self, task_id: int, body: models.Place, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Let the conversation wait again."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/floor/tasks/{segment(task_id)}/requeue",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer

    def prioritise(
        self, task_id: int, body: models.Priority, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Make the conversation more or less urgent."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/floor/tasks/{segment(task_id)}/prioritise",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer

    def notice(
        self, body: models.Notice, *, idempotency_key: str | None = None
    ) -> models.Recipients:
        """Show a notice on a team's desktops."""
        answer: models.Recipients = self._connection.call(
            "POST", "/floor/notices", idempotency_key=idempotency_key, json=body
        )
        return answer
