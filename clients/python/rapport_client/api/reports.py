"""Methods of the group reports.

Made from the API's description by tools/python_client.py; changes here are lost."""

from __future__ import annotations

from typing import Any, Literal

from rapport_client import models
from rapport_client.connection import Connection, segment


class Reports:
    """Methods of the group reports."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def report(
        self,
        *,
        first: str,
        last: str,
        by: Literal["channel", "queue", "team", "agent", "reason", "quarter", "hour", "day"]
        | None = None,
        queue_id: int | None = None,
        agent_id: int | None = None,
        team_id: int | None = None,
        channel: models.ChannelType | None = None,
    ) -> models.Report:
        """Figures of whole days in the company's time zone, grouped by `by`."""
        answer: models.Report = self._connection.call(
            "GET",
            "/reports/figures",
            query={
                "first": first,
                "last": last,
                "by": by,
                "queue_id": queue_id,
                "agent_id": agent_id,
                "team_id": team_id,
                "channel": channel,
            },
        )
        return answer

    def report_as_csv(
        self,
        *,
        first: str,
        last: str,
        by: Literal["channel", "queue", "team", "agent", "reason", "quarter", "hour", "day"]
        | None = None,
        queue_id: int | None = None,
        agent_id: int | None = None,
        team_id: int | None = None,
        channel: models.ChannelType | None = None,
    ) -> bytes:
        """The same figures as a table for spreadsheets."""
        answer: bytes = self._connection.read(
            "GET",
            "/reports/figures.csv",
            query={
                "first": first,
                "last": last,
                "by": by,
                "queue_id": queue_id,
                "agent_id": agent_id,
                "team_id": team_id,
                "channel": channel,
            },
        )
        return answer

    def own_figures(self) -> models.Report:
        """The agent's own figures of today, by hour."""
        answer: models.Report = self._connection.call("GET", "/reports/mine")
        return answer

    def saved_reports(self) -> dict[str, Any]:
        """One's own and the shared ones; `senders`: accounts that reports can be sent from."""
        answer: dict[str, Any] = self._connection.call("GET", "/reports/saved")
        return answer

    def save_report(
        self, body: models.SavedReportBody, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Keep a report under a name."""
        answer: dict[str, Any] = self._connection.call(
            "POST", "/reports/saved", idempotency_key=idempotency_key, json=body
        )
        return answer

    def change_report(
        self, report_id: int, body: models.ChangedReportBody, *, idempotency_key: str | None = None
    ) -> dict[str, Any]:
        """Change one's own: name, sharing, what is asked, schedule."""
        answer: dict[str, Any] = self._connection.call(
            "PUT",
            f"/reports/saved/{segment(report_id)}",
            idempotency_key=idempotency_key,
            json=body,
        )
        return answer

    def delete_report(self, report_id: int) -> None:
        """Delete one's own, with its schedule."""
        answer: None = self._connection.call("DELETE", f"/reports/saved/{segment(report_id)}")
        return answer

    def send_report(self, report_id: int, *, idempotency_key: str | None = None) -> dict[str, Any]:
        """Send it once more at once, to whom its schedule names."""
        answer: dict[str, Any] = self._connection.call(
            "POST", f"/reports/saved/{segment(report_id)}/send", idempotency_key=idempotency_key
        )
        return answer
