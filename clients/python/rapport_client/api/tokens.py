"""Methods of the group tokens.

Made from the API's description by tools/python_client.py; changes here are lost."""

from __future__ import annotations

from rapport_client import models
from rapport_client.connection import Connection, segment


class Tokens:
    """Methods of the group tokens."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def own_tokens(self) -> models.TokenList:
        """One's own tokens."""
        answer: models.TokenList = self._connection.call("GET", "/me/tokens")
        return answer

    def create_own(
        self, body: models.OwnTokenBody, *, idempotency_key: str | None = None
    ) -> models.NewToken:
        """A token for oneself. Its text is answered here and never again."""
        answer: models.NewToken = self._connection.call(
            "POST", "/me/tokens", idempotency_key=idempotency_key, json=body
        )
        return answer

    def revoke_own(self, token_id: int) -> None:
        """Revoke one of one's own tokens, at once."""
        answer: None = self._connection.call("DELETE", f"/me/tokens/{segment(token_id)}")
        return answer

    def tokens(self, *, user_id: int | None = None) -> models.TokenList:
        """Everybody's tokens, or a person's."""
        answer: models.TokenList = self._connection.call(
            "GET", "/tokens", query={"user_id": user_id}
        )
        return answer

    def create(
        self, body: models.RapportApiRoutesTokensTokenBody, *, idempotency_key: str | None = None
    ) -> models.NewToken:
        """A token for a person. Its text is answered here and never again."""
        answer: models.NewToken = self._connection.call(
            "POST", "/tokens", idempotency_key=idempotency_key, json=body
        )
        return answer

    def revoke(self, token_id: int) -> None:
        """Revoke anybody's token, at once."""
        answer: None = self._connection.call("DELETE", f"/tokens/{segment(token_id)}")
        return answer
