"""A client of Rapport's API without dependencies.

from rapport_client import Client

client = Client("https://desk.example", token="rpt_…")
print(client.reports.figures(by="queue"))
"""

from __future__ import annotations

from rapport_client.api import Groups
from rapport_client.connection import ApiError, Connection
from rapport_client.webhooks import verified

__all__ = ["ApiError", "Client", "verified"]


class Client(Groups):
    """Every group of the API's methods on one connection; see `Connection` for the arguments."""

    def __init__(
        self, url: str, token: str | None = None, *, timeout_s: float = 30.0, retries: int = 3
    ) -> None:
        self.connection = Connection(url, token, timeout_s=timeout_s, retries=retries)
        super().__init__(self.connection)

    def sign_in(self, login: str, password: str) -> None:
        """Work as a person instead of with a token."""
        self.connection.sign_in(login, password)
