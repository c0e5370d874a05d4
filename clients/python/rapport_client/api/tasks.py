"""Methods of the group tasks.

Made from the API's description by tools/python_client.py; changes here are lost."""

from __future__ import annotations

from typing import Any

from rapport_client import models
from rapport_client.connection import Connection, segment


class Tasks:
    """Methods of the group tasks."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def accept_all(self, *, idempotency_key: str | None = None) -> dict[str, Any]:
        """Accept everything that rings, oldest first; the oldest is the one to open."""
        answer: dict[str, Any] = self._connection.call(
            "POST", "/tasks/accept-all", idempotency_key=idempotency_key
        )
        return answer

    def accept(
        self, task_id: int, body: models.AtEpoch, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Take what rings: own the conversation, or join the conference."""
        answer: dict[str, Any] = self._connection.call(
            "POST", f"/tasks/{segment(task_id)}/accept", idempotency_key=idempotency_key, json=body
        )
        return answer

    def take(
        self, task_id: int, body: models.AtEpoch, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Assign a waiting task to oneself, where the queue allows it."""
        answer: dict[str, Any] = self._connection.call(
            "POST", f"/tasks/{segment(task_id)}/take", idempotency_key=idempotency_key, json=body
        )
        return answer

    def send(
        self, task_id: int, body: models.NewMessage, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Write to the customer, or a note to colleagues."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/tasks/{segment(task_id)}/messages",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer

    def retry(
        self, task_id: int, message_id: int, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Send a message again that has failed or may not have arrived; the same one, not a copy."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/tasks/{segment(task_id)}/messages/{segment(message_id)}/retry",
            idempotency_key=idempotency_key,
        )
        return answer

    def cancel(
        self, task_id: int, message_id: int, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Take back a message that still waits to be sent; those behind it go on."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/tasks/{segment(task_id)}/messages/{segment(message_id)}/cancel",
            idempotency_key=idempotency_key,
        )
        return answer

    def wake(self, task_id: int, *, idempotency_key: str | None = None) -> dict[str, Any]:
        """Try what waits to be sent in this conversation at once."""
        answer: dict[str, Any] = self._connection.call(
            "POST", f"/tasks/{segment(task_id)}/send-now", idempotency_key=idempotency_key
        )
        return answer

    def read(
        self, task_id: int, body: models.Read, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Note how far the agent has read; the visitor sees it."""
        answer: dict[str, Any] = self._connection.call(
            "POST", f"/tasks/{segment(task_id)}/read", idempotency_key=idempotency_key, json=body
        )
        return answer

    def transfer_targets(self, task_id: int, *, q: str | None = None) -> dict[str, Any]:
        """Queues and agents to which the conversation can be transferred now."""
        answer: dict[str, Any] = self._connection.call(
            "GET", f"/tasks/{segment(task_id)}/transfer-targets", query={"q": q}
        )
        return answer

    def conference_targets(self, task_id: int, *, q: str | None = None) -> dict[str, Any]:
        """Whom to ask in; who cannot be reached is listed with the reason."""
        answer: dict[str, Any] = self._connection.call(
            "GET", f"/tasks/{segment(task_id)}/conference-targets", query={"q": q}
        )
        return answer

    def transfer(
        self, task_id: int, body: models.Target, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Hand the conversation to a queue or an agent."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/tasks/{segment(task_id)}/transfer",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer

    def request_conference(
        self, task_id: int, body: models.Target, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Ask another agent into the conversation, or somebody of a queue where the channel has it."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/tasks/{segment(task_id)}/conference",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer

    def cancel_conference(
        self, task_id: int, body: models.AtEpoch, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Take the conference request back."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/tasks/{segment(task_id)}/conference/cancel",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer

    def exit_conference(
        self, task_id: int, body: models.AtEpoch, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Leave the conference; the conversation goes on without you."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/tasks/{segment(task_id)}/conference/exit",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer

    def remove_invited(
        self, task_id: int, body: models.AtEpoch, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Remove the invited agent and go on."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/tasks/{segment(task_id)}/conference/remove",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer

    def end_conference(
        self, task_id: int, body: models.Ending, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """End the conversation for all, with the customer's consent where the channel asks for it."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/tasks/{segment(task_id)}/conference/end",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer

    def ask(self, task_id: int, *, idempotency_key: str | None = None) -> dict[str, Any]:
        """Send the account's own question whether the conversation may end."""
        answer: dict[str, Any] = self._connection.call(
            "POST", f"/tasks/{segment(task_id)}/ask-to-end", idempotency_key=idempotency_key
        )
        return answer

    def end(
        self, task_id: int, body: models.Ending, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """End the conversation; wrap-up follows."""
        answer: dict[str, Any] = self._connection.call(
            "POST", f"/tasks/{segment(task_id)}/end", idempotency_key=idempotency_key, json=body
        )
        return answer

    def submit_wrap_up(
        self, task_id: int, body: models.WrapUp, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Submit the wrap-up reasons; capacity is free again."""
        answer: dict[str, Any] = self._connection.call(
            "POST", f"/tasks/{segment(task_id)}/wrap-up", idempotency_key=idempotency_key, json=body
        )
        return answer

    def cancel_timer(self, task_id: int, *, idempotency_key: str | None = None) -> dict[str, Any]:
        """Stop the countdown of the automatic wrap-up."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/tasks/{segment(task_id)}/wrap-up/cancel-timer",
            idempotency_key=idempotency_key,
        )
        return answer

    def park(
        self, task_id: int, body: models.Parking, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Put aside until a time or the customer's next message."""
        answer: dict[str, Any] = self._connection.call(
            "POST", f"/tasks/{segment(task_id)}/park", idempotency_key=idempotency_key, json=body
        )
        return answer

    def resume(
        self, task_id: int, body: models.AtEpoch, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Take a parked conversation up again."""
        answer: dict[str, Any] = self._connection.call(
            "POST", f"/tasks/{segment(task_id)}/resume", idempotency_key=idempotency_key, json=body
        )
        return answer

    def edit_variables(
        self, task_id: int, body: models.Changes, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Correct variables by hand: `variable_fixed`, or `variable_changed` with the value now."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/tasks/{segment(task_id)}/variables",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer

    def link(self, task_id: int) -> models.Link:
        """The link into another system for this conversation."""
        answer: models.Link = self._connection.call("GET", f"/tasks/{segment(task_id)}/screen-pop")
        return answer
