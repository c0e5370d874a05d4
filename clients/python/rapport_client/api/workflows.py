"""Methods of the group workflows.

Made from the API's description by tools/python_client.py; changes here are lost."""

from __future__ import annotations

from typing import Any

from rapport_client import models
from rapport_client.connection import Connection, segment


class Workflows:
    """Methods of the group workflows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def workflows(self, task_id: int) -> dict[str, Any]:
        """Workflows for this task's channel and the agent's teams."""
        answer: dict[str, Any] = self._connection.call(
            "GET", f"/tasks/{segment(task_id)}/workflows"
        )
        return answer

    def run(
        self,
        task_id: int,
        workflow_id: int,
        body: models.Trigger,
        *,
        idempotency_key: str | None = None,
    ) -> dict[str, Any]:
        """Trigger one; the thread tells how it goes."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/tasks/{segment(task_id)}/workflows/{segment(workflow_id)}/run",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer

    def run_of(self, task_id: int, run_id: int) -> dict[str, Any]:
        """How a run stands; once it is done, with its text for the message field."""
        answer: dict[str, Any] = self._connection.call(
            "GET", f"/tasks/{segment(task_id)}/workflow-runs/{segment(run_id)}"
        )
        return answer

    def retry(
        self, task_id: int, run_id: int, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Run a failed one again, under the same Idempotency-Key."""
        answer: dict[str, Any] = self._connection.call(
            "POST",
            f"/tasks/{segment(task_id)}/workflow-runs/{segment(run_id)}/retry",
            idempotency_key=idempotency_key,
        )
        return answer
